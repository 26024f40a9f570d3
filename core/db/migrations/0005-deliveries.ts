import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm'
import { count, create, extend, flag, instant, reduce, word } from './table.js'

const optional = { isNullable: true }

const deliveryColumns: TableColumnOptions[] = [
  { ...word('channel', 20), default: "'messenger'" },
  word('parentId', 26, optional),
  word('causeId', 26, optional),
  word('provider', 40, optional),
  { ...word('level', 20), default: "'normal'" },
  instant('handedAt', optional),
  { ...flag('repeated'), default: 0 },
  word('foldedInto', 26, optional),
  word('waitingFor', 20, optional),
  instant('pollAt', optional),
  { ...count('polls'), default: 0 },
]

const bindingColumns: TableColumnOptions[] = [
  instant('verifiedAt', optional),
  word('brokenCode', 60, optional),
  instant('brokenSince', optional),
]

const deliveryIndices = [
  { name: 'deliveries_parent', columnNames: ['parentId'] },
  { name: 'deliveries_folded', columnNames: ['foldedInto'] },
  { name: 'deliveries_message', columnNames: ['platformMessageId'] },
  { name: 'deliveries_poll', columnNames: ['pollAt'] },
]

/** The ledger of deliveries: reminders, tries, digests; accounts that a platform refuses. */
export class Deliveries1763800000005 implements MigrationInterface {
  name = 'Deliveries1763800000005'

  async up(runner: QueryRunner): Promise<void> {
    await extend(runner, 'deliveries', deliveryColumns, deliveryIndices)
    await extend(runner, 'bindings', bindingColumns)
    await extend(runner, 'people', [word('email', 120, optional)])
    await create(
      runner,
      'delivery_attempts',
      [
        word('id', 26, { isPrimary: true }),
        word('deliveryId', 26),
        instant('at'),
        count('n'),
        word('platform', 20, optional),
        word('outcome', 20),
        word('code', 300),
      ],
      [
        { name: 'delivery_attempts_delivery', columnNames: ['deliveryId', 'id'] },
        { name: 'delivery_attempts_at', columnNames: ['at'] },
      ],
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('delivery_attempts')
    await reduce(runner, 'deliveries', deliveryColumns, deliveryIndices)
    await reduce(runner, 'bindings', bindingColumns)
    await reduce(runner, 'people', [word('email', 120)])
  }
}
