import { actionSelect } from '../../../adapters/wecom/decode.js'
import type { AdjustableClock } from '../../../core/ports/clock.js'
import { startWecom } from '../../simulators/wecom/start.js'
import type { FarSide, Member } from './far-side.js'
import { readTemplateCard } from './read-wecom.js'
import { noCard, record, text, type Seen } from './seen.js'

const noticeLine = /^(?:✅|⚠️|❗|ℹ️) (.*)$/m

/** WeCom: members in the app's chat, customers in customer service. */
export async function wecomSide(clock: AdjustableClock, members: readonly Member[]): Promise<FarSide> {
  const sim = await startWecom({ clock })
  const accountOf = (key: string) => key.toLowerCase()
  for (const { key, name } of members)
    sim.world.members.set(accountOf(key), { userid: accountOf(key), name, departments: [2], status: 1 })

  const chatOf = (account: string): Seen[] =>
    sim.world.messages
      .filter((one) => one.to === account && !one.isDropped && !one.isRecalled)
      .map(({ msgid, msgtype, content }): Seen => {
        const taskId = text(content['task_id'])
        const card = sim.world.cards.get(taskId)?.card
        return msgtype === 'template_card' && card
          ? { ...readTemplateCard(card), id: taskId, raw: JSON.stringify(card) }
          : { ...noCard, id: msgid, kind: 'text', lines: [text(content['content'])], raw: '' }
      })

  return {
    platform: 'wecom',
    settings: { wecom: sim.settings },
    accountOf,
    async open(running) {
      sim.connect(`${running.origin}/hooks`)
    },
    async customerWrites(words) {
      await sim.customerSays(words)
    },
    async says(account, words) {
      await sim.says(account, words)
    },
    chatOf: async (account) => chatOf(account),
    async presses(account, message, buttonId, values) {
      const card = JSON.parse(message.raw) as Record<string, unknown>
      const submit = text(record(card['submit_button'])['key'])
      const isChoice = submit !== '' && buttonId !== submit
      const shown = sim.world.cards.get(message.id)
      if (!shown) throw new Error('there is no such card')
      const filled = Object.fromEntries(
        message.inputs.map(({ name, value }) => [name, value]).filter(([, value]) => value),
      )
      const answered = await sim.taps(
        account,
        submit || buttonId,
        { ...filled, ...values, ...(isChoice ? { [actionSelect]: buttonId } : {}) },
        { taskId: message.id, shown },
      )
      const line = noticeLine.exec(
        [text(answered.card?.['sub_title_text']), text(record(answered.card?.['main_title'])['desc'])]
          .join('\n')
          .replaceAll('；', '\n'),
      )
      return line?.[1] ?? answered.text ?? ''
    },
    urgesOf: (account) => [
      ...sim.textsTo(account).filter((words) => words.startsWith('【请尽快处理】')),
      ...sim.callsTo('/cgi-bin/pstncc/call').map(() => 'call'),
    ],
    stop: () => sim.stop(),
  }
}
