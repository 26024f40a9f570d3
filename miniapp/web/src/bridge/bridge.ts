import type { platformSchema } from '../../../contract/session.js'
import type { z } from 'zod'

export type Platform = z.infer<typeof platformSchema>

/** What the client around a page can do for it. */
export type Ability =
  'openChat' | 'openCustomerChat' | 'closePage' | 'scan' | 'chooseImage' | 'location' | 'setTitle'

/**
 * The client that shows the page, as far as it helps. A page asks `can` first: what is not there is not offered.
 * Everything rejects when the client refuses or the person cancels.
 */
export interface Bridge {
  platform: Platform | 'browser'
  can: ReadonlySet<Ability>
  /** Opens the chat with a colleague. @param account - theirs on this platform. */
  openChat(account: string): Promise<void>
  /** Opens the chat with a customer who is a contact of the person. @param account - theirs on this platform. */
  openCustomerChat?(account: string): Promise<void>
  closePage(): Promise<void>
  /** @returns the text of a QR code or bar code. */
  scan(): Promise<string>
  /** @returns addresses that an `img` of this page can show. */
  chooseImage(): Promise<string[]>
  /** Degrees, in the coordinates of Chinese maps (GCJ-02) where the client has them. */
  location(): Promise<{ latitude: number; longitude: number }>
  setTitle(title: string): Promise<void>
}

/** What a platform's bridge is opened with, after its script is there. */
export interface BridgeSetUp {
  publicIds: Readonly<Record<string, string>>
  /** Signs this page for the client. */
  sign(): Promise<{ timestamp: number; nonce: string; signature: string }>
}
