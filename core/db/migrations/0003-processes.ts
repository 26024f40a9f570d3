import type { MigrationInterface, QueryRunner } from 'typeorm'
import { count, create, instant, text, word } from './table.js'

/** What several processes share: leases of work that only one may do, and the adapters' memory. */
export class Processes1763800000003 implements MigrationInterface {
  name = 'Processes1763800000003'

  async up(runner: QueryRunner): Promise<void> {
    await create(runner, 'leases', [
      word('name', 64, { isPrimary: true }),
      word('holder', 64, { isNullable: true }),
      instant('expiresAt', { isNullable: true }),
      count('epoch'),
    ])
    await create(
      runner,
      'adapter_keys',
      [word('storeKey', 190, { isPrimary: true }), text('value'), instant('expiresAt', { isNullable: true })],
      [{ name: 'adapter_keys_expiry', columnNames: ['expiresAt'] }],
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('adapter_keys')
    await runner.dropTable('leases')
  }
}
