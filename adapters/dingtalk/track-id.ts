/** Which of the two shipped templates a card was made from. It cannot be changed on a card that is out. */
export type TemplateName = 'notice' | 'form'

export interface TrackId {
  template: TemplateName
  /** Counts how often a card was made anew because the one before did not reach its receiver. */
  attempt: number
  ref: string
}

/**
 * Our id of a card on the platform, where one id is one card for ever: the delivery, its template and the attempt, so
 * that taps and updates need no memory.
 */
export function makeTrackId({ template, attempt, ref }: TrackId): string {
  return `${template === 'form' ? 'f' : 'n'}${attempt}.${ref}`
}

/** @returns null for a card that this product did not make. */
export function readTrackId(id: string): TrackId | null {
  const match = /^([fn])(\d{1,3})\.([\w.:-]{1,90})$/.exec(id)
  if (!match?.[3]) return null
  return { template: match[1] === 'f' ? 'form' : 'notice', attempt: Number(match[2]), ref: match[3] }
}
