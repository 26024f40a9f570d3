import { randomUUID } from 'node:crypto'
import { stopwatch, type AdjustableClock } from '../../core/ports/clock.js'
import type { Envelope } from '../simulators/feishu/delivery.js'
import { startFeishu } from '../simulators/feishu/start.js'
import { tenant } from '../simulators/feishu/world.js'
import { until } from '../support/stage/until.js'
import { wordsOf, type Load } from './load.js'

export async function feishuLoad(clock: AdjustableClock, colleagues: number): Promise<Load> {
  const sim = await startFeishu({ clock })
  for (let n = 0; n < colleagues; n += 1)
    sim.world.people.set(`ou_${n}`, {
      ...{ openId: `ou_${n}`, unionId: `on_${n}`, userId: String(n), name: `同事${n}` },
      ...{ departments: ['od-sales'], tenant, isAvailable: true },
    })
  const buttons = new Map<string, { card: { id: string }; value: object }>()
  const idsOf = (openId: string) => ({ open_id: openId, union_id: openId.replace('ou_', 'on_') })

  function envelope(eventType: string, number: number, event: object): Envelope {
    const id = randomUUID()
    const header = { event_id: id, event_type: eventType, create_time: String(sim.world.now()), token: '' }
    const where = { app_id: sim.settings.appId, tenant_key: tenant }
    return {
      type: 'event',
      id: `${number}-${id}`,
      body: { schema: '2.0', header: { ...header, ...where }, event },
    }
  }

  function message(number: number, openId: string, of: string, chatId: string, words: string): Envelope {
    return envelope('im.message.receive_v1', number, {
      sender: { sender_id: idsOf(openId), sender_type: 'user', tenant_key: of },
      message: {
        ...{ message_id: `om_soak_${number}`, chat_id: chatId, message_type: 'text' },
        chat_type: chatId === sim.groupId ? 'group' : 'p2p',
        content: JSON.stringify({ text: words }),
        create_time: String(sim.world.now()),
      },
    })
  }

  /** The button of the test card, which is gone after the first tap; whoever presses again presses what they saw. */
  function findButton(openId: string) {
    for (const card of sim.cardsOf(openId)) {
      const found = /"value":(\{"r":"[^"]*","a":"received"[^}]*\})/.exec(card.content)
      if (!found?.[1]) continue
      const button = { card, value: JSON.parse(found[1]) as object }
      buttons.set(openId, button)
      return button
    }
    throw new Error(`${openId} has no card to tap`)
  }

  function envelopeOf(kind: string, number: number, colleague: number): Envelope {
    const openId = `ou_${colleague}`
    const chatId = sim.world.withBot(openId).id
    switch (kind) {
      case 'customer':
        return message(number, sim.customer, 'tenant-other', sim.groupId, wordsOf(number))
      case 'help':
        return message(number, openId, tenant, chatId, '帮助')
      case 'tap': {
        const { card, value } = buttons.get(openId) ?? findButton(openId)
        return envelope('card.action.trigger', number, {
          operator: { ...idsOf(openId), tenant_key: tenant },
          token: `c-${number}`,
          action: { tag: 'button', value },
          host: 'im_message',
          context: { open_message_id: card.id, open_chat_id: chatId },
        })
      }
      default:
        return envelope('im.chat.access_event.bot_p2p_chat_entered_v1', number, {
          chat_id: chatId,
          operator_id: idsOf(openId),
        })
    }
  }

  return {
    settings: { feishu: sim.settings },
    deadlineMs: 3_000,
    account: (n) => `ou_${n}`,
    open: () => until(() => sim.delivery.sockets.size > 0, 'the long connection is open'),
    make: (kind, number, colleague) => ({ kind, number, envelope: envelopeOf(kind, number, colleague) }),
    async send({ envelope: sent }) {
      const startedAt = stopwatch()
      try {
        await sim.delivery.ask(sent as Envelope)
        return stopwatch() - startedAt
      } catch {
        return null
      }
    },
    disconnect: sim.dropConnections,
    shown: (title) =>
      [...sim.world.messages.values()].filter(
        ({ type, content }) => type === 'interactive' && content.includes(`"summary":{"content":"${title}"}`),
      ).length,
    stop: () => sim.stop(),
  }
}
