import type { InboundEvent } from './inbound.js'
import type { Platform } from './platform.js'

/** One thing that was looked at in an installation, and how to mend it. */
export interface Finding {
  /** Stable name of the check, e.g. `wecom.trusted-ip`. */
  check: string
  state: 'ok' | 'warning' | 'failed' | 'skipped'
  /** One calm Chinese sentence: what was found, with the platform's own code where it gave one. */
  found: string
  /** Where to click to mend it; for `ok` absent. */
  mend?: string
}

/** What the installation knows of a platform's ways in, whichever of its processes had them. */
export interface WayIn {
  /** When the newest event of a type came, as far back as events are kept: 30 days. */
  lastAt: Partial<Record<InboundEvent['type'], Date>>
  /** Which process holds the long connection now. */
  connectionHolder: string | null
}

/** Looks whether a platform is set up right. Changes nothing there; the only message it may send is the test message. */
export interface Doctor {
  platform: Platform
  /**
   * Yields each finding as soon as it is there, in the order an admin would go through. Never throws.
   *
   * @param testRecipient - account that gets a test message; without it that step is `skipped`.
   * @param wayIn - see `readWayIn`; without it what only the database knows is `skipped`.
   */
  examine(input: { testRecipient?: string; wayIn?: WayIn }): AsyncIterable<Finding>
}
