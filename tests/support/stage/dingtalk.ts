import type { AdjustableClock } from '../../../core/ports/clock.js'
import { startDingtalk } from '../../simulators/dingtalk/start.js'
import type { FarSide, Member } from './far-side.js'
import { readRobotMessage, readTodos, readVariables } from './read-dingtalk.js'
import type { Seen } from './seen.js'
import { until } from './until.js'

/** DingTalk over its stream: customers are heard where they address the robot in a group that they share with it. */
export async function dingtalkSide(clock: AdjustableClock, members: readonly Member[]): Promise<FarSide> {
  const sim = await startDingtalk({ clock })
  const accountOf = (key: string) => `u-${key}`
  for (const { key, name } of members) {
    const userId = accountOf(key)
    if (sim.world.people.some((one) => one.userId === userId)) continue
    sim.world.people.push({
      ...{ userId, unionId: `union-${userId}`, name },
      title: '销售',
      departments: ['1'],
      isOutside: false,
    })
  }

  return {
    platform: 'dingtalk',
    settings: { dingtalk: sim.settings },
    accountOf,
    async open() {
      await until(() => sim.gateway.connections() > 0, 'the stream is open')
    },
    customerWrites: (words) => sim.says('outside-zhang', 'cid-group-1==', words),
    says: (account, words) => sim.says(account, 'bot', words),
    chatOf: async (account) =>
      sim.world.messages
        .filter((one) => one.to === account && one.kind !== 'ding' && one.dropped === null && !one.isRecalled)
        .flatMap((message): Seen[] => {
          const card = [...sim.world.cards.values()].find((one) => one.carrierId === message.id)
          if (!card) return [{ ...readRobotMessage(message.param), id: message.id, raw: '' }]
          const variables = { ...card.shared, ...card.own.get(account) }
          return [{ ...readVariables(variables), id: card.outTrackId, raw: JSON.stringify(card.shared) }]
        }),
    async presses(account, message, buttonId, values) {
      const card = sim.world.cards.get(message.id)
      if (!card) throw new Error('there is no such card')
      const filled = Object.fromEntries(
        message.inputs.map(({ name, value }) => [name, value.replace(' ', 'T')]).filter(([, value]) => value),
      )
      card.shared = JSON.parse(message.raw) as Record<string, string>
      const { notice } = await sim.taps(account, buttonId, { ...filled, ...values }, card)
      return notice ?? ''
    },
    urgesOf: (account) =>
      sim.world.messages.filter((one) => one.kind === 'ding' && one.to === account).map(() => 'DING'),
    listOf: (account) => readTodos(sim.world).filter(({ of }) => of === account),
    stop: () => sim.stop(),
  }
}
