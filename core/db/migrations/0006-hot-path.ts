import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm'

const indices = [
  { name: 'inbox_open_sender', columnNames: ['openSender', 'id'] },
  { name: 'inbox_state', columnNames: ['state', 'id'] },
]

/** The order of one sender's events, and events that were given up found without reading all. */
export class HotPath1763800000006 implements MigrationInterface {
  name = 'HotPath1763800000006'

  async up(runner: QueryRunner): Promise<void> {
    // Said plainly: TypeORM would copy the whole table on SQLite.
    await runner.query('ALTER TABLE inbox ADD COLUMN openSender varchar(150) NULL')
    for (const index of indices) await runner.createIndex('inbox', new TableIndex(index))
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of indices) await runner.dropIndex('inbox', name)
    await runner.dropColumn('inbox', 'openSender')
  }
}
