import { stopwatch, type AdjustableClock } from '../../core/ports/clock.js'
import { startDingtalk } from '../simulators/dingtalk/start.js'
import { until } from '../support/stage/until.js'
import { wordsOf, type Load } from './load.js'

const topics = { robot: '/v1.0/im/bot/messages/get', card: '/v1.0/card/instances/callback' }
const waitMs = 5_000

export async function dingtalkLoad(clock: AdjustableClock, colleagues: number): Promise<Load> {
  const sim = await startDingtalk({ clock })
  for (let n = 0; n < colleagues; n += 1)
    sim.world.people.push({
      ...{ userId: `u-${n}`, unionId: `union-${n}`, name: `同事${n}`, title: '销售' },
      ...{ departments: ['1'], isOutside: false },
    })

  function dataOf(kind: string, number: number, colleague: number): { topic: string; data: object } {
    if (kind === 'tap') {
      const card = [...sim.world.cards.values()].find(
        ({ space, shared }) => space === `IM_ROBOT.u-${colleague}` && shared['title']?.startsWith('测试消息'),
      )
      if (!card) throw new Error(`u-${colleague} has no card`)
      const inner = { actionIds: ['received0'], params: { action: 'received' } }
      return { topic: topics.card, data: sim.tapData(card, `u-${colleague}`, inner) }
    }
    const isCustomer = kind === 'customer'
    const words = isCustomer ? wordsOf(number) : kind === 'help' ? '帮助' : '你好呀'
    const sender = isCustomer ? 'outside-zhang' : `u-${colleague}`
    const message = sim.robotMessage(sender, isCustomer ? 'cid-group-1==' : 'bot', words)
    return { topic: topics.robot, data: { ...message, msgId: `soak-${number}==` } }
  }

  return {
    settings: { dingtalk: sim.settings },
    deadlineMs: 2_000,
    account: (n) => `u-${n}`,
    open: () => until(() => sim.gateway.connections() > 0, 'the stream is open'),
    make: (kind, number, colleague) => ({ kind, number, envelope: dataOf(kind, number, colleague) }),
    async send({ envelope }) {
      const { topic, data } = envelope as { topic: string; data: object }
      const startedAt = stopwatch()
      const ack = await sim.gateway.push('CALLBACK', topic, data, {}, undefined, waitMs)
      return ack?.code === 200 ? stopwatch() - startedAt : null
    },
    disconnect: () => sim.gateway.drop(),
    shown: (title) => [...sim.world.cards.values()].filter(({ shared }) => shared['title'] === title).length,
    stop: () => sim.stop(),
  }
}
