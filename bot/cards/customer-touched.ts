import type { Card } from '../../core/ports/card.js'
import { excerpt, when } from '../format.js'
import type { CardKind } from './card-kind.js'

/** An existing customer has shown interest again: the owner hears of it, no lead is made. */
export const customerTouched: CardKind = {
  kind: 'customer.touched',

  async render({ core, tx, delivery, now }): Promise<Card> {
    const customer = await core.customers.find(tx, delivery.subjectId)
    const [touch] = await core.leads.touchesOf(tx, { type: 'customer', ids: [delivery.subjectId] })
    return {
      kind: 'customer.touched',
      title: `老客户又有需求：${customer?.name ?? '客户'}`,
      tone: 'info',
      subtitle: '已记在客户名下，没有另建线索',
      blocks: touch
        ? [
            {
              type: 'quote',
              text: excerpt(touch.text, 300),
              by: [touch.senderName, touch.chatName, when(touch.at, now, core.timeZone)]
                .filter(Boolean)
                .join(' · '),
            },
          ]
        : [],
      page: { label: '查看客户', path: `/customers/${delivery.subjectId}` },
    }
  },
}
