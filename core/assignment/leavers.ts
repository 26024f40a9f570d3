import { systemActor, type Actor } from '../actor.js'
import { CustomerEntity } from '../customers/customer.js'
import type { Customers } from '../customers/customers.js'
import { select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Deadlines } from '../deadlines/deadlines.js'
import { DealEntity } from '../deals/deal.js'
import type { Deals } from '../deals/deals.js'
import type { Assignment } from './assignment.js'

export interface LeaversDeps {
  deadlines: Deadlines
  assignment: Assignment
  customers: Customers
  deals: Deals
}

/** A record that somebody who left still has in hand. */
export interface Held {
  id: string
  personId: string
}

/** Records of one kind that people have in hand, and how one of them is handed over. */
export interface Holding {
  table: string
  /** Holds the person's id. */
  column: string
  /** SQL over `r`, the record: which of them matter still. */
  condition: string
  /** False when it changed hands already, or nobody is left to take it. */
  hand: (tx: Tx, actor: Actor, held: Held) => Promise<boolean>
}

const heldBy = ({ table, column, condition }: Holding): string =>
  `SELECT r.id AS id, p.id AS personId FROM people p JOIN ${table} r ON r.${column} = p.id
   WHERE p.state = 'left' AND ${condition} ORDER BY r.id LIMIT ?`

export type Leavers = ReturnType<typeof createLeavers>

/**
 * Nobody's departure leaves a record without a hand: leads go round again, everything else goes to who leads the
 * department. What is still to do is read from the records themselves, so a crash or a race leaves nothing behind.
 */
export function createLeavers({ deadlines, assignment, customers, deals }: LeaversDeps) {
  const actor = systemActor('leavers')

  /** Who answers for a department now; its managers first, else the organisation's admins. Null where nobody is left. */
  async function successor(tx: Tx, ownerId: string, departmentId: string | null): Promise<string | null> {
    const [person] = await deadlines.people(tx, 'manager', { ownerId, departmentId })
    return person && person.id !== ownerId ? person.id : null
  }

  const takeBack: Holding['hand'] = (tx, by, { id, personId }) => assignment.takeBack(tx, by, id, personId)
  const holdings: Holding[] = [
    { table: 'leads', column: 'offeredToId', condition: "r.state = 'offered'", hand: takeBack },
    { table: 'leads', column: 'ownerId', condition: "r.state = 'owned'", hand: takeBack },
    { table: 'leads', column: 'askedId', condition: "r.state = 'queued'", hand: takeBack },
    {
      table: 'customers',
      column: 'ownerId',
      condition: '1 = 1',
      async hand(tx, by, { id, personId }) {
        const customer = await tx.getRepository(CustomerEntity).findOneByOrFail({ id })
        return customers.handOver(tx, by, customer, await successor(tx, personId, customer.departmentId))
      },
    },
    {
      table: 'deals',
      column: 'ownerId',
      condition: "r.state = 'open'",
      async hand(tx, by, { id, personId }) {
        const deal = await tx.getRepository(DealEntity).findOneByOrFail({ id })
        return deals.handOver(tx, by, deal, await successor(tx, personId, deal.departmentId))
      },
    },
  ]

  return {
    /** Registers records that people have in hand. Each module above does so for its own. */
    holds(holding: Holding) {
      holdings.push(holding)
    },

    successor,

    /**
     * Hands over a part of what people who left still have in hand; the next call goes on where this one ended.
     *
     * @param limit - records in one unit: a long one would hold everybody else up.
     * @returns how many changed hands; 0 when there is nothing left to do.
     */
    async handOver(tx: Tx, limit: number): Promise<number> {
      let handed = 0
      let room = limit
      for (const holding of holdings) {
        if (room <= 0) break
        const rows = await select<Held>(tx, heldBy(holding), [room])
        room -= rows.length
        for (const row of rows) if (await holding.hand(tx, actor, row)) handed += 1
      }
      return handed
    },
  }
}
