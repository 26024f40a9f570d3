/** A member's encrypted id: capital letters count in it, and it says nothing to anybody but WeCom. */
export const openIdOf = (userid: string): string =>
  `woAJ${Buffer.from(userid.toLowerCase()).toString('base64url')}`

/** @returns null for what is no encrypted id. */
export const userIdOf = (openId: string): string | null =>
  openId.startsWith('woAJ') ? Buffer.from(openId.slice(4), 'base64url').toString() : null
