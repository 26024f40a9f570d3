import type { Delivery } from '../../core/deliveries/delivery.js'
import type { Card } from '../../core/ports/card.js'
import { leadName, when } from '../format.js'
import type { CardKind, CardView } from './card-kind.js'

interface DigestWords {
  title: (count: number) => string
  page: { label: string; path: string }
}

const words: Record<string, DigestWords> = {
  'lead.given': {
    title: (count) => `${count} 条线索归到你名下`,
    page: { label: '查看我的线索', path: '/leads' },
  },
  'lead.dispatch': {
    title: (count) => `${count} 条线索等待你指派`,
    page: { label: '去指派', path: '/leads' },
  },
  'lead.touched': {
    title: (count) => `${count} 条线索的客户又来询问`,
    page: { label: '查看线索', path: '/leads' },
  },
  'customer.touched': {
    title: (count) => `${count} 位老客户又有需求`,
    page: { label: '查看客户', path: '/customers' },
  },
  'task.due': { title: (count) => `${count} 件待办到点了`, page: { label: '打开今日', path: '/today' } },
  'task.overdue': { title: (count) => `${count} 件待办已逾期`, page: { label: '打开今日', path: '/today' } },
}

const others: DigestWords = {
  title: (count) => `${count} 条新通知`,
  page: { label: '打开今日', path: '/today' },
}

/** Many notices of one kind as one card: how many, the first of them by name, and the list behind a tap. */
export const digest: CardKind = {
  kind: 'digest',

  async render(view): Promise<Card> {
    const { core, tx, delivery, now } = view
    const kind = words[delivery.params['kind'] ?? ''] ?? others
    const { shown } = (await core.playbook.get(tx, 'notices')).digest
    const { count, settled, first } = await core.deliveries.foldedInto(tx, delivery.id, shown)
    const names: { label: string; value: string; wide: boolean }[] = []
    for (const one of first)
      names.push({
        label: when(one.queuedAt, now, core.timeZone),
        value: await nameOf(view, one),
        wide: true,
      })
    const rest = count - names.length
    return {
      kind: 'digest',
      title: count === 0 && settled > 0 ? `${settled} 条都已有人处理` : kind.title(count),
      tone: 'info',
      subtitle: '消息较多，合成一张发给你',
      blocks: names.length > 0 ? [{ type: 'fields', fields: names }] : [],
      page: kind.page,
      footnote: rest > 0 ? `另有 ${rest} 条，点“${kind.page.label}”查看` : '',
    }
  },
}

async function nameOf({ core, tx }: CardView, { subjectType, subjectId }: Delivery): Promise<string> {
  switch (subjectType) {
    case 'lead': {
      const lead = await core.leads.find(tx, subjectId)
      return lead ? leadName(lead) : '线索'
    }
    case 'customer':
      return (await core.customers.find(tx, subjectId))?.name ?? '客户'
    case 'task':
      return (await core.tasks.find(tx, subjectId))?.title ?? '待办'
    default:
      return '通知'
  }
}
