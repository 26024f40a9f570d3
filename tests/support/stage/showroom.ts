import type { Card } from '../../../core/ports/card.js'
import type { Messenger } from '../../../core/ports/messenger.js'
import type { Platform } from '../../../core/ports/platform.js'
import type { MessagePage } from '../../../adapters/sandbox/wire.js'
import { startDingtalkStand } from '../../simulators/dingtalk/stand.js'
import { startFeishuStand } from '../../simulators/feishu/stand.js'
import { startSandbox } from '../sandbox-stand.js'
import { startWecomStand } from '../wecom-stand.js'
import { readVariables } from './read-dingtalk.js'
import { readCard } from './read-feishu.js'
import { readTemplateCard } from './read-wecom.js'
import { read as readSandbox } from './sandbox.js'
import { record, type Seen } from './seen.js'

type Shown = Omit<Seen, 'id' | 'raw'>

export interface Showroom {
  /** Sends the card over the platform's wire, past all of its checks, and reads back what its client shows. */
  shows(card: Card): Promise<Shown>
  stop(): Promise<void>
}

/** A platform with one person before it. */
export function startShowroom(platform: Platform): Promise<Showroom> {
  return rooms[platform]()
}

let sent = 0

async function send(messenger: Messenger, externalId: string, card: Card): Promise<void> {
  sent += 1
  const ref = `01JZZZZZZZZZZZZZZZZZZZ${String(sent).padStart(4, '0')}`
  await messenger.send({ to: { externalId }, card, ref, idempotencyKey: ref, urgent: false })
}

/** Platforms count what one person gets in a minute. */
const pauseMs = 120_000

const rooms: Record<Platform, () => Promise<Showroom>> = {
  async sandbox() {
    const stand = await startSandbox()
    await stand.listen()
    return {
      async shows(card) {
        await send(stand.sandbox.messenger, 'wang', card)
        const path = `/chats/${encodeURIComponent('bot:wang')}/messages?as=wang`
        const message = (await stand.get<MessagePage>(path)).body.messages.at(-1)
        if (!message?.card) throw new Error('no card is shown')
        return readSandbox(message)
      },
      stop: () => stand.end(),
    }
  },

  async wecom() {
    const stand = await startWecomStand()
    const { sim, adapter, clock } = stand
    return {
      async shows(card) {
        clock.advance(pauseMs)
        await send(adapter.messenger, sim.people.colleague, card)
        return readTemplateCard(record(sim.newest(sim.people.colleague).shown?.card))
      },
      stop: () => stand.stop(),
    }
  },

  async dingtalk() {
    const { sim, adapter, clock, stop } = await startDingtalkStand()
    return {
      async shows(card) {
        clock.advance(pauseMs)
        await send(adapter.messenger, 'u-wang', card)
        const newest = [...sim.world.cards.values()].at(-1)
        if (!newest) throw new Error('no card is shown')
        return readVariables(newest.shared)
      },
      stop,
    }
  },

  async feishu() {
    const { sim, adapter, clock, stop } = await startFeishuStand().then((stand) => ({
      ...stand,
      clock: stand.sim.clock,
    }))
    return {
      async shows(card) {
        clock.advance(pauseMs)
        await send(adapter.messenger, sim.colleague, card)
        return readCard(JSON.parse(sim.newest(sim.colleague).content) as Record<string, unknown>)
      },
      stop,
    }
  },
}
