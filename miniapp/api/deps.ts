import type { Core } from '../../core/app.js'
import type { Change } from '../../core/changes/change.js'
import type { Doctor, Finding } from '../../core/ports/doctor.js'
import type { FileStore } from '../../core/ports/files.js'
import type { Identity, PageBridge } from '../../core/ports/identity.js'
import type { SharedState } from '../../core/ports/shared-state.js'
import type { Platform } from '../../core/ports/platform.js'
import type { NoteDraft } from '../../core/understanding/note-schema.js'
import type { ApiLog } from './problems.js'

export interface ApiDeps {
  core: Core
  /** Sign-in, for each platform that is bound. */
  identities: Partial<Record<Platform, Identity>>
  /** What looks whether a platform is set up right, for the platforms that can be set up wrong. */
  doctors?: readonly Doctor[]
  /** Platforms whose organisation can be brought in. */
  directories?: readonly Platform[]
  /** Whether a platform tells that a message was read; all of them do when it is not given. */
  tellsReading?: (platform: Platform) => boolean
  /** Looks whether the database's settings keep what the product promises. */
  checkDatabase?: () => Promise<Finding[]>
  /** How the pages are at home in the platforms' clients; those without one open in a browser. */
  bridges?: readonly PageBridge[]
  /** Addresses of the scripts that give pages their abilities in a platform's client. */
  pageScripts?: Partial<Record<Platform, string>>
  /** Where browsers reach this installation, without a slash at the end. */
  publicUrl?: string
  fileStore: FileStore
  /** Rate limits that hold in all processes together. */
  state: SharedState
  /** The pages are served over https: the cookie goes nowhere else. */
  secureCookies: boolean
  config: { timeZone: string; version?: string }
  log?: ApiLog
  /** Understands a sentence; rules alone when it is not given. */
  readNote?: (text: string, context: NoteReading) => Promise<ReadNote>
  /** Changes committed in any process, for the live streams; those of this process alone when it is not given. */
  onChange?: (listener: (change: Change) => void) => () => void
  /** Ends the open live streams, so that the server can stop. */
  signal?: AbortSignal
}

export interface NoteReading {
  /** The organisation's wall clock, `YYYY-MM-DDTHH:mm:ss`. */
  reference: string
  knownNames: string[]
  self: string
}

export interface ReadNote {
  draft: NoteDraft
  readBy: 'rules' | 'model' | 'rules-only'
}
