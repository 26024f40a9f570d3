import type { Platform } from './platform.js'

/** Signs people in to the pages with the platform's own word for who they are. */
export interface Identity {
  platform: Platform
  /**
   * Redeems a one-time sign-in code. The tenant is checked here: an account of another company signs nobody in.
   *
   * @param way - where the code comes from: the page inside the platform's client, or its sign-in page in a browser.
   * @returns the platform account; `outsider` for one of another company; null when the code is unknown, used or older
   *   than its life (5 min).
   * @throws PlatformError when the platform could not be asked.
   */
  redeem(code: string, way: 'client' | 'browser'): Promise<{ externalId: string } | 'outsider' | null>
}

/** What a page needs to be at home in a platform's client. Public values only: no secret leaves the server. */
export interface PageBridge {
  platform: Platform
  /** Ids that the page hands to the platform's script, e.g. `corpId`, `agentId`, `appId`. */
  publicIds: Readonly<Record<string, string>>
  /** Where a browser outside the client is sent to sign in; it comes back to `returnTo` with `code` and `state`. */
  signInUrl(input: { returnTo: string; state: string; way: 'client' | 'browser' }): string
  /**
   * Signs a page's address for the platform's script.
   *
   * @param url - without its fragment.
   * @throws PlatformError when the platform's ticket could not be had.
   */
  sign(url: string): Promise<PageSignature>
}

export interface PageSignature {
  /** In the platform's own unit: seconds or milliseconds. */
  timestamp: number
  nonce: string
  signature: string
}
