import { addDays, fromLocal, localDay } from '../../core/deadlines/working-time.js'
import { leadName, when } from '../format.js'
import type { Command } from './command.js'

export const today: Command = {
  usage: '今日待办',
  about: '今天到期和逾期的待办、等你接单的线索',
  pattern: /^(今日待办|今天待办|待办|今日|今天有什么(事|安排)?[?？]?)$/,
  answer: {
    kind: 'answer.today',
    async render({ core, tx, viewer, now }) {
      const end = fromLocal(addDays(localDay(now, core.timeZone), 1), core.timeZone)
      const tasks = viewer ? await core.tasks.openFor(tx, viewer.personId, end) : []
      const leads = viewer ? await core.leads.openOf(tx, viewer.personId, 100) : []
      const offered = leads.filter((lead) => lead.state === 'offered')
      const queued = viewer ? await core.leads.queuedFor(tx, viewer.personId, 50) : []
      const names = await subjectNames(core, tx, tasks)
      const fields = [
        ...queued.map((lead) => ({
          label: lead.redSince ? '待指派（已升级到顶）' : '待你指派',
          value: leadName(lead),
          wide: true,
        })),
        ...offered.map((lead) => ({ label: '等你接单', value: leadName(lead), wide: true })),
        ...tasks.map((task) => ({
          label: `${task.dueAt < now ? '已到期 · ' : ''}${when(task.dueAt, now, core.timeZone, { allDay: task.allDay })}`,
          value: `${task.title} · ${names.get(task.subjectId) ?? '客户'}`,
          wide: true,
        })),
      ]
      return {
        kind: 'answer.today',
        title: fields.length > 0 ? `今天有 ${fields.length} 件事等你` : '今天没有待办，轻松一下',
        tone: queued.some((lead) => lead.redSince) ? 'danger' : 'info',
        blocks: fields.length > 0 ? [{ type: 'fields', fields: fields.slice(0, 12) }] : [],
        page: { label: '打开今日', path: '/' },
      }
    },
  },
}

async function subjectNames(
  core: Parameters<Command['answer']['render']>[0]['core'],
  tx: Parameters<Command['answer']['render']>[0]['tx'],
  tasks: { subjectType: string; subjectId: string }[],
) {
  const names = new Map<string, string>()
  for (const { subjectType, subjectId } of tasks.slice(0, 12)) {
    if (names.has(subjectId)) continue
    const lead = subjectType === 'lead' ? await core.leads.find(tx, subjectId) : null
    const customer = subjectType === 'customer' ? await core.customers.find(tx, subjectId) : null
    names.set(subjectId, lead ? leadName(lead) : (customer?.name ?? '客户'))
  }
  return names
}
