import { EntitySchema } from 'typeorm'
import * as column from '../db/columns.js'
import { updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'

/** A lead held out to one rep. open → accepted | declined | expired | withdrawn. */
export interface Offer {
  id: string
  leadId: string
  personId: string
  runId: string
  state: 'open' | OfferEnd
  /** The lead's id while open: a lead has one open offer at most. */
  openKey: string | null
  offeredAt: Date
  expiresAt: Date
  closedAt: Date | null
}

export type OfferEnd = 'accepted' | 'declined' | 'expired' | 'withdrawn'

export const OfferEntity = new EntitySchema<Offer>({
  name: 'offer',
  tableName: 'offers',
  columns: {
    id: column.id(),
    leadId: column.ref(),
    personId: column.ref(),
    runId: column.ref(),
    state: column.state(),
    openKey: column.optionalRef(),
    offeredAt: column.instant(),
    expiresAt: column.instant(),
    closedAt: column.optionalInstant(),
  },
  indices: [
    { name: 'offers_open', columns: ['openKey'], unique: true },
    { name: 'offers_lead', columns: ['leadId', 'offeredAt'] },
    { name: 'offers_person', columns: ['personId', 'offeredAt'] },
  ],
})

/**
 * Ends a lead's open offer. Accept, expiry and withdrawal race; all use this update, so exactly one changes a row.
 *
 * @param offerId - only this offer, where an older one must not be mistaken for it.
 */
export async function closeOffer(
  tx: Tx,
  leadId: string,
  end: { to: OfferEnd; at: Date; offerId?: string },
): Promise<boolean> {
  const where = { openKey: leadId, state: 'open' as const, ...(end.offerId ? { id: end.offerId } : {}) }
  return (await updateRows(tx, OfferEntity, where, { state: end.to, openKey: null, closedAt: end.at })) === 1
}
