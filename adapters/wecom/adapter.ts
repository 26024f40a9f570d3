import type { PlatformAdapter } from '../../core/ports/platform-adapter.js'
import type { WecomSettings } from '../../core/ports/platform-settings.js'
import type { AdapterDeps } from '../platforms.js'
import { createSignInProof } from '../shared/sign-in-proof.js'
import { createArchiveReader, type ConversationArchive } from './archive.js'
import { createBotPeople } from './bot-people.js'
import { createBotSocket } from './bot-socket.js'
import { createCalls } from './calls.js'
import { createCardLedger } from './card-ledger.js'
import { createChannel } from './channel.js'
import { createClient } from './client.js'
import { createCounters } from './counters.js'
import { createCustomerService } from './customer-service.js'
import { createDirectory } from './directory.js'
import { createDoctor } from './doctor.js'
import { createMessenger } from './messenger.js'
import { createIdentity, createPageBridge } from './people.js'

export interface WecomOptions {
  /** See archive.ts. Default: none. */
  archive?: ConversationArchive | null
  /** Tests wait less: between tries to store an event, before a failure is told, after the bot was taken over. */
  waits?: readonly number[]
  holdMs?: number
  botPauseMs?: number
  /** Between the tries after a failed fetch; between the looks whether something is still to be fetched. */
  retryWaits?: readonly number[]
  watchMs?: number
}

export interface WecomAdapter extends PlatformAdapter {
  /** What came in and what became of it, since the start. */
  counters(): Readonly<Record<string, number>>
}

/** WeCom: a self-built app, and where they are set up the AI bot and customer service. */
export function createWecom(
  settings: WecomSettings,
  deps: AdapterDeps,
  { archive = null, waits, holdMs, botPauseMs, retryWaits, watchMs }: WecomOptions = {},
): WecomAdapter {
  const { clock, ids, keys, log, publicUrl, state } = deps
  const scope = `${settings.corpId}:${settings.agentId}`
  const client = createClient(createCalls(settings, deps), settings)
  const counters = createCounters()
  const ledger = createCardLedger({ keys, clock, scope })
  const drawing = {
    interactive: settings.callback !== null,
    // The page sends whoever has no session on to WeCom's sign-in, and is told by the address whose client it is in.
    pageUrl: (path: string) => `${publicUrl}/app${path}${path.includes('?') ? '&' : '?'}platform=wecom`,
  }
  const bot = settings.bot
    ? createBotSocket(
        { botUrl: settings.botUrl, bot: settings.bot },
        { log, ...(botPauseMs === undefined ? {} : { pauseMs: botPauseMs }) },
      )
    : null
  const fetching = {
    ...{ keys, ids, clock, log, counters, scope },
    ...(waits ? { waits } : {}),
    ...(retryWaits ? { retryWaits } : {}),
  }
  const customers = settings.customerService ? createCustomerService({ ...fetching, client }) : null
  const people = bot ? createBotPeople({ client, keys, clock, log, counters, scope }) : null
  const directory = createDirectory(client, settings)
  const signIns = createSignInProof(createIdentity(client, counters), deps)
  return {
    platform: 'wecom',
    counters: counters.read,
    messenger: createMessenger({ client, ledger, bot, state, log, clock, drawing }),
    channel: createChannel({
      ...{ settings, clock, ids, log, counters, ledger, bot, people, customers, drawing },
      archive: archive ? createArchiveReader({ ...fetching, archive }) : null,
      ...(waits ? { waits } : {}),
      ...(holdMs === undefined ? {} : { holdMs }),
      ...(watchMs === undefined ? {} : { watchMs }),
      ...(deps.isBound ? { isBound: deps.isBound } : {}),
    }),
    identity: signIns.identity,
    directory,
    bridge: createPageBridge(client, settings, deps),
    doctor: createDoctor({ settings, publicUrl, client, directory, bot, clock, ids, signIns }),
  }
}
