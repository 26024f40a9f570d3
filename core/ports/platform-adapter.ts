import type { Directory } from './directory.js'
import type { Doctor } from './doctor.js'
import type { Identity, PageBridge } from './identity.js'
import type { Channel } from './inbound.js'
import type { Messenger } from './messenger.js'
import type { Platform } from './platform.js'

/** Everything that one messenger platform offers, as it is wired into the product. */
export interface PlatformAdapter {
  platform: Platform
  messenger: Messenger
  channel: Channel
  identity: Identity
  directory: Directory
  /** How the pages sign in and talk to the client that shows them; null where pages open in a browser only. */
  bridge: PageBridge | null
  /** Null where nothing can be set up wrong. */
  doctor: Doctor | null
}
