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

/** Looks whether a platform is set up right. Changes nothing there; the only message it may send is the test message. */
export interface Doctor {
  platform: Platform
  /**
   * Yields each finding as soon as it is there, in the order an admin would go through. Never throws.
   *
   * @param testRecipient - account that gets a test message; without it that step is `skipped`.
   */
  examine(input: { testRecipient?: string }): AsyncIterable<Finding>
}
