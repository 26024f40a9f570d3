import type { Platform } from './platform.js'

/** Signs people in to the pages with the platform's own word for who they are. */
export interface Identity {
  platform: Platform
  /**
   * Redeems a one-time sign-in code.
   *
   * @returns the platform account; null when the code is unknown, used or older than its life (5 min).
   * @throws PlatformError when the platform could not be asked.
   */
  redeem(code: string): Promise<{ externalId: string } | null>
}
