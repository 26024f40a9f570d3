import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm'
import { big, count, create, extend, flag, instant, reduce, word } from './table.js'

const columns: TableColumnOptions[] = [
  { ...flag('dueGiven'), default: '0' },
  { ...word('time', 20), default: "'clock'" },
  word('personId', 26, { isNullable: true }),
  instant('pausedAt', { isNullable: true }),
  { ...big('heldMs'), default: '0' },
  { ...count('attempts'), default: '0' },
  word('lastError', 100, { isNullable: true }),
]
const indices = [
  { name: 'deadlines_person', columnNames: ['personId', 'state'] },
  { name: 'deadlines_attempts', columnNames: ['attempts'] },
]

/** Ladders in full: pauses, whose time it is, failed tries; and who is on leave. */
export class Ladders1763800000004 implements MigrationInterface {
  name = 'Ladders1763800000004'

  async up(runner: QueryRunner): Promise<void> {
    await extend(runner, 'deadlines', columns, indices)
    // Reminders have always been due when somebody said.
    await runner.query("UPDATE deadlines SET dueGiven = 1 WHERE kind = 'task.due'")
    await create(
      runner,
      'leaves',
      [
        word('id', 26, { isPrimary: true }),
        word('personId', 26),
        instant('fromAt'),
        instant('toAt'),
        word('deputyId', 26, { isNullable: true }),
        word('note', 200),
        instant('addedAt'),
        instant('begunAt', { isNullable: true }),
        instant('cancelledAt', { isNullable: true }),
      ],
      [
        { name: 'leaves_person', columnNames: ['personId', 'toAt'] },
        { name: 'leaves_begin', columnNames: ['begunAt', 'fromAt'] },
        { name: 'leaves_end', columnNames: ['toAt'] },
      ],
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('leaves')
    await reduce(runner, 'deadlines', columns, indices)
  }
}
