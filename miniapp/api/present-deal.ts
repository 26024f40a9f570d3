import type { PersonActor } from '../../core/actor.js'
import type { Customer } from '../../core/customers/customer.js'
import { localDay } from '../../core/deadlines/working-time.js'
import type { Deal } from '../../core/deals/deal.js'
import { can } from '../../core/permissions/permissions.js'
import type { DealRow } from '../contract/deals.js'
import type { Vocabulary } from './vocabulary.js'

interface Sight {
  actor: PersonActor
  words: Vocabulary
  /** Null when it is gone. */
  customer: Pick<Customer, 'id' | 'name'> | null
  at: Date
  timeZone: string
}

export function presentDeal(deal: Deal, { actor, words, customer, at, timeZone }: Sight): DealRow {
  const today = localDay(at, timeZone)
  return {
    id: deal.id,
    title: deal.title,
    stage: deal.stage,
    state: deal.state,
    amountCents: deal.amountCents,
    expectedCloseOn: deal.expectedCloseOn,
    late: deal.state === 'open' && deal.expectedCloseOn !== null && deal.expectedCloseOn < today,
    stageSince: deal.stageSince.toISOString(),
    customer: customer && { id: customer.id, name: customer.name },
    owner: words.person(deal.ownerId),
    canEdit: can(actor, 'deal.edit', deal),
  }
}
