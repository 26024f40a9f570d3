import type { Card } from '../../core/ports/card.js'
import { leadName, when } from '../format.js'
import { ok, warn, type CardKind, type Tap } from './card-kind.js'
import { leadFields, leadPage, sourceRecord } from './lead-blocks.js'
import { markContacted } from './lead-offer.js'

/** A lead that came to somebody without an accept tap: any tap, the page or a read receipt shows that they know. */
export const leadGiven: CardKind = {
  kind: 'lead.given',

  async render(view): Promise<Card> {
    const { core, tx, delivery, viewer, now } = view
    const lead = await core.leads.byId(tx, delivery.subjectId)
    const base = { kind: 'lead.given', page: leadPage(lead.id) }
    const mine = viewer !== null && lead.ownerId === viewer.personId
    if (!mine) return { ...base, title: `已不在你名下：${leadName(lead)}`, tone: 'neutral', blocks: [] }
    const deadline = await core.deadlines.running(tx, 'lead.view', { type: 'lead', id: lead.id })
    const via = {
      dispatch: '主管指派给你',
      'take-over': '你已接手',
      import: '导入时分给你',
      manual: '你录入的',
      accept: '你已接单',
    }
    const ask = deadline ? `请在${when(deadline.dueAt, now, core.timeZone)} 前查看，否则会另行分配` : '已查看'
    return {
      ...base,
      title: `线索归你：${leadName(lead)}`,
      tone: deadline ? 'info' : 'success',
      subtitle: `${lead.ownedVia ? via[lead.ownedVia] : ''} · ${ask}`,
      blocks: [await leadFields(view, lead), ...(await sourceRecord(view, lead.id))],
      actions: [
        ...(deadline ? [{ id: 'seen', label: '知道了', style: 'primary' as const }] : []),
        ...(lead.firstTouchAt ? [] : [{ id: 'contacted', label: '已联系客户', style: 'default' as const }]),
      ],
    }
  },

  taps: {
    async seen({ core, tx, actor, delivery }: Tap) {
      const lead = await core.leads.require(tx, actor, delivery.subjectId)
      return lead.ownerId === actor.personId ? ok('好的，线索由你跟进。') : warn('这条线索已不在你名下。')
    },
    contacted: markContacted,
  },
}

/** A lead's owner hears of every later sign of interest. */
export const leadTouched: CardKind = {
  kind: 'lead.touched',

  async render(view): Promise<Card> {
    const { core, tx, delivery } = view
    const lead = await core.leads.byId(tx, delivery.subjectId)
    return {
      kind: 'lead.touched',
      title: `客户又有消息：${leadName(lead)}`,
      tone: 'info',
      subtitle: '同一位客户再次询问，没有重复建线索',
      blocks: [...(await sourceRecord(view, lead.id)), await leadFields(view, lead)],
      page: leadPage(lead.id),
    }
  },
}
