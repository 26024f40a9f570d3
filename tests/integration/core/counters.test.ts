import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor, type PersonActor } from '../../../core/actor.js'
import { verifyAll } from '../../../core/changes/verify.js'
import { DeadlineEntity } from '../../../core/deadlines/deadline.js'
import { DomainError } from '../../../core/errors.js'
import { isOpen, LeadEntity, type Lead } from '../../../core/leads/lead.js'
import { OfferEntity } from '../../../core/leads/offer.js'
import { PersonEntity, type Person } from '../../../core/org/person.js'
import { actorOf, interest, makePerson, makeRegion, makeTeam } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

type Step =
  | { do: 'capture'; give: boolean }
  | { do: 'accept' | 'decline' | 'close' | 'convert' | 'view'; lead: number }
  | { do: 'dispatch' | 'reassign'; lead: number; to: number }
  | { do: 'wait'; minutes: number }

const lead = fc.nat(5)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('capture' as const), give: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'accept' as const,
        'decline' as const,
        'close' as const,
        'convert' as const,
        'view' as const,
      ),
      lead,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('dispatch' as const, 'reassign' as const),
      lead,
      to: fc.nat(2),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 5, 12, 130) }),
  },
)

describe('whatever happens to leads', () => {
  let run: TestCore
  let reps: Person[]
  let actors: Map<string, PersonActor>
  let boss: PersonActor
  beforeEach(async () => {
    run = await startCore()
    const top = await makeTeam(run.core)
    const east = await makeTeam(run.core, { parentId: top.department.id })
    await makeRegion(run.core, { name: '华东', places: ['杭州'], departmentId: east.department.id })
    reps = []
    for (const openLeadCap of [2, 3, 4])
      reps.push(await makePerson(run.core, { departmentId: east.department.id, openLeadCap }))
    boss = await actorOf(run.core, top.leader)
    actors = new Map()
    for (const person of [...reps, east.leader, top.leader])
      actors.set(person.id, await actorOf(run.core, person))
  })
  afterEach(() => run.close())

  /** Somebody does something; what the rules refuse is no failure of theirs. */
  async function act(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
    }
  }

  const leads = () => run.core.read((tx) => tx.getRepository(LeadEntity).find({ order: { id: 'ASC' } }))

  async function take(one: Step): Promise<void> {
    const { core } = run
    if (one.do === 'wait') return wait(one.minutes)
    if (one.do === 'capture')
      return act(() =>
        core.write((tx) =>
          core.intake.capture(
            tx,
            systemActor('test'),
            interest({ place: '杭州', company: '甲公司' }),
            one.give ? { by: 'allot' } : { by: 'offer' },
          ),
        ),
      )
    const target = (await leads()).at(-1 - one.lead)
    if (!target) return
    const { id } = target
    const actor = actors.get(target.offeredToId ?? target.ownerId ?? '') ?? boss
    const to = 'to' in one ? (reps[one.to]?.id ?? '') : ''
    const works: Record<typeof one.do, () => Promise<unknown>> = {
      accept: () => core.write((tx) => core.assignment.acceptOffer(tx, actor, id)),
      decline: () => core.write((tx) => core.assignment.declineOffer(tx, actor, id, '')),
      close: () => core.write((tx) => core.leads.close(tx, boss, id, '')),
      convert: () => core.write((tx) => core.conversion.convert(tx, boss, id, { now: core.clock.now() })),
      view: () => core.write((tx) => core.leads.markViewed(tx, actor, id)),
      dispatch: () => core.write((tx) => core.assignment.dispatch(tx, boss, id, to)),
      reassign: () => core.write((tx) => core.assignment.reassign(tx, boss, id, to)),
    }
    await act(works[one.do])
  }

  async function wait(minutes: number): Promise<void> {
    const until = run.clock.now().getTime() + minutes * 60_000
    for (;;) {
      const next = await run.core.read((tx) => run.core.deadlines.nextAt(tx))
      if (!next || next.getTime() > until) break
      run.clock.set(
        Math.max(next.getTime(), run.clock.now().getTime()) === next.getTime() ? next : run.clock.now(),
      )
      const now = run.clock.now()
      for (const id of await run.core.read((tx) => run.core.deadlines.due(tx, now, 100)))
        await run.core.write((tx) => run.core.deadlines.fire(tx, id, now))
    }
    run.clock.set(new Date(until))
  }

  async function checkAll(): Promise<void> {
    const [all, offers, people, deadlines] = await run.core.read(async (tx) => [
      await tx.getRepository(LeadEntity).find(),
      await tx.getRepository(OfferEntity).findBy({ state: 'open' }),
      await tx.getRepository(PersonEntity).find(),
      await tx.getRepository(DeadlineEntity).findBy({ state: 'waiting' }),
    ])
    for (const person of people) {
      const onHand = all.filter(
        (one) =>
          (one.state === 'owned' && one.ownerId === person.id) ||
          (one.state === 'offered' && one.offeredToId === person.id),
      )
      expect(person.openLeads, `${person.name} has ${onHand.length} leads on hand`).toBe(onHand.length)
    }
    expect(new Set(offers.map((offer) => offer.leadId)).size).toBe(offers.length)
    const waits = (one: Lead, kind: string) =>
      deadlines.some((d) => d.kind === kind && d.subjectId === one.id)
    for (const one of all) {
      const offer = offers.find((candidate) => candidate.leadId === one.id)
      expect(offer !== undefined, `an open offer exactly while on offer (${one.state})`).toBe(
        one.state === 'offered',
      )
      if (!isOpen(one)) expect(deadlines.filter((d) => d.subjectId === one.id)).toEqual([])
      else if (one.state === 'offered') {
        expect(one.offeredToId).toBe(offer?.personId)
        expect(waits(one, 'lead.accept')).toBe(true)
      } else if (one.state === 'owned') {
        expect(one.ownerId).not.toBeNull()
        expect(waits(one, 'lead.view')).toBe(one.viewedAt === null)
      } else {
        expect(one.state).toBe('queued')
        expect(one.redSince !== null || waits(one, 'lead.dispatch')).toBe(true)
      }
    }
    expect((await run.core.read((tx) => verifyAll(tx))).breaks).toEqual([])
  }

  it('counts stay true, every open lead has somebody or a deadline, and chains verify', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        for (const one of steps) await take(one)
        await checkAll()
      }),
      { numRuns: 25 },
    )
  })

  it('holds, too, when everybody acts at the same moment', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          step.filter(({ do: name }) => name !== 'wait'),
          { minLength: 4, maxLength: 12 },
        ),
        fc.constantFrom(1, 5, 130),
        async (steps, minutes) => {
          await take({ do: 'capture', give: false })
          await take({ do: 'capture', give: true })
          await Promise.all(steps.map((one) => take(one)))
          await checkAll()
          await wait(minutes)
          await checkAll()
        },
      ),
      { numRuns: 15 },
    )
  })
})
