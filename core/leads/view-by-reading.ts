import type { ReceiptListener } from '../deliveries/deliveries.js'
import type { Org } from '../org/org.js'
import type { Leads } from './leads.js'

/** Having read the card of a lead that one owns counts as having seen the lead (P-7). */
export function viewByReading({ leads, org }: { leads: Leads; org: Org }): ReceiptListener {
  return async (tx, { card, subjectType, subjectId, personId, platform }, state) => {
    // A question to a manager is about somebody else's lead; what a digest stands for has not been looked at.
    if (state !== 'read' || subjectType !== 'lead' || card === 'lead.dispatch' || !personId) return
    const reader = await org.actorOf(tx, personId, { channel: platform ?? 'messenger' })
    if (reader) await leads.markViewed(tx, reader, subjectId)
  }
}
