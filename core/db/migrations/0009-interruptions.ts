import type { MigrationInterface, QueryRunner } from 'typeorm'

const tables = ['inbox', 'deliveries']

/** How often in a row somebody had the row and did not come to an end with it: what ends processes is found by that. */
export class Interruptions1763800000009 implements MigrationInterface {
  name = 'Interruptions1763800000009'

  async up(runner: QueryRunner): Promise<void> {
    // Said plainly: TypeORM would copy the whole table on SQLite.
    for (const table of tables)
      await runner.query(`ALTER TABLE ${table} ADD COLUMN interruptions integer NOT NULL DEFAULT 0`)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.dropColumn(table, 'interruptions')
  }
}
