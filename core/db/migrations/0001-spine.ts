import type { MigrationInterface, QueryRunner } from 'typeorm'
import { count, flag, instant, text, word, create } from './table.js'

const tables = [
  'changes',
  'change_values',
  'seals',
  'outbox',
  'playbook_versions',
  'people',
  'departments',
  'regions',
  'product_lines',
  'familiarities',
  'bindings',
  'sessions',
  'installation',
  'inbox',
  'files',
  'deadlines',
  'deliveries',
]

/** What everything stands on: changes, rules, organisation, inbox, deadlines and deliveries. */
export class Spine1763800000001 implements MigrationInterface {
  name = 'Spine1763800000001'

  async up(runner: QueryRunner): Promise<void> {
    await create(
      runner,
      'changes',
      [
        word('id', 26, { isPrimary: true }),
        word('subjectType', 20),
        word('subjectId', 26),
        count('seq'),
        word('kind', 48),
        word('actorId', 48),
        instant('at'),
        text('fields'),
        text('data'),
        text('origin'),
        word('prevHash', 64),
        word('hash', 64),
      ],
      [
        { name: 'changes_subject_seq', columnNames: ['subjectType', 'subjectId', 'seq'], isUnique: true },
        { name: 'changes_at', columnNames: ['at'] },
      ],
    )
    await create(runner, 'change_values', [
      word('changeId', 26, { isPrimary: true }),
      word('field', 40, { isPrimary: true }),
      word('saltBefore', 32),
      word('saltAfter', 32),
      text('before'),
      text('after'),
    ])
    await create(runner, 'seals', [
      word('day', 10, { isPrimary: true }),
      word('root', 64),
      count('changes'),
      instant('at'),
    ])
    await create(
      runner,
      'outbox',
      [
        word('changeId', 26, { isPrimary: true }),
        word('consumer', 24, { isPrimary: true }),
        instant('dueAt'),
        word('leaseHolder', 26, { isNullable: true }),
        instant('leaseUntil', { isNullable: true }),
        count('attempts'),
        word('lastError', 500, { isNullable: true }),
      ],
      [{ name: 'outbox_due', columnNames: ['consumer', 'dueAt'] }],
    )
    await create(
      runner,
      'playbook_versions',
      [
        word('id', 26, { isPrimary: true }),
        word('name', 26),
        count('version'),
        word('state', 20),
        text('body'),
        word('note', 200),
        word('savedBy', 48),
        instant('savedAt'),
      ],
      [{ name: 'playbook_versions_name', columnNames: ['name', 'version'], isUnique: true }],
    )
    await create(
      runner,
      'people',
      [
        word('id', 26, { isPrimary: true }),
        word('name', 60),
        word('title', 60),
        word('role', 20),
        word('departmentId', 26),
        word('regionId', 26, { isNullable: true }),
        word('phone', 20, { isNullable: true }),
        word('state', 20),
        count('openLeads'),
        count('openLeadCap'),
        instant('lastOfferedAt', { isNullable: true }),
        flag('demo'),
      ],
      [{ name: 'people_department', columnNames: ['departmentId'] }],
    )
    await create(runner, 'departments', [
      word('id', 26, { isPrimary: true }),
      word('name', 60),
      word('parentId', 26, { isNullable: true }),
      word('leaderId', 26, { isNullable: true }),
      flag('demo'),
    ])
    await create(runner, 'regions', [
      word('id', 26, { isPrimary: true }),
      word('name', 40),
      text('places'),
      word('departmentId', 26),
      flag('demo'),
    ])
    await create(runner, 'product_lines', [
      word('id', 26, { isPrimary: true }),
      word('name', 40),
      text('keywords'),
      flag('demo'),
    ])
    await create(runner, 'familiarities', [
      word('personId', 26, { isPrimary: true }),
      word('productLineId', 26, { isPrimary: true }),
      count('permille'),
    ])
    await create(
      runner,
      'bindings',
      [
        word('platform', 20, { isPrimary: true }),
        word('externalId', 128, { isPrimary: true }),
        word('personId', 26),
        word('state', 20),
        instant('boundAt'),
      ],
      [{ name: 'bindings_person', columnNames: ['personId'] }],
    )
    await create(
      runner,
      'sessions',
      [
        word('tokenHash', 64, { isPrimary: true }),
        word('personId', 26),
        instant('createdAt'),
        instant('expiresAt'),
        word('device', 200),
      ],
      [{ name: 'sessions_person', columnNames: ['personId'] }],
    )
    await create(runner, 'installation', [word('name', 40, { isPrimary: true }), text('value')])
    await create(
      runner,
      'inbox',
      [
        word('id', 26, { isPrimary: true }),
        word('channel', 48),
        word('eventId', 128),
        text('body'),
        instant('receivedAt'),
        word('state', 20),
        count('attempts'),
        instant('workAt', { isNullable: true }),
        word('leaseHolder', 26, { isNullable: true }),
        instant('leaseUntil', { isNullable: true }),
        word('lastError', 500, { isNullable: true }),
        text('result', { isNullable: true }),
      ],
      [
        { name: 'inbox_event', columnNames: ['channel', 'eventId'], isUnique: true },
        { name: 'inbox_work', columnNames: ['workAt'] },
      ],
    )
    await create(
      runner,
      'files',
      [
        word('id', 26, { isPrimary: true }),
        word('name', 200),
        word('mime', 100),
        count('bytes'),
        word('sha256', 64),
        word('purpose', 20),
        word('subjectType', 20),
        word('subjectId', 26),
        word('uploadedBy', 48),
        instant('uploadedAt'),
      ],
      [{ name: 'files_subject', columnNames: ['subjectType', 'subjectId'] }],
    )
    await create(
      runner,
      'deadlines',
      [
        word('id', 26, { isPrimary: true }),
        word('kind', 32),
        word('subjectType', 20),
        word('subjectId', 26),
        instant('startedAt'),
        instant('dueAt'),
        text('steps'),
        count('nextStep'),
        instant('nextAt', { isNullable: true }),
        word('state', 20),
        word('openKey', 64, { isNullable: true }),
        instant('closedAt', { isNullable: true }),
      ],
      [
        { name: 'deadlines_next', columnNames: ['nextAt'] },
        { name: 'deadlines_open', columnNames: ['openKey'], isUnique: true },
        { name: 'deadlines_subject', columnNames: ['subjectType', 'subjectId'] },
      ],
    )
    await create(
      runner,
      'deliveries',
      [
        word('id', 26, { isPrimary: true }),
        word('card', 40),
        word('subjectType', 20),
        word('subjectId', 26),
        text('params'),
        word('personId', 26, { isNullable: true }),
        word('chatId', 128, { isNullable: true }),
        word('platform', 20, { isNullable: true }),
        word('platformMessageId', 128, { isNullable: true }),
        word('lane', 20),
        word('state', 20),
        word('dedupeKey', 120),
        instant('queuedAt'),
        instant('sentAt', { isNullable: true }),
        instant('deliveredAt', { isNullable: true }),
        instant('readAt', { isNullable: true }),
        instant('actedAt', { isNullable: true }),
        count('wantedRev'),
        count('shownRev'),
        instant('workAt', { isNullable: true }),
        count('attempts'),
        word('leaseHolder', 26, { isNullable: true }),
        instant('leaseUntil', { isNullable: true }),
        word('failure', 300, { isNullable: true }),
      ],
      [
        { name: 'deliveries_work', columnNames: ['workAt'] },
        { name: 'deliveries_dedupe', columnNames: ['dedupeKey'], isUnique: true },
        { name: 'deliveries_subject', columnNames: ['subjectType', 'subjectId'] },
        { name: 'deliveries_person', columnNames: ['personId', 'queuedAt'] },
      ],
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables.toReversed()) await runner.dropTable(table)
  }
}
