import type { Card } from '../../core/ports/card.js'
import { leadName } from '../format.js'
import type { CardKind } from './card-kind.js'
import { leadPage } from './lead-blocks.js'

const words = '对方已不在好友列表中，消息发不到了。可以换电话或其他方式联系。'

/** A customer is no longer a contact in the messenger: the owner hears of it before the next message fails. */
export const leadContactRemoved: CardKind = {
  kind: 'lead.contact-removed',
  async render({ core, tx, delivery }): Promise<Card> {
    const lead = await core.leads.byId(tx, delivery.subjectId)
    return {
      kind: 'lead.contact-removed',
      title: `客户删除了好友：${leadName(lead)}`,
      tone: 'warning',
      blocks: [{ type: 'text', text: words }],
      page: leadPage(lead.id),
    }
  },
}

export const customerContactRemoved: CardKind = {
  kind: 'customer.contact-removed',
  async render({ core, tx, delivery }): Promise<Card> {
    const customer = await core.customers.find(tx, delivery.subjectId)
    return {
      kind: 'customer.contact-removed',
      title: `客户删除了好友：${customer?.name ?? '客户'}`,
      tone: 'warning',
      blocks: [{ type: 'text', text: words }],
      page: { label: '查看客户', path: `/customers/${delivery.subjectId}` },
    }
  },
}
