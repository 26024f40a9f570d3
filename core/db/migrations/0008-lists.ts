import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm'

const orders = (name: string, ...first: string[]) => [
  { name: `${name}_newest`, columnNames: [...first, 'state', 'createdAt', 'id', 'source'] },
  { name: `${name}_score`, columnNames: [...first, 'state', 'score', 'id', 'source'] },
  { name: `${name}_touched`, columnNames: [...first, 'state', 'lastTouchAt', 'id', 'source'] },
]

const added = {
  leads: [
    ...orders('leads_owner', 'ownerId'),
    ...orders('leads_department', 'departmentId'),
    ...orders('leads_state'),
    { name: 'leads_offer', columnNames: ['offeredToId', 'state'] },
  ],
  customers: [
    { name: 'customers_owner_touched', columnNames: ['ownerId', 'lastTouchAt', 'id'] },
    { name: 'customers_department_touched', columnNames: ['departmentId', 'lastTouchAt', 'id'] },
    { name: 'customers_touched', columnNames: ['lastTouchAt', 'id'] },
  ],
  deals: [
    { name: 'deals_owner_since', columnNames: ['ownerId', 'state', 'stageSince', 'id'] },
    { name: 'deals_department_since', columnNames: ['departmentId', 'state', 'stageSince', 'id'] },
    { name: 'deals_since', columnNames: ['state', 'stageSince', 'id'] },
  ],
  deliveries: [
    { name: 'deliveries_state', columnNames: ['state', 'id', 'platform'] },
    { name: 'deliveries_card', columnNames: ['card', 'id'] },
  ],
}

/** What the new ones begin with. */
const replaced = {
  leads: [
    { name: 'leads_owner', columnNames: ['ownerId', 'state', 'createdAt'] },
    { name: 'leads_department', columnNames: ['departmentId', 'state', 'createdAt'] },
    { name: 'leads_state', columnNames: ['state', 'createdAt'] },
    { name: 'leads_offered', columnNames: ['offeredToId'] },
  ],
  customers: [
    { name: 'customers_owner', columnNames: ['ownerId'] },
    { name: 'customers_department', columnNames: ['departmentId'] },
  ],
  deals: [
    { name: 'deals_owner', columnNames: ['ownerId', 'state'] },
    { name: 'deals_department', columnNames: ['departmentId', 'state'] },
  ],
}

/** Lists of a million rows are read in their order: an index for each order of each reach. */
export class Lists1763800000008 implements MigrationInterface {
  name = 'Lists1763800000008'

  async up(runner: QueryRunner): Promise<void> {
    // Pages go on from the touch of their last row: every row must have one.
    await runner.query('UPDATE customers SET lastTouchAt = createdAt WHERE lastTouchAt IS NULL')
    await make(runner, added)
    await drop(runner, replaced)
  }

  async down(runner: QueryRunner): Promise<void> {
    await make(runner, replaced)
    await drop(runner, added)
  }
}

type Indices = Record<string, { name: string; columnNames: string[] }[]>

async function make(runner: QueryRunner, indices: Indices): Promise<void> {
  for (const [table, list] of Object.entries(indices))
    for (const index of list) await runner.createIndex(table, new TableIndex(index))
}

async function drop(runner: QueryRunner, indices: Indices): Promise<void> {
  for (const [table, list] of Object.entries(indices))
    for (const { name } of list) await runner.dropIndex(table, name)
}
