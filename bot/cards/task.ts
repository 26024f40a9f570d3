import { addDays, fromLocal, localDay } from '../../core/deadlines/working-time.js'
import type { Card } from '../../core/ports/card.js'
import type { Task } from '../../core/tasks/task.js'
import { leadName, phone, when } from '../format.js'
import { ok, type CardKind, type CardView, type Tap } from './card-kind.js'

/** A reminder at its minute; done or put off with a tap. In a list of things to do: the task's name and its page. */
export const taskDue: CardKind = {
  kind: 'task.due',

  async render(view): Promise<Card> {
    const { core, tx, delivery, now } = view
    const task = await core.tasks.find(tx, delivery.subjectId)
    if (!task) return { kind: 'task.due', title: '待办已不存在', tone: 'neutral', blocks: [] }
    const about = await aboutTask(view, task)
    const base = { kind: 'task.due', page: about.page }
    if (delivery.channel === 'todo')
      return { ...base, title: listedTitle(task.title, about.name), tone: 'neutral', blocks: [] }
    const fields = { type: 'fields' as const, fields: about.fields }
    if (task.state !== 'open') {
      return {
        ...base,
        title: `${task.state === 'done' ? '已完成' : '已取消'}：${task.title}`,
        tone: 'neutral',
        subtitle: about.name,
        blocks: [],
      }
    }
    if (await core.tasks.isWaiting(tx, task.id)) {
      return {
        ...base,
        title: `等客户回复：${about.name}`,
        tone: 'neutral',
        subtitle: task.title,
        blocks: [fields],
        actions: [
          { id: 'done', label: '已完成', style: 'primary' },
          { id: 'go-on', label: '继续提醒', style: 'default' },
        ],
        footnote: '客户再来联系时，会接着提醒',
      }
    }
    const late = now > task.dueAt
    return {
      ...base,
      title: task.kind === 'contact' ? `该联系客户了：${about.name}` : `待办到期：${task.title}`,
      tone: late ? 'warning' : 'info',
      subtitle: `${when(task.dueAt, now, core.timeZone, { allDay: task.allDay })} · ${task.kind === 'contact' ? task.title : about.name}`,
      blocks: [fields],
      actions: [
        { id: 'done', label: '已完成', style: 'primary' },
        { id: 'tomorrow', label: '推迟到明天', style: 'default' },
        { id: 'in-an-hour', label: '一小时后', style: 'default' },
        ...(task.kind === 'contact' ? [{ id: 'wait', label: '等客户回复', style: 'default' as const }] : []),
      ],
      footnote: task.kind === 'contact' ? '联系完发一句话给我，就能记成跟进' : '',
    }
  },

  taps: {
    async done({ core, tx, actor, delivery }: Tap) {
      await core.tasks.finish(tx, actor, delivery.subjectId)
      return ok('已完成。')
    },
    async wait({ core, tx, actor, delivery }: Tap) {
      const isWaiting = await core.tasks.waitForCustomer(tx, actor, delivery.subjectId)
      return ok(isWaiting ? '好的，客户再来联系时接着提醒。' : '这条待办没有要再提醒的了。')
    },
    async 'go-on'({ core, tx, actor, delivery }: Tap) {
      await core.tasks.goOn(tx, actor, delivery.subjectId)
      return ok('好的，继续提醒。')
    },
    async tomorrow({ core, tx, actor, delivery, now }: Tap) {
      const day = addDays(localDay(now, core.timeZone), 1)
      await core.tasks.postpone(tx, actor, delivery.subjectId, {
        dueAt: fromLocal(`${day}T09:00`, core.timeZone),
        allDay: true,
      })
      return ok('好的，明天上午 9 点再提醒你。')
    },
    async 'in-an-hour'({ core, tx, actor, delivery, now }: Tap) {
      await core.tasks.postpone(tx, actor, delivery.subjectId, {
        dueAt: new Date(now.getTime() + 3_600_000),
        allDay: false,
      })
      return ok('好的，一小时后再提醒你。')
    },
  },
}

/** A line in the person's own list, where it stands among other people's customers. */
const listedTitle = (title: string, name: string): string =>
  title.includes(name) ? title : `${title}（${name}）`

/** A day late: the manager reads along. */
export const taskOverdue: CardKind = {
  kind: 'task.overdue',

  async render(view): Promise<Card> {
    const { core, tx, delivery, now } = view
    const task = await core.tasks.find(tx, delivery.subjectId)
    if (!task) return { kind: 'task.overdue', title: '待办已不存在', tone: 'neutral', blocks: [] }
    const about = await aboutTask(view, task)
    const owner = await core.org.findPerson(tx, task.ownerId)
    const open = task.state === 'open'
    return {
      kind: 'task.overdue',
      title: open ? `${owner?.name ?? '同事'}的待办已逾期一天` : `已处理：${task.title}`,
      tone: open ? 'warning' : 'neutral',
      subtitle: `${task.title} · ${about.name} · 原定${when(task.dueAt, now, core.timeZone, { allDay: task.allDay })}`,
      blocks: [],
      page: about.page,
    }
  },
}

async function aboutTask({ core, tx }: CardView, task: Task) {
  if (task.subjectType === 'lead') {
    const lead = await core.leads.find(tx, task.subjectId)
    const name = lead ? leadName(lead) : '客户'
    const fields = [{ label: '电话', value: phone(lead?.phone ?? null) }]
    return {
      name,
      fields: fields.filter((field) => field.value),
      page: { label: '查看详情', path: `/leads/${task.subjectId}` },
    }
  }
  const customer = await core.customers.find(tx, task.subjectId)
  const contacts = await core.customers.contactsOf(tx, task.subjectId)
  const fields = contacts.slice(0, 3).map((contact) => ({
    label: contact.name,
    value: phone(contact.phone),
  }))
  return {
    name: customer?.name ?? '客户',
    fields: fields.filter((field) => field.value),
    page: { label: '查看客户', path: `/customers/${task.subjectId}` },
  }
}
