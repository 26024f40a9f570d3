import type { AdjustableClock } from '../../core/ports/clock.js'
import { stopwatch } from '../../core/ports/clock.js'
import type { Fields } from '../simulators/wecom/callbacks.js'
import { startWecom } from '../simulators/wecom/start.js'
import { agentId, corpId, openKfId } from '../simulators/wecom/world.js'
import { wordsOf, type Load } from './load.js'

interface Envelope {
  path: 'wecom/app' | 'wecom/kf'
  fields: Fields
}

/** Every so many callbacks lose their connection before the answer has come back. */
const hangUpMs = 2

export async function wecomLoad(clock: AdjustableClock, colleagues: number): Promise<Load> {
  const sim = await startWecom({ clock })
  let hooks = ''
  let isBreaking = 0
  for (let n = 0; n < colleagues; n += 1)
    sim.world.members.set(`member${n}`, {
      userid: `member${n}`,
      name: `同事${n}`,
      departments: [2],
      status: 1,
    })
  const seconds = () => Math.floor(sim.world.now() / 1000)

  const testCards = new Map<string, [string, { card: Record<string, unknown> }]>()
  function testCardOf(member: string): [string, { card: Record<string, unknown> }] {
    const known = testCards.get(member)
    if (known) return known
    const found = [...sim.world.cards].find(
      ([, { to, card }]) => to === member && JSON.stringify(card['main_title']).includes('测试消息'),
    )
    if (!found) throw new Error(`${member} has no card to tap`)
    testCards.set(member, found)
    return found
  }

  function fieldsOf(kind: string, number: number, colleague: number): Envelope {
    const base = { ToUserName: corpId, FromUserName: `member${colleague}`, CreateTime: seconds() }
    switch (kind) {
      case 'help': {
        const fields = { ...base, MsgType: 'text', Content: '帮助', MsgId: `9${number}`, AgentID: agentId }
        return { path: 'wecom/app', fields }
      }
      case 'customer': {
        sim.world.kf.list.push({
          ...{ msgid: `kf-${number}`, open_kfid: openKfId, external_userid: `wmCustomer${number % 50}` },
          ...{ send_time: seconds(), origin: 3, msgtype: 'text', text: { content: wordsOf(number) } },
        })
        const token = `kftoken-${number}`
        sim.world.kf.tokens.set(token, sim.world.now() + 600_000)
        const event = { MsgType: 'event', Event: 'kf_msg_or_event', Token: token, OpenKfId: openKfId }
        return { path: 'wecom/kf', fields: { ToUserName: corpId, CreateTime: seconds(), ...event } }
      }
      case 'tap': {
        const [taskId, shown] = testCardOf(`member${colleague}`)
        const event = { MsgType: 'event', Event: 'template_card_event', EventKey: 'received', TaskId: taskId }
        const card = { CardType: String(shown.card['card_type']), ResponseCode: sim.world.issueCode(taskId) }
        return { path: 'wecom/app', fields: { ...base, ...event, ...card, AgentID: agentId } }
      }
      default: {
        // Two of one second are one for WeCom: each has its own person.
        const event = { MsgType: 'event', Event: 'enter_agent', AgentID: agentId }
        return { path: 'wecom/app', fields: { ...base, FromUserName: `visitor${number}`, ...event } }
      }
    }
  }

  return {
    settings: { wecom: { ...sim.settings, bot: null } },
    deadlineMs: 5_000,
    account: (n) => `member${n}`,
    async open(origin) {
      hooks = `${origin}/hooks`
      sim.connect(hooks)
    },
    make: (kind, number, colleague) => ({ kind, number, envelope: fieldsOf(kind, number, colleague) }),
    async send({ envelope }) {
      const { path, fields } = envelope as Envelope
      const { query, body } = sim.seal(path, sim.xmlOf('xml', fields))
      const breaks = isBreaking > 0
      if (breaks) isBreaking -= 1
      const startedAt = stopwatch()
      try {
        const signal = AbortSignal.timeout(breaks ? hangUpMs : 5_000)
        const answer = await fetch(`${hooks}/${path}?${query}`, { method: 'POST', body, signal })
        await answer.arrayBuffer()
        return answer.status === 200 ? stopwatch() - startedAt : null
      } catch {
        return null
      }
    },
    disconnect: () => void (isBreaking += 20),
    shown: (title) =>
      [...sim.world.cards.values()].filter(({ card }) => JSON.stringify(card['main_title']).includes(title))
        .length,
    stop: () => sim.stop(),
  }
}
