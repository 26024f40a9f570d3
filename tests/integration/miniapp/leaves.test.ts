import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { leaveMeaningSchema, leavesSchema } from '../../../miniapp/contract/leaves.js'
import type { Team } from '../../../miniapp/contract/session.js'
import { makeCompany, makeLead } from '../../support/miniapp-data.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'

let host: MiniappHost

beforeEach(async () => {
  host = await startMiniapp()
  await makeCompany(host.core)
})
afterEach(() => host.end())

const days = { from: '2026-03-12', to: '2026-03-13' }
const listOf = async (who: string) => leavesSchema.parse((await (await host.signIn(who)).get('/leaves')).body)

describe('leave', () => {
  it('is entered by the person, said in words, and taken back', async () => {
    const wang = await host.signIn('wang')
    const { body } = await wang.post('/leaves', { ...days, fromHalf: 'pm', deputyId: 'chen', note: '看病' })
    const [own, ...more] = (await listOf('wang')).own
    expect(more).toEqual([])
    expect(own).toMatchObject({
      ...{ id: body.id, span: '3月12日 周四下午 至 3月13日 周五', deputy: '陈思远', note: '看病' },
      isRunning: false,
    })
    expect((await wang.post(`/leaves/${String(body.id)}/cancel`)).body).toEqual({ ok: true })
    expect((await listOf('wang')).own).toEqual([])
  })

  it('is the same leave when it is sent twice', async () => {
    const wang = await host.signIn('wang')
    const first = await wang.post('/leaves', days)
    expect((await wang.post('/leaves', days)).body).toEqual(first.body)
    expect((await listOf('wang')).own).toHaveLength(1)
  })

  it('of the own people is entered and seen by their manager, and by no other', async () => {
    const li = await host.signIn('li')
    const { body } = await li.post('/leaves', { ...days, personId: 'wang' })
    expect((await listOf('li')).others).toMatchObject([{ person: { id: 'wang', name: '王小明' } }])
    expect((await listOf('wang')).own).toHaveLength(1)
    for (const who of ['zhou', 'chen', 'support']) {
      expect((await listOf(who)).others).toEqual([])
      const other = await host.signIn(who)
      expect((await other.post('/leaves', { ...days, personId: 'wang' })).status).toBe(403)
      expect((await other.post('/leaves/preview', { ...days, personId: 'wang' })).status).toBe(403)
      expect((await other.post(`/leaves/${String(body.id)}/cancel`)).status).toBe(403)
    }
    expect((await li.post(`/leaves/${String(body.id)}/cancel`)).status).toBe(200)
    expect((await listOf('chen')).people).toMatchObject([{ id: 'chen' }])
  })

  it('says beforehand what happens to what waits for the person, and then it does', async () => {
    const id = await makeLead(host.core)
    const lead = await host.core.read((tx) => host.core.leads.byId(tx, id))
    const who = lead.offeredToId ?? ''
    const one = await host.signIn(who)
    const today = { from: '2026-03-11', to: '2026-03-11' }
    const { body } = await one.post('/leaves/preview', today)
    expect(leaveMeaningSchema.parse(body).lines).toContain('你的 1 条待接线索会转给主管李芳')

    await one.post('/leaves', today)
    const { core, clock } = host
    for (const leaveId of await core.read((tx) => core.deadlines.leaves.beginning(tx, clock.now())))
      await core.write((tx) => core.deadlines.leaves.begin(tx, leaveId, clock.now()))
    for (const due of await core.read((tx) => core.deadlines.due(tx, clock.now(), 10)))
      await core.write((tx) => core.deadlines.fire(tx, due, clock.now()))
    expect(await core.read((tx) => core.leads.byId(tx, id))).toMatchObject({ state: 'queued', askedId: 'li' })
    const team = (await (await host.signIn('li')).get<Team>('/team')).body
    expect(team.rows.find((row) => row.id === who)).toMatchObject({ state: 'away' })
  })

  it.each([
    [{ from: '2026-03-13', to: '2026-03-12' }, 'to'],
    [{ from: '2026-03-01', to: '2026-03-02' }, 'to'],
    [{ ...days, deputyId: 'wang' }, 'deputyId'],
    [{ ...days, from: 'soon' }, 'from'],
  ])('is refused at the field that is wrong: %j', async (input, field) => {
    const wang = await host.signIn('wang')
    const answer = await wang.post<{ fields: { field: string }[] }>('/leaves', input)
    expect(answer.status).toBe(422)
    expect(answer.body.fields.map((one) => one.field)).toEqual([field])
    expect((await listOf('wang')).own).toEqual([])
  })
})
