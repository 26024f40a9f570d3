import { fileURLToPath } from 'node:url'
import { systemActor } from '../../core/actor.js'
import { OutboxEntity } from '../../core/changes/outbox.js'
import { insertRows, updateRows } from '../../core/db/rows.js'
import { DeadlineEntity } from '../../core/deadlines/deadline.js'
import { DeliveryEntity, type Delivery } from '../../core/deliveries/delivery.js'
import { recordAttempt } from '../../core/deliveries/attempts.js'
import { mostAttempts } from '../../core/inbox/inbox.js'
import { BindingEntity } from '../../core/org/person.js'
import type { Finding } from '../../core/ports/doctor.js'
import { makeCompany, makeLead } from './miniapp-data.js'
import { startMiniapp } from './miniapp-host.js'

const findings: Finding[] = [
  { check: 'wecom.corp', state: 'ok', found: '企业 ID 与凭证有效' },
  {
    check: 'wecom.trusted-ip',
    state: 'failed',
    found: '本机的出口 IP 203.0.113.7 不在可信 IP 里（60020）',
    mend: '管理后台 → 应用管理 → 本应用 → 企业可信 IP，添加 203.0.113.7',
  },
  {
    check: 'wecom.scope',
    state: 'warning',
    found: '应用只能看到 12 位成员',
    mend: '管理后台 → 应用管理 → 本应用 → 可见范围，加上全部销售部门',
  },
  { check: 'wecom.test', state: 'skipped', found: '没有选择测试消息的接收人' },
]

/**
 * The built pages over a company in which everything that an admin must look at has happened: messages in all states,
 * an event given up, a stuck deadline, broken bindings, a licence that runs out, an organisation to be brought in.
 */
export async function startAdminStand() {
  const host = await startMiniapp({
    pages: fileURLToPath(new URL('../../dist/web', import.meta.url)),
    given: {
      doctors: [
        {
          platform: 'wecom',
          async *examine() {
            for (const finding of findings) yield await Promise.resolve(finding)
          },
        },
      ],
      directories: ['wecom'],
      tellsReading: (platform) => platform !== 'wecom',
      checkDatabase: () =>
        Promise.resolve<Finding[]>([
          { check: 'database.health', state: 'ok', found: '内置数据库完好' },
          {
            check: 'database.space',
            state: 'warning',
            found: '数据盘剩余 512 MB',
            mend: '请清出至少 1 GB 空间：写满之后任何操作都存不下来。',
          },
        ]),
    },
  })
  const { core, clock } = host
  await makeCompany(core)
  const system = systemActor('test')
  const leads: string[] = []
  for (const [n, name] of ['远航精密制造（苏州）有限公司', '宏达机械', '明德科技', '新锐包装'].entries())
    leads.push(await makeLead(core, { company: name, phone: `1391234567${n}` }))
  const lead = leads[0] ?? ''

  async function message(key: string, set: Partial<Delivery>, { card = 'lead.offer', about = lead } = {}) {
    const id = await core.write((tx) =>
      core.deliveries.queue(tx, {
        card,
        subject: { type: 'lead', id: about },
        to: { personId: 'wang' },
        dedupeKey: key,
      }),
    )
    await core.write((tx) =>
      updateRows(tx, DeliveryEntity, { id: id ?? '' }, { platform: 'sandbox', ...set }),
    )
    return id ?? ''
  }
  const now = () => clock.now()
  await message('acted', {
    state: 'acted',
    sentAt: now(),
    deliveredAt: now(),
    readAt: now(),
    actedAt: now(),
    workAt: null,
  })
  clock.advance(40_000)
  await message(
    'silent',
    { state: 'sent', platform: 'wecom', sentAt: now(), workAt: null },
    { about: leads[1] ?? '' },
  )
  clock.advance(40_000)
  await message(
    'read',
    { state: 'read', sentAt: now(), readAt: now(), workAt: null },
    { card: 'lead.touched' },
  )
  await message(
    'waiting',
    { platform: null, waitingFor: 'account' },
    { card: 'task.due', about: leads[2] ?? '' },
  )
  const lost = await message(
    'lost',
    {
      ...({ state: 'failed', platform: 'wecom', failure: '60020', attempts: 2, workAt: null } as const),
    },
    { card: 'lead.dispatch' },
  )
  for (const n of [1, 2])
    await core.write((tx) =>
      recordAttempt(
        tx,
        { id: lost },
        {
          ...{ id: core.ids.next(), at: clock.now(), n, platform: 'wecom' as const },
          ...{ outcome: 'failed' as const, code: '60020' },
        },
      ),
    )

  const body = {
    type: 'message',
    sender: { externalId: 'chen' },
    text: '客户 13800138000 问能不能下周三上门演示',
  }
  const { id: dead } = await core.inbox.accept({
    channel: 'sandbox',
    eventId: 'dead',
    body: JSON.stringify(body),
  })
  await core.write((tx) => core.inbox.fail(tx, { id: dead, attempts: mostAttempts - 1 }, 'QueryFailedError'))
  await core.write(async (tx) => {
    const running = await core.deadlines.running(tx, 'lead.accept', { type: 'lead', id: leads[3] ?? '' })
    const stuck = { state: 'stuck', attempts: 10, nextAt: null, lastError: 'TypeError' } as const
    await updateRows(tx, DeadlineEntity, { id: running?.id ?? '' }, stuck)
    const told = { subject: { type: 'lead', id: leads[3] ?? '' }, kind: 'lead.touched' } as const
    const { id: changeId } = await core.changes.append(tx, systemActor('test'), told)
    const failing = { changeId, consumer: 'notify', attempts: 9, lastError: 'TypeError', dueAt: now() }
    await insertRows(tx, OutboxEntity, [{ ...failing, leaseHolder: null, leaseUntil: null }])
    await tx.getRepository(BindingEntity).delete({ personId: 'zhao' })
    const broken = { state: 'broken', brokenCode: 'not_visible', brokenSince: now() } as const
    await updateRows(tx, BindingEntity, { externalId: 'chen' }, broken)
    const items = [
      {
        key: 'wecom',
        name: '企业微信接口许可',
        expiresOn: '2026-03-16',
        renew: '管理后台 → 应用 → 接口许可',
      },
      { key: 'domain', name: '域名证书', expiresOn: '2026-09-30', renew: '' },
    ]
    const { version } = await core.playbook.saveDraft(tx, system, 'credentials', { items }, '')
    await core.playbook.publish(tx, system, 'credentials', version)
  })

  return {
    ...host,
    lead,
    lost,
    dead,
    /** Where somebody comes in, once. */
    address: (account: string, path: string) =>
      `${host.origin}/app${path}?platform=sandbox&code=${host.issueCode(account)}`,
    /** Walks a page of the organisation, as the job does. @param last - the walk ends with it and is carried over. */
    async walk(people: string[], last: boolean): Promise<void> {
      await core.write(async (tx) => {
        const run = await core.directorySync.unfinished(tx, 'wecom')
        if (!run) throw new Error('no run was asked for')
        const scope = { totalPeople: 340, isPartial: true, range: '应用可见范围：华东销售部、华南销售部' }
        await core.directorySync.noteScope(tx, run, scope)
        const page = {
          departments: last
            ? []
            : [
                { externalId: 'd1', name: '销售一部', parentExternalId: null, leaderExternalIds: [] },
                { externalId: 'd2', name: '财务部', parentExternalId: null, leaderExternalIds: [] },
              ],
          people: people.map((name, n) => ({
            ...{ externalId: `u${name}`, name, title: n % 2 ? '会计' : '销售' },
            departmentExternalIds: [n % 2 ? 'd2' : 'd1'],
          })),
          next: last ? null : 'more',
        }
        await core.directorySync.takePage(tx, { ...run, ...scope }, page)
      })
      if (!last) return
      const run = await core.read((tx) => core.directorySync.unfinished(tx, 'wecom'))
      // Nobody is out of sight in this walk: there is nothing to ask the platform about.
      if (run) await core.write((tx) => core.directorySync.takeAnswers(tx, run, new Map()))
      while (run && (await core.write((tx) => core.directorySync.apply(tx, run.id))));
    },
    /** The test message that was sent last passes a station. */
    async pass(set: Partial<Delivery>): Promise<void> {
      await core.write(async (tx) => {
        const [newest] = await tx
          .getRepository(DeliveryEntity)
          .find({ where: { card: 'test.message' }, order: { id: 'DESC' }, take: 1 })
        await updateRows(
          tx,
          DeliveryEntity,
          { id: newest?.id ?? '' },
          { platform: 'sandbox', workAt: null, ...set },
        )
      })
    },
  }
}

export type AdminStand = Awaited<ReturnType<typeof startAdminStand>>
