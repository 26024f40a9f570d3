import { systemActor } from '../actor.js'
import { CustomerEntity } from '../customers/customer.js'
import type { Customers } from '../customers/customers.js'
import { select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Deadlines } from '../deadlines/deadlines.js'
import { DealEntity } from '../deals/deal.js'
import type { Deals } from '../deals/deals.js'
import { TaskEntity } from '../tasks/task.js'
import type { Tasks } from '../tasks/tasks.js'
import type { Assignment } from './assignment.js'

export interface LeaversDeps {
  deadlines: Deadlines
  assignment: Assignment
  customers: Customers
  deals: Deals
  tasks: Tasks
}

/** A record that somebody who left still has in hand. */
interface Held {
  id: string
  personId: string
}

interface Work {
  /** Finds them, oldest first; `?` is the limit. */
  sql: string
  hand: (tx: Tx, held: Held) => Promise<boolean>
}

const held = (table: string, column: string, condition: string): string =>
  `SELECT r.id AS id, p.id AS personId FROM people p JOIN ${table} r ON r.${column} = p.id
   WHERE p.state = 'left' AND ${condition} ORDER BY r.id LIMIT ?`

export type Leavers = ReturnType<typeof createLeavers>

/**
 * Nobody's departure leaves a record without a hand: leads go round again, everything else goes to who leads the
 * department. What is still to do is read from the records themselves, so a crash or a race leaves nothing behind.
 */
export function createLeavers({ deadlines, assignment, customers, deals, tasks }: LeaversDeps) {
  const actor = systemActor('leavers')

  /** Who answers for a department now; its managers first, else the organisation's admins. Null where nobody is left. */
  async function successor(tx: Tx, ownerId: string, departmentId: string | null): Promise<string | null> {
    const [person] = await deadlines.people(tx, 'manager', { ownerId, departmentId })
    return person && person.id !== ownerId ? person.id : null
  }

  const takeBack = (tx: Tx, { id, personId }: Held) => assignment.takeBack(tx, actor, id, personId)

  const works: Work[] = [
    { sql: held('leads', 'offeredToId', "r.state = 'offered'"), hand: takeBack },
    { sql: held('leads', 'ownerId', "r.state = 'owned'"), hand: takeBack },
    { sql: held('leads', 'askedId', "r.state = 'queued'"), hand: takeBack },
    {
      sql: held('tasks', 'ownerId', "r.state = 'open'"),
      async hand(tx, { id, personId }) {
        const task = await tx.getRepository(TaskEntity).findOneByOrFail({ id })
        const toId = await successor(tx, personId, null)
        return toId !== null && tasks.handOver(tx, actor, task, toId)
      },
    },
    {
      sql: held('customers', 'ownerId', '1 = 1'),
      async hand(tx, { id, personId }) {
        const customer = await tx.getRepository(CustomerEntity).findOneByOrFail({ id })
        return customers.handOver(tx, actor, customer, await successor(tx, personId, customer.departmentId))
      },
    },
    {
      sql: held('deals', 'ownerId', "r.state = 'open'"),
      async hand(tx, { id, personId }) {
        const deal = await tx.getRepository(DealEntity).findOneByOrFail({ id })
        return deals.handOver(tx, actor, deal, await successor(tx, personId, deal.departmentId))
      },
    },
  ]

  return {
    /**
     * Hands over a part of what people who left still have in hand; the next call goes on where this one ended.
     *
     * @param limit - records in one unit: a long one would hold everybody else up.
     * @returns how many changed hands; 0 when there is nothing left to do.
     */
    async handOver(tx: Tx, limit: number): Promise<number> {
      let handed = 0
      let room = limit
      for (const { sql, hand } of works) {
        if (room <= 0) break
        const rows = await select<Held>(tx, sql, [room])
        room -= rows.length
        for (const row of rows) if (await hand(tx, row)) handed += 1
      }
      return handed
    },
  }
}
