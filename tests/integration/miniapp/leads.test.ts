import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LeadList, LeadPage } from '../../../miniapp/contract/leads.js'
import { leadListSchema, leadPageSchema } from '../../../miniapp/contract/leads.js'
import { todaySchema, type Today } from '../../../miniapp/contract/today.js'
import { actorOf, makeCompany, makeLead } from '../../support/miniapp-data.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'

describe('leads on the pages', () => {
  let host: MiniappHost

  beforeEach(async () => {
    host = await startMiniapp()
    await makeCompany(host.core)
  })
  afterEach(() => host.end())

  it('hides a colleague’s lead as if it did not exist', async () => {
    const id = await makeLead(host.core, { owner: 'wang' })
    const chen = await host.signIn('chen')

    for (const answer of [
      await chen.get(`/leads/${id}`),
      await chen.post(`/leads/${id}/close`, { reason: '不要了' }),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: 'lead.not_found' } })
    expect((await chen.post(`/leads/${id}/accept`)).status).toBe(404)
    expect((await chen.post('/notes', { about: { type: 'lead', id }, text: '打了电话' })).status).toBe(404)
  })

  it('lists only what is in reach', async () => {
    const mine = await makeLead(host.core, { owner: 'wang', name: '甲' })
    const chens = await makeLead(host.core, { owner: 'chen', name: '乙' })
    const south = await makeLead(host.core, { owner: 'zhao', name: '丙', regionId: 'r-south' })
    const listFor = async (who: string) => {
      const answer = await (await host.signIn(who)).get<LeadList>('/leads')
      const { rows, total } = leadListSchema.parse(answer.body)
      expect(total).toEqual({ n: rows.length, exact: true })
      return rows.map(({ id }) => id).sort()
    }

    expect(await listFor('wang')).toEqual([mine])
    expect(await listFor('li')).toEqual([mine, chens].sort())
    expect(await listFor('director')).toEqual([mine, chens, south].sort())
    expect(await listFor('admin')).toEqual([mine, chens, south].sort())
    expect(await listFor('support')).toEqual([])
  })

  it('shows a whole phone to the owner on the record, and never in a list', async () => {
    const id = await makeLead(host.core, { owner: 'wang', phone: '13800138000' })
    const wang = await host.signIn('wang')
    const list = await wang.get<LeadList>('/leads')

    expect((await wang.get<LeadPage>(`/leads/${id}`)).body).toMatchObject({
      phone: '13800138000',
      phoneMasked: false,
    })
    expect(list.body.rows[0]?.phone).toBe('138****8000')
    expect(list.text).not.toContain('13800138000')
  })

  it('masks the phone of a lead that is only on offer, its time line and the search included', async () => {
    const id = await makeLead(host.core, { phone: '13800138000' })
    const wang = await host.signIn('wang')
    const page = await wang.get<LeadPage>(`/leads/${id}`)

    expect(page.body).toMatchObject({ state: 'offered', phone: '138****8000', phoneMasked: true })
    expect(page.text).not.toContain('13800138000')
    expect((await wang.get<LeadList>('/leads?q=13800138000')).body.rows).toEqual([])
    expect((await wang.get<LeadList>('/leads?q=宏达')).body.rows).toHaveLength(1)
  })

  it('tells the account that a lead writes from to whoever may reach the lead, and to nobody else', async () => {
    const account = { platform: 'wecom' as const, externalId: 'wmCustomer01' }
    const id = await makeLead(host.core, { owner: 'wang', account })
    const onOffer = await makeLead(host.core, { account: { ...account, externalId: 'wmCustomer02' } })
    const wang = await host.signIn('wang')
    expect((await wang.get<LeadPage>(`/leads/${id}`)).body.accounts).toEqual([account])
    expect((await wang.get<LeadPage>(`/leads/${onOffer}`)).body.accounts).toEqual([])
  })

  it('pages through a list without gaps and repeats', async () => {
    const made: string[] = []
    for (let i = 0; i < 7; i++) {
      made.push(await makeLead(host.core, { owner: 'wang', name: `客户${i}` }))
      if (i % 2) host.clock.advance(1000)
    }
    const wang = await host.signIn('wang')
    for (const sort of ['newest', 'score', 'touched']) {
      const seen: string[] = []
      let cursor = ''
      do {
        const page = await wang.get<LeadList>(`/leads?limit=3&sort=${sort}${cursor}`)
        seen.push(...page.body.rows.map(({ id }) => id))
        expect(page.body.total.n).toBe(7)
        cursor = page.body.next ? `&cursor=${encodeURIComponent(page.body.next)}` : ''
      } while (cursor)
      expect(seen.toSorted()).toEqual(made.toSorted())
    }
  })

  it('takes characters of the query language for plain characters', async () => {
    await makeLead(host.core, { owner: 'wang', name: '甲' })
    const wang = await host.signIn('wang')

    for (const q of ["'; DROP TABLE leads; --", '%%', '_', '\\'])
      expect((await wang.get(`/leads?q=${encodeURIComponent(q)}`)).status).toBe(200)
    expect((await wang.get<LeadList>('/leads')).body.rows).toHaveLength(1)
    expect((await wang.get('/leads?state=mine&x=1')).status).toBe(422)
  })

  it('accepts an offer once, however often the button is tapped', async () => {
    const id = await makeLead(host.core)
    const wang = await host.signIn('wang')
    const answers = await Promise.all([1, 2, 3].map(() => wang.post(`/leads/${id}/accept`)))
    const page = leadPageSchema.parse((await wang.get(`/leads/${id}`)).body)

    expect(answers.map(({ body }) => body)).toEqual([{ ok: true }, { ok: true }, { ok: true }])
    expect(page.timeLine.filter(({ kind }) => kind === 'lead.accepted')).toHaveLength(1)
    expect(page).toMatchObject({ state: 'owned', owner: { id: 'wang' }, phone: '13800138000' })
  })

  it('tells the loser of a race who has the lead', async () => {
    const id = await makeLead(host.core)
    const wang = await host.signIn('wang')
    await (await host.signIn('li')).post(`/leads/${id}/reassign`, { personId: 'chen' })

    expect((await wang.post(`/leads/${id}/accept`)).body).toEqual({
      ok: false,
      why: 'taken',
      holder: '陈思远',
    })
  })

  it('lets a manager give a queued lead away, and nobody below', async () => {
    const id = await makeLead(host.core)
    const wang = await host.signIn('wang')
    const li = await host.signIn('li')
    await wang.post(`/leads/${id}/decline`, {})
    const today = todaySchema.parse((await li.get('/today')).body)

    expect(today.queued).toMatchObject([{ lead: { id }, askedMe: true }])
    expect((await wang.post(`/leads/${id}/take-over`)).status).toBe(404)
    expect((await wang.get('/people')).status).toBe(403)
    expect((await li.post(`/leads/${id}/dispatch`, { personId: 'chen' })).body).toEqual({ ok: true })
    expect(await li.post(`/leads/${id}/dispatch`, { personId: 'wang' })).toMatchObject({
      status: 409,
      body: { message: '这条线索已经在陈思远手上' },
    })
  })

  it('says on the page of today what needs a rep now', async () => {
    const offered = await makeLead(host.core, { name: '新来的' })
    const given = await makeLead(host.core, { name: '没看过', owner: 'wang' })
    const wang = await host.signIn('wang')
    const today = todaySchema.parse((await wang.get('/today')).body)

    expect(today.offers.map(({ lead }) => lead.id)).toEqual([offered])
    expect(Date.parse(today.offers[0]?.expiresAt ?? '') - host.clock.now().getTime()).toBe(5 * 60_000)
    expect(today.unviewed.map(({ lead }) => lead.id)).toEqual([given])
    await wang.post(`/leads/${given}/viewed`)
    expect((await wang.get<Today>('/today')).body.unviewed).toEqual([])
  })

  it('reads a sentence before saving it, and saves it once on a retry', async () => {
    const id = await makeLead(host.core, { owner: 'wang' })
    const wang = await host.signIn('wang')
    const note = { about: { type: 'lead', id }, text: '刚和张总通了电话，要报价，明天下午三点再联系' }
    const preview = await wang.post<{ tasks: { due: string }[] }>('/notes', note)
    const first = await wang.post('/follow-ups', note)
    const again = await wang.post('/follow-ups', note)
    const page = leadPageSchema.parse((await wang.get(`/leads/${id}`)).body)

    expect(preview.body.tasks[0]?.due).toBe('3月12日 15:00')
    expect(again.body).toEqual(first.body)
    expect(page.followUps).toMatchObject([{ action: '电话沟通', text: note.text, mine: true }])
    expect(page.tasks).toMatchObject([{ dueAt: '2026-03-12T07:00:00.000Z', kind: 'contact' }])
    expect(page.firstTouchAt).not.toBeNull()
    expect(page.timeLine).toContainEqual(
      expect.objectContaining({ kind: 'follow-up.recorded', actor: '王小明', detail: note.text }),
    )
  })

  it('calls an action what the company calls it, in the preview and on the record', async () => {
    const id = await makeLead(host.core, { owner: 'wang' })
    const admin = await actorOf(host.core, 'admin')
    await host.core.write(async (tx) => {
      const library = await host.core.playbook.get(tx, 'action-library')
      const renamed = library.map((action) => (action.key === 'call' ? { ...action, label: '去电' } : action))
      const { version } = await host.core.playbook.saveDraft(tx, admin, 'action-library', renamed, '')
      await host.core.playbook.publish(tx, admin, 'action-library', version)
    })
    const wang = await host.signIn('wang')
    const note = { about: { type: 'lead', id }, text: '刚和张总通了电话' }
    const preview = await wang.post<{ rows: object[] }>('/notes', note)
    await wang.post('/follow-ups', note)

    expect(preview.body.rows).toContainEqual(expect.objectContaining({ label: '方式', value: '去电' }))
    expect((await wang.get<LeadPage>(`/leads/${id}`)).body.followUps).toMatchObject([{ action: '去电' }])
  })

  it('keeps untrusted words as they are', async () => {
    const need = '<img src=x onerror=alert(1)> =cmd|calc {{7*7}} \u202e 😀'
    const id = await makeLead(host.core, { owner: 'wang', need })
    const page = await (await host.signIn('wang')).get<LeadPage>(`/leads/${id}`)

    expect(page.headers['content-type']).toContain('application/json')
    expect(page.body.touches[0]?.text).toBe(need)
  })

  it('moves a task to a time that is still to come', async () => {
    const id = await makeLead(host.core, { owner: 'wang' })
    const actor = await actorOf(host.core, 'wang')
    const task = await host.core.write((tx) =>
      host.core.tasks.add(tx, actor, {
        kind: 'todo',
        title: '发方案',
        ownerId: 'wang',
        subjectType: 'lead',
        subjectId: id,
        followUpId: null,
        dueAt: host.clock.now(),
        allDay: false,
      }),
    )
    const wang = await host.signIn('wang')

    expect((await wang.post(`/tasks/${task.id}/postpone`, { to: '2026-03-10' })).body.code).toBe(
      'task.time_passed',
    )
    expect((await (await host.signIn('chen')).post(`/tasks/${task.id}/done`)).status).toBe(403)
    expect((await wang.post(`/tasks/${task.id}/postpone`, { to: '2026-03-12T09:30' })).status).toBe(200)
    expect((await wang.post(`/tasks/${task.id}/done`)).status).toBe(200)
    expect((await wang.post(`/tasks/${task.id}/postpone`, { to: '2026-03-13' })).body.code).toBe(
      'task.closed',
    )
  })
})
