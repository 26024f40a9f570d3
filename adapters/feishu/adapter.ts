import { setTimeout as wait } from 'node:timers/promises'
import type { PlatformAdapter } from '../../core/ports/platform-adapter.js'
import type { FeishuSettings } from '../../core/ports/platform-settings.js'
import type { AdapterDeps } from '../platforms.js'
import { createSignInProof } from '../shared/sign-in-proof.js'
import { createCalls } from './calls.js'
import { createChannel } from './channel.js'
import { createClient } from './client.js'
import { createCounters, type FeishuCounters } from './counters.js'
import { createDirectory } from './directory.js'
import { createDoctor } from './doctor.js'
import { createMessenger } from './messenger.js'
import { pageUrl } from './page-url.js'
import { createBridge, createIdentity } from './sign-in.js'
import { createTapGate } from './tap-gate.js'

export interface FeishuAdapter extends PlatformAdapter {
  /** What came in since the process began. */
  counters(): FeishuCounters
}

/** Feishu (or Lark): a self-built app with a bot. Opens nothing; the channel's `connect` does. */
export function createFeishu(settings: FeishuSettings, deps: AdapterDeps): FeishuAdapter {
  const { publicUrl, clock, ids, state, keys, log } = deps
  const pause = (ms: number): Promise<void> => wait(ms, undefined, { ref: false })
  const client = createClient({ settings, state, pause })
  const calls = createCalls(client)
  const counters = createCounters()
  const gate = createTapGate(pause)
  const address = (path: string): string => pageUrl(publicUrl, path)
  const messenger = createMessenger({ calls, clock, keys, gate, pageUrl: address })
  const channel = createChannel({
    settings,
    client,
    calls,
    clock,
    keys,
    gate,
    counters,
    pageUrl: address,
    pause,
    log,
  })
  const signIn = { settings, client, calls, state, clock, ids }
  const signIns = createSignInProof(createIdentity(signIn), deps)
  return {
    platform: 'feishu',
    messenger,
    channel,
    identity: signIns.identity,
    directory: createDirectory(calls),
    bridge: createBridge(signIn),
    doctor: createDoctor({
      settings,
      publicUrl,
      client,
      calls,
      messenger,
      ids,
      signIns,
      isOpen: channel.isOpen,
      pause,
    }),
    counters: () => structuredClone(counters),
  }
}
