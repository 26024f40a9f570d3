import type { PlatformAdapter } from '../../core/ports/platform-adapter.js'
import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import type { AdapterDeps } from '../platforms.js'
import { createSignInProof } from '../shared/sign-in-proof.js'
import { createAccounts } from './accounts.js'
import { createCards } from './cards.js'
import { channelTiming, createChannel, type ChannelTiming } from './channel.js'
import { createClient } from './client.js'
import { createCounters, type Counters } from './counters.js'
import { createDirectory } from './directory.js'
import { createDoctor } from './doctor.js'
import { createMessenger } from './messenger.js'
import { createNotices } from './notices.js'
import { createBridge, createIdentity } from './people.js'
import { createRobot } from './robot.js'
import { createTodos } from './todos.js'

export interface DingtalkTiming extends ChannelTiming {
  receiptWaitsMs: readonly number[]
}

const dingtalkTiming: DingtalkTiming = { ...channelTiming, receiptWaitsMs: [1_000, 2_000, 4_000] }

/**
 * DingTalk as the product uses it: an internal app with a robot, two imported card templates and the organisation.
 *
 * @param timing - waits and limits of the connection; tests make them short.
 */
export function createDingtalk(
  settings: DingtalkSettings,
  deps: AdapterDeps,
  timing: DingtalkTiming = dingtalkTiming,
): PlatformAdapter & { counters(): Readonly<Counters> } {
  const { clock, ids, keys, state, log, publicUrl } = deps
  const pageUrl = (path: string): string => {
    const url = new URL(`${publicUrl}/app${path}`)
    url.searchParams.set('platform', 'dingtalk')
    return url.toString()
  }
  const counters = createCounters()
  const client = createClient(settings, state)
  const cards = createCards(settings, client)
  const accounts = createAccounts({ client, keys, clock })
  const messenger = createMessenger({
    settings,
    cards,
    robot: createRobot(settings, client),
    notices: createNotices(settings, { client, state, clock }),
    todos: createTodos({ client, accounts, keys, clock, pageUrl }),
    keys,
    clock,
    pageUrl,
    log,
  })
  const channel = createChannel({ ...deps, settings, client, cards, counters, timing, pageUrl })
  const signIns = createSignInProof(createIdentity(settings, { client, accounts }), deps)
  return {
    platform: 'dingtalk',
    messenger,
    channel,
    identity: signIns.identity,
    directory: createDirectory(client),
    bridge: createBridge(settings, { client, state, clock, ids }),
    doctor: createDoctor({
      settings,
      client,
      cards,
      messenger,
      keys,
      ids,
      publicUrl,
      signIns,
      isOpen: channel.isOpen,
      receiptWaitsMs: timing.receiptWaitsMs,
    }),
    counters: () => counters,
  }
}
