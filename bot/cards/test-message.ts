import type { Card } from '../../core/ports/card.js'
import { clockTime } from '../format.js'
import { ok, type CardKind } from './card-kind.js'

/** Walks the whole chain on purpose; a tap on 收到 proves that it arrived before somebody's eyes. */
export const testMessage: CardKind = {
  kind: 'test.message',

  async render({ core, tx, delivery }): Promise<Card> {
    const row = await core.deliveries.find(tx, delivery.id)
    const by = delivery.params['by'] ? await core.org.findPerson(tx, delivery.params['by']) : null
    const acted = row?.actedAt ?? null
    return {
      kind: 'test.message',
      title: acted ? '测试消息：已确认收到' : '测试消息',
      tone: acted ? 'success' : 'info',
      subtitle: `${by?.name ?? '管理员'}在检查你能不能收到通知`,
      blocks: acted ? [] : [{ type: 'text', text: '收到后点一下“收到”，不需要做别的。' }],
      ...(acted ? {} : { actions: [{ id: 'received', label: '收到', style: 'primary' as const }] }),
      footnote: acted ? `${clockTime(acted, core.timeZone)} 点了“收到”` : '',
    }
  },

  taps: {
    // The tap itself is the receipt; there is nothing else to do.
    received: () => Promise.resolve(ok('收到，通知是通的。')),
  },
}
