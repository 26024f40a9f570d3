import type { AdjustableClock } from '../../../core/ports/clock.js'
import { startFeishu } from '../../simulators/feishu/start.js'
import { tenant } from '../../simulators/feishu/world.js'
import type { FarSide, Member } from './far-side.js'
import { readCard, readPost, readTasks } from './read-feishu.js'
import type { Seen } from './seen.js'
import { until } from './until.js'

/** Feishu over its long connection: with `im:message.group_msg` the bot hears every word of its groups. */
export async function feishuSide(clock: AdjustableClock, members: readonly Member[]): Promise<FarSide> {
  const sim = await startFeishu({ clock })
  const accountOf = (key: string) => `ou_${key}`
  for (const { key, name } of members)
    sim.world.people.set(accountOf(key), {
      ...{ openId: accountOf(key), unionId: `on_${key}`, userId: key, name },
      ...{ departments: ['od-sales'], tenant, isAvailable: true },
    })

  return {
    platform: 'feishu',
    settings: { feishu: sim.settings },
    accountOf,
    async open() {
      await until(() => sim.delivery.sockets.size > 0, 'the long connection is open')
    },
    async customerWrites(words) {
      sim.says(sim.customer, sim.groupId, words)
      await sim.delivery.idle()
    },
    async says(account, words) {
      sim.says(account, 'bot', words)
      await sim.delivery.idle()
    },
    chatOf: async (account) =>
      [...sim.world.messages.values()]
        .filter((one) => one.chatId === sim.world.withBot(account).id && one.sender === null && !one.recalled)
        .map(({ id, type, content }): Seen => {
          const body = JSON.parse(content) as Record<string, unknown>
          return { ...(type === 'interactive' ? readCard(body) : readPost(body)), id, raw: content }
        }),
    async presses(account, message, buttonId, values) {
      const held = sim.world.messages.get(message.id)
      if (!held) throw new Error('there is no such card')
      held.content = message.raw
      const { notice, error } = await sim.taps(account, buttonId, values, held.chatId, held)
      return error === null ? (notice ?? '') : `出错了，错误码 ${error}`
    },
    urgesOf: (account) =>
      [...sim.world.messages.values()].flatMap((one) =>
        one.urges.filter((urged) => urged.account === account).map(({ level }) => level),
      ),
    listOf: (account) => readTasks(sim.api.tasks).filter(({ of }) => of === account),
    stop: () => sim.stop(),
  }
}
