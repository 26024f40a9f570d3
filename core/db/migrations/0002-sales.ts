import type { MigrationInterface, QueryRunner } from 'typeorm'
import { big, count, flag, instant, text, word, create } from './table.js'

const tables = [
  'dedupe_keys',
  'customers',
  'contacts',
  'leads',
  'touches',
  'offers',
  'assignment_runs',
  'lead_penalties',
  'deals',
  'follow_ups',
  'tasks',
]

/** Customers, leads, offers, deals, follow-ups and tasks. */
export class Sales1763800000002 implements MigrationInterface {
  name = 'Sales1763800000002'

  async up(runner: QueryRunner): Promise<void> {
    await create(
      runner,
      'dedupe_keys',
      [
        word('dedupeKey', 160, { isPrimary: true }),
        word('subjectType', 20, { isPrimary: true }),
        word('subjectId', 26, { isPrimary: true }),
      ],
      [{ name: 'dedupe_keys_subject', columnNames: ['subjectType', 'subjectId'] }],
    )
    await create(
      runner,
      'customers',
      [
        word('id', 26, { isPrimary: true }),
        word('name', 120),
        word('ownerId', 26, { isNullable: true }),
        word('departmentId', 26, { isNullable: true }),
        word('regionId', 26, { isNullable: true }),
        instant('createdAt'),
        instant('lastTouchAt', { isNullable: true }),
        flag('demo'),
      ],
      [
        { name: 'customers_owner', columnNames: ['ownerId'] },
        { name: 'customers_department', columnNames: ['departmentId'] },
      ],
    )
    await create(
      runner,
      'contacts',
      [
        word('id', 26, { isPrimary: true }),
        word('customerId', 26),
        word('name', 60),
        word('title', 60),
        word('phone', 20, { isNullable: true }),
        word('email', 120, { isNullable: true }),
        word('wechat', 60, { isNullable: true }),
        instant('createdAt'),
      ],
      [{ name: 'contacts_customer', columnNames: ['customerId'] }],
    )
    await create(
      runner,
      'leads',
      [
        word('id', 26, { isPrimary: true }),
        word('name', 60),
        word('company', 120),
        word('phone', 20, { isNullable: true }),
        flag('phoneDoubtful'),
        word('email', 120, { isNullable: true }),
        word('wechat', 60, { isNullable: true }),
        text('need'),
        word('source', 20),
        word('regionId', 26, { isNullable: true }),
        word('productLineId', 26, { isNullable: true }),
        big('budgetMinCents', { isNullable: true }),
        big('budgetMaxCents', { isNullable: true }),
        count('quantity', { isNullable: true }),
        word('wantedAt', 24, { isNullable: true }),
        word('state', 20),
        word('ownerId', 26, { isNullable: true }),
        word('offeredToId', 26, { isNullable: true }),
        word('departmentId', 26, { isNullable: true }),
        word('ownedVia', 20, { isNullable: true }),
        word('askedId', 26, { isNullable: true }),
        instant('redSince', { isNullable: true }),
        count('score'),
        text('scoreReasons'),
        word('customerId', 26, { isNullable: true }),
        word('dealId', 26, { isNullable: true }),
        instant('createdAt'),
        instant('ownedAt', { isNullable: true }),
        instant('viewedAt', { isNullable: true }),
        instant('firstTouchAt', { isNullable: true }),
        instant('lastTouchAt'),
        instant('closedAt', { isNullable: true }),
        word('closeReason', 200, { isNullable: true }),
        flag('demo'),
      ],
      [
        { name: 'leads_owner', columnNames: ['ownerId', 'state', 'createdAt'] },
        { name: 'leads_offered', columnNames: ['offeredToId'] },
        { name: 'leads_department', columnNames: ['departmentId', 'state', 'createdAt'] },
        { name: 'leads_state', columnNames: ['state', 'createdAt'] },
        { name: 'leads_created', columnNames: ['createdAt'] },
      ],
    )
    await create(
      runner,
      'touches',
      [
        word('id', 26, { isPrimary: true }),
        word('subjectType', 20),
        word('subjectId', 26),
        word('source', 20),
        word('channel', 48),
        word('chatName', 100),
        word('senderName', 60),
        text('text'),
        instant('at'),
      ],
      [{ name: 'touches_subject', columnNames: ['subjectType', 'subjectId', 'at'] }],
    )
    await create(
      runner,
      'offers',
      [
        word('id', 26, { isPrimary: true }),
        word('leadId', 26),
        word('personId', 26),
        word('runId', 26),
        word('state', 20),
        word('openKey', 26, { isNullable: true }),
        instant('offeredAt'),
        instant('expiresAt'),
        instant('closedAt', { isNullable: true }),
      ],
      [
        { name: 'offers_open', columnNames: ['openKey'], isUnique: true },
        { name: 'offers_lead', columnNames: ['leadId', 'offeredAt'] },
        { name: 'offers_person', columnNames: ['personId', 'offeredAt'] },
      ],
    )
    await create(
      runner,
      'assignment_runs',
      [
        word('id', 26, { isPrimary: true }),
        word('leadId', 26),
        instant('at'),
        word('trigger', 20),
        word('outcome', 20),
        word('chosenId', 26, { isNullable: true }),
        word('note', 300),
        text('candidates'),
      ],
      [
        { name: 'assignment_runs_lead', columnNames: ['leadId', 'at'] },
        { name: 'assignment_runs_at', columnNames: ['at'] },
      ],
    )
    await create(runner, 'lead_penalties', [
      word('leadId', 26, { isPrimary: true }),
      word('personId', 26, { isPrimary: true }),
      count('factorPermille'),
      word('reason', 100),
    ])
    await create(
      runner,
      'deals',
      [
        word('id', 26, { isPrimary: true }),
        word('title', 160),
        word('customerId', 26),
        word('leadId', 26, { isNullable: true }),
        word('productLineId', 26, { isNullable: true }),
        word('regionId', 26, { isNullable: true }),
        word('ownerId', 26, { isNullable: true }),
        word('departmentId', 26, { isNullable: true }),
        word('stage', 20),
        word('state', 20),
        big('amountCents', { isNullable: true }),
        word('expectedCloseOn', 10, { isNullable: true }),
        instant('createdAt'),
        instant('stageSince'),
        instant('closedAt', { isNullable: true }),
        flag('demo'),
      ],
      [
        { name: 'deals_owner', columnNames: ['ownerId', 'state'] },
        { name: 'deals_department', columnNames: ['departmentId', 'state'] },
        { name: 'deals_customer', columnNames: ['customerId'] },
        { name: 'deals_closed', columnNames: ['closedAt', 'regionId', 'ownerId'] },
      ],
    )
    await create(
      runner,
      'follow_ups',
      [
        word('id', 26, { isPrimary: true }),
        word('state', 20),
        word('subjectType', 20, { isNullable: true }),
        word('subjectId', 26, { isNullable: true }),
        word('authorId', 26),
        text('text'),
        word('action', 32),
        word('outcome', 20),
        word('stage', 20, { isNullable: true }),
        big('amountCents', { isNullable: true }),
        word('amountKind', 20, { isNullable: true }),
        text('persons'),
        word('nextAt', 24, { isNullable: true }),
        word('nextWhat', 200, { isNullable: true }),
        text('todos'),
        word('readBy', 20),
        text('unsure'),
        text('candidates'),
        word('customerHint', 120, { isNullable: true }),
        word('phoneHint', 20, { isNullable: true }),
        text('settledTaskIds'),
        flag('wasFirstTouch'),
        instant('at'),
        flag('demo'),
      ],
      [
        { name: 'follow_ups_subject', columnNames: ['subjectType', 'subjectId', 'at'] },
        { name: 'follow_ups_author', columnNames: ['authorId', 'at'] },
      ],
    )
    await create(
      runner,
      'tasks',
      [
        word('id', 26, { isPrimary: true }),
        word('kind', 20),
        word('title', 200),
        word('ownerId', 26),
        word('subjectType', 20),
        word('subjectId', 26),
        word('followUpId', 26, { isNullable: true }),
        instant('dueAt'),
        flag('allDay'),
        word('state', 20),
        instant('createdAt'),
        instant('closedAt', { isNullable: true }),
        flag('demo'),
      ],
      [
        { name: 'tasks_owner', columnNames: ['ownerId', 'state', 'dueAt'] },
        { name: 'tasks_subject', columnNames: ['subjectType', 'subjectId'] },
      ],
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables.toReversed()) await runner.dropTable(table)
  }
}
