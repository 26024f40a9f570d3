import { leaveSpan, type LeaveDays } from '../../core/deadlines/leaves.js'
import { localDay } from '../../core/deadlines/working-time.js'
import { ok, warn, type CardView, type Tap } from '../cards/card-kind.js'
import { leaveEffects, leaveName, readLeave } from '../leave-words.js'
import type { Command } from './command.js'

const base = { kind: 'answer.leave', page: { label: '我的请假', path: '/me' } }

/** 请假 明天: what it means is shown first; noted, and taken back, with a tap. */
export const leave: Command = {
  usage: '请假 <明天 / 下周一到周三>',
  about: '登记请假，看看手上的事会转给谁',
  pattern: /^(?:我?(?:要|想)?请(?:个)?假|我?(?:要|想)?休假)\s*[，,：:]?\s*(?<said>.{0,60})$/,
  settle({ said = '' }, { now, timeZone }) {
    const days = readLeave(said, now, timeZone)
    return days ? { said, ...days } : { said }
  },
  answer: {
    kind: 'answer.leave',

    async render(view) {
      const { core, tx, viewer, delivery, now } = view
      const days = daysIn(delivery.params)
      if (!days || !viewer)
        return {
          ...base,
          title: delivery.params['said'] ? '没有看懂是哪几天' : '请哪几天假？',
          tone: 'neutral',
          blocks: [
            { type: 'text', text: '写上日子再发一次，例如：请假 明天，请假 周五下午，请假 下周一到周三。' },
          ],
        }
      const name = leaveName(days, localDay(now, core.timeZone))
      const { fromAt, toAt } = leaveSpan(days, core.timeZone)
      if (toAt <= now) return { ...base, title: `已过去：${name}`, tone: 'neutral', blocks: [] }
      if (await notedLeave(view, days))
        return {
          ...base,
          title: `已登记请假：${name}`,
          tone: 'success',
          subtitle: fromAt <= now ? '正在休假，不会分到新线索' : '到时候不会分到新线索',
          blocks: [],
          actions: [{ id: 'cancel', label: '取消请假', style: 'default' }],
        }
      const effects = leaveEffects(await core.deadlines.leaves.effectOf(tx, viewer.personId))
      return {
        ...base,
        title: `请假：${name}`,
        tone: 'info',
        subtitle: '确认后才算数',
        blocks: [
          {
            type: 'text',
            text: [...effects, '请假期间不会分到新线索。'].join('；'),
          },
        ],
        actions: [{ id: 'confirm', label: '确认请假', style: 'primary' }],
        footnote: '要指定代班同事，请到页面里登记',
      }
    },

    taps: {
      async confirm(tap) {
        const days = daysIn(tap.delivery.params)
        if (!days) return warn('没有看懂是哪几天，请再发一次。')
        await tap.core.deadlines.leaves.add(tap.tx, tap.actor, { personId: tap.actor.personId, ...days })
        return ok('已登记，好好休息。')
      },
      async cancel(tap: Tap) {
        const days = daysIn(tap.delivery.params)
        const noted = days && (await notedLeave({ ...tap, viewer: tap.actor }, days))
        if (!noted) return warn('这次请假已经取消了。')
        await tap.core.deadlines.leaves.cancel(tap.tx, tap.actor, noted.id)
        return ok('已取消请假。')
      },
    },
  },
}

/** The leave with these very ends, while it is not over. */
async function notedLeave({ core, tx, viewer }: Pick<CardView, 'core' | 'tx' | 'viewer'>, days: LeaveDays) {
  const { fromAt, toAt } = leaveSpan(days, core.timeZone)
  const all = viewer ? await core.deadlines.leaves.of(tx, viewer.personId) : []
  return all.find((one) => one.fromAt.getTime() === fromAt.getTime() && one.toAt.getTime() === toAt.getTime())
}

/** As `settle` has put them down. */
function daysIn({ from, fromHalf, to, toHalf }: Record<string, string>): LeaveDays | null {
  if (!from || !to) return null
  return {
    ...{ from, to },
    ...(fromHalf === 'pm' ? { fromHalf } : {}),
    ...(toHalf === 'am' ? { toHalf } : {}),
  }
}
