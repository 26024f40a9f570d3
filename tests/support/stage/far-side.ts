import type { PlatformSettings } from '../../../core/ports/platform-settings.js'
import type { Platform } from '../../../core/ports/platform.js'
import type { Running } from '../../../bot/main.js'
import type { Listed, Seen } from './seen.js'

/** Somebody of the company, as the far side has to know them. */
export interface Member {
  key: string
  name: string
}

/** A messenger with the people who hold it in their hands: the same words for each, on the platform's own wires. */
export interface FarSide {
  platform: Platform
  settings: Partial<PlatformSettings>
  accountOf(key: string): string
  /** The product runs: callbacks may go out, and its connections are waited for. */
  open(running: Running): Promise<void>
  /** Words of a customer, in the way in which this platform lets the product see them. */
  customerWrites(words: string): Promise<void>
  says(account: string, words: string): Promise<void>
  /** The chat of the person with the product, oldest first; what was taken back is gone. */
  chatOf(account: string): Promise<Seen[]>
  /**
   * Presses a button of a message as `message` shows it, which may be an older state than today's.
   *
   * @returns what the person is told.
   */
  presses(account: string, message: Seen, buttonId: string, values: Record<string, string>): Promise<string>
  /** Rings and buzzes that the person got beside messages, by the platform's own names. */
  urgesOf(account: string): string[]
  /** What stands in the person's own list of things to do; absent where the platform has none. */
  listOf?(account: string): Listed[]
  stop(): Promise<void>
}
