import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import type { Interest } from '../../../core/intake/intake.js'
import { LeadEntity } from '../../../core/leads/lead.js'
import { actorOf, interest, makePerson } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('interest from somebody', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
    await makePerson(run.core, { openLeadCap: 100 })
  })
  afterEach(() => run.close())

  type Given = Partial<Interest['lead']> & { text?: string; account?: Interest['account'] }
  const capture = (given: Given) =>
    run.core.write((tx) => run.core.intake.capture(tx, systemActor('test'), interest(given)))
  const outcome = async (given: Given) => (await capture(given)).outcome
  const nameless = { phone: null }
  const leads = () => run.core.read((tx) => tx.getRepository(LeadEntity).find({ order: { id: 'ASC' } }))

  const phone = '13800138000'
  const account = { platform: 'sandbox' as const, externalId: 'zhang' }

  it.each<{ known: Given; comes: Given; as: string; then: string }>([
    { as: 'the same number', known: { phone }, comes: { phone }, then: 'lead-touched' },
    { as: 'another number', known: { phone }, comes: { phone: '13800138001' }, then: 'lead' },
    {
      as: 'a masked form of the number',
      known: { phone },
      comes: { ...nameless, maskedPhone: { prefix: '138', suffix: '8000' } },
      then: 'lead-touched',
    },
    {
      as: 'the number of which a masked form is known',
      known: { ...nameless, maskedPhone: { prefix: '138', suffix: '8000' } },
      comes: { phone },
      then: 'lead-touched',
    },
    {
      as: 'another number under the same mask',
      known: { phone },
      comes: { phone: '13899998000' },
      then: 'lead',
    },
    {
      as: 'the same account',
      known: { ...nameless, account },
      comes: { ...nameless, account },
      then: 'lead-touched',
    },
    {
      as: 'the same mail address in other letters',
      known: { ...nameless, email: 'Zhang@Example.com' },
      comes: { ...nameless, email: ' zhang@example.COM' },
      then: 'lead-touched',
    },
    {
      as: 'nothing to be known by',
      known: { ...nameless, name: '张伟' },
      comes: { ...nameless, name: '张伟' },
      then: 'lead',
    },
  ])('with $as is $then', async ({ known, comes, then }) => {
    expect(await outcome(known)).toBe('lead')
    expect(await outcome(comes)).toBe(then)
  })

  it('is a new lead when two people fit the mask: the same mask on both says nothing', async () => {
    await capture({ phone: '13811118000' })
    await capture({ phone: '13822228000' })
    expect(await outcome({ ...nameless, maskedPhone: { prefix: '138', suffix: '8000' } })).toBe('lead')
  })

  it('fills in what was not known and overwrites nothing', async () => {
    await capture({ ...nameless, account, name: '张伟' })
    await capture({ account, phone, name: '老张', company: '宏达' })
    const [lead, ...others] = await leads()
    expect(others).toEqual([])
    expect(lead).toMatchObject({ name: '张伟', phone, company: '宏达' })
    expect(await outcome({ phone })).toBe('lead-touched')
  })

  it('raises the score when they come back often, and keeps every word', async () => {
    await capture({ phone, text: '想了解报价' })
    const [before] = await leads()
    await capture({ phone, text: '在吗' })
    await capture({ phone, text: '方便回个电话吗' })
    const [after] = await leads()
    expect((after?.score ?? 0) - (before?.score ?? 0)).toBe(30)
    const touches = await run.core.read((tx) =>
      run.core.leads.touchesOf(tx, { type: 'lead', ids: [after?.id ?? ''] }),
    )
    expect(touches.map((touch) => touch.text)).toEqual(['方便回个电话吗', '在吗', '想了解报价'])
  })

  it('is a new lead after the old one was given up, and the customer’s after it was converted', async () => {
    const result = await capture({ phone, company: '宏达' })
    if (result.outcome !== 'lead') throw new Error('known already')
    await run.core.write((tx) => run.core.leads.close(tx, systemActor('test'), result.lead.id, '没有预算'))
    const again = await capture({ phone, company: '宏达' })
    if (again.outcome !== 'lead') throw new Error('known already')
    const owner = await actorOf(run.core, { id: again.lead.offeredToId ?? '' })
    await run.core.write(async (tx) => {
      await run.core.assignment.acceptOffer(tx, owner, again.lead.id)
      await run.core.conversion.convert(tx, owner, again.lead.id, { now: run.clock.now() })
    })
    expect(await outcome({ phone })).toBe('customer-touched')
    expect(await leads()).toHaveLength(2)
  })

  it('is one lead when ten messages of one person are worked on at the same moment', async () => {
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => outcome({ phone })))
    expect(all.every((one) => one.status === 'fulfilled')).toBe(true)
    const open = await leads()
    expect(open.length).toBe(1)
  })

  it('stays text: markup, formulas and control characters are stored as they were said', async () => {
    const text = '=HYPERLINK("http://x") <script>alert(1)</script> 😀 \u202E ‘; DROP TABLE leads;--'
    await capture({ phone, text, need: text })
    const [lead] = await leads()
    expect(lead?.need).toBe(text)
  })
})
