import type { MigrationInterface, QueryRunner } from 'typeorm'
import { count, create, flag, instant, text, word } from './table.js'

/** The platforms' directories as they last told them, and the runs that fetched them. */
export class Directory1763800000007 implements MigrationInterface {
  name = 'Directory1763800000007'

  async up(runner: QueryRunner): Promise<void> {
    await create(
      runner,
      'directory_entries',
      [
        word('platform', 20, { isPrimary: true }),
        word('kind', 20, { isPrimary: true }),
        word('externalId', 128, { isPrimary: true }),
        word('name', 120),
        word('title', 120),
        word('parentExternalId', 128, { isNullable: true }),
        text('leaderExternalIds'),
        text('departmentExternalIds'),
        word('managerExternalId', 128, { isNullable: true }),
        flag('isActive'),
        word('localId', 26, { isNullable: true }),
        word('seenRun', 26),
        count('missing'),
      ],
      [
        { name: 'directory_entries_run', columnNames: ['platform', 'seenRun'] },
        { name: 'directory_entries_local', columnNames: ['localId'] },
      ],
    )
    await create(
      runner,
      'directory_runs',
      [
        word('id', 26, { isPrimary: true }),
        word('platform', 20),
        word('state', 20),
        word('openKey', 20, { isNullable: true }),
        word('cause', 20),
        instant('startedAt'),
        instant('finishedAt', { isNullable: true }),
        text('walkedTo', { isNullable: true }),
        count('departments'),
        count('people'),
        count('totalPeople', { isNullable: true }),
        flag('isPartial'),
        word('visibleRange', 500),
        count('added'),
        count('changed'),
        count('gone'),
        word('failure', 300, { isNullable: true }),
      ],
      [
        { name: 'directory_runs_open', columnNames: ['openKey'], isUnique: true },
        { name: 'directory_runs_platform', columnNames: ['platform', 'startedAt'] },
      ],
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('directory_runs')
    await runner.dropTable('directory_entries')
  }
}
