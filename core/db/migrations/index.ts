import { Spine1763800000001 } from './0001-spine.js'
import { Sales1763800000002 } from './0002-sales.js'
import { Processes1763800000003 } from './0003-processes.js'
import { Ladders1763800000004 } from './0004-ladders.js'
import { Deliveries1763800000005 } from './0005-deliveries.js'
import { HotPath1763800000006 } from './0006-hot-path.js'
import { Directory1763800000007 } from './0007-directory.js'
import { Lists1763800000008 } from './0008-lists.js'
import { Interruptions1763800000009 } from './0009-interruptions.js'

/** In the order in which they run. Migrations only add; a released one is never edited. */
export const migrations = [
  Spine1763800000001,
  Sales1763800000002,
  Processes1763800000003,
  Ladders1763800000004,
  Deliveries1763800000005,
  HotPath1763800000006,
  Directory1763800000007,
  Lists1763800000008,
  Interruptions1763800000009,
]
