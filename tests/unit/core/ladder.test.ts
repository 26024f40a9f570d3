import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  carryOn,
  goOnAfterPause,
  planLadder,
  spanMs,
  type PlannedStep,
} from '../../../core/deadlines/ladder.js'
import { addWorkingTime, workingTimeBetween } from '../../../core/deadlines/working-time.js'
import { calendarDefault } from '../../../core/playbook/calendar.js'
import { ladderSchema, laddersDefault, laddersSchema, type Ladder } from '../../../core/playbook/ladders.js'

const settings = { calendar: calendarDefault, timeZone: 'Asia/Shanghai' }
const start = new Date('2026-03-11T02:00:00Z')
const minutesAfter = (at: string | Date) => (new Date(at).getTime() - start.getTime()) / 60_000

describe('a ladder', () => {
  it('becomes instants: five minutes to accept, then up every ten, then red', () => {
    const accept = planLadder(laddersDefault['lead.accept'], start, settings)
    expect(minutesAfter(accept.dueAt)).toBe(5)
    const dispatch = planLadder(laddersDefault['lead.dispatch'], start, settings)
    expect(dispatch.steps.map((step) => [step.do, minutesAfter(step.at)])).toEqual([
      ['ask-next', 10],
      ['ask-next', 20],
      ['ask-next', 30],
      ['stand-red', 40],
    ])
  })

  it('counts working time where it says so: due on the next morning, not at night', () => {
    const ladder: Ladder = {
      dueIn: '2h',
      time: 'working',
      steps: [
        { at: '0m', do: 'x' },
        { at: '1h', do: 'y' },
      ],
    }
    const friday = new Date('2026-03-13T09:00:00Z')
    const { steps } = planLadder(ladder, friday, settings)
    expect(steps.map((step) => step.at)).toEqual(['2026-03-16T02:00:00.000Z', '2026-03-16T03:00:00.000Z'])
  })

  it('warns before the due time by the clock, and at once when that has passed', () => {
    const ladder: Ladder = {
      dueIn: '10m',
      time: 'clock',
      steps: [
        { at: '0m', do: 'late' },
        { at: '-30m', do: 'warn' },
      ],
    }
    expect(planLadder(ladder, start, settings).steps.map((step) => [step.do, minutesAfter(step.at)])).toEqual(
      [
        ['warn', 0],
        ['late', 10],
      ],
    )
  })

  it('reminds at the chosen instant, at once when it is past', () => {
    const reminder = laddersDefault['task.due']
    const dueAt = new Date('2026-03-18T01:00:00Z')
    expect(planLadder(reminder, start, { ...settings, dueAt }).steps[0]?.at).toBe(dueAt.toISOString())
    const past = new Date('2026-03-01T01:00:00Z')
    expect(planLadder(reminder, start, { ...settings, dueAt: past }).steps[0]?.at).toBe(start.toISOString())
  })

  it('keeps its steps in order of time and none before its start, whatever it is made of', () => {
    const step = fc.record({
      at: fc
        .tuple(fc.constantFrom('-', ''), fc.nat(90), fc.constantFrom('m', 'h'))
        .map((parts) => parts.join('')),
      do: fc.constantFrom('warn', 'escalate'),
    })
    const ladder = fc.record({
      dueIn: fc.tuple(fc.nat(72), fc.constantFrom('m', 'h', 'd')).map((parts) => parts.join('')),
      time: fc.constantFrom('clock' as const, 'working' as const),
      steps: fc.array(step, { minLength: 1, maxLength: 6 }),
    })
    fc.assert(
      fc.property(ladder, (one) => {
        const { steps } = planLadder(one, start, settings)
        const times = steps.map(({ at }) => Date.parse(at))
        expect(steps).toHaveLength(one.steps.length)
        expect(times).toEqual(times.toSorted((a, b) => a - b))
        expect(times.every((time) => time >= start.getTime())).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it.each(['5m', '-30m', '+2h', '1d'])('reads the span %s', (text) => {
    expect(Number.isFinite(spanMs(text))).toBe(true)
  })

  it.each(['', '5', 'm', '5 m', '5w', '1.5h', '5m5m'])(
    'refuses the span "%s", in the playbook and in code',
    (text) => {
      expect(() => spanMs(text)).toThrow(RangeError)
      const ladders = { ...laddersDefault, 'lead.accept': { ...laddersDefault['lead.accept'], dueIn: text } }
      expect(laddersSchema.safeParse(ladders).success).toBe(false)
    },
  )
})

const hour = 3_600_000
const brief = (steps: readonly PlannedStep[]) => steps.map((step) => [step.do, minutesAfter(step.at)])

describe("a ladder's steps", () => {
  it('count from the start where they say so, else from the due time', () => {
    const ladder: Ladder = {
      dueIn: '60m',
      time: 'clock',
      steps: [
        { at: '10m', from: 'start', do: 'nudge' },
        { at: '-30m', do: 'warn' },
        { at: '0m', do: 'late' },
      ],
    }
    expect(brief(planLadder(ladder, start, settings).steps)).toEqual([
      ['nudge', 10],
      ['warn', 30],
      ['late', 60],
    ])
  })

  it('repeat as often as they say, working time counting only what is worked', () => {
    const clock: Ladder = {
      dueIn: '0m',
      time: 'clock',
      steps: [{ at: '0m', do: 'remind', every: '15m', times: 3 }],
    }
    expect(brief(planLadder(clock, start, settings).steps).map(([, at]) => at)).toEqual([0, 15, 30])
    const working: Ladder = {
      ...clock,
      time: 'working',
      steps: [{ at: '1d', do: 'x', every: '1d', times: 2 }],
    }
    const { steps } = planLadder(working, start, settings)
    // A working day from ten in the morning: ten in the morning of the next days.
    expect(steps.map((step) => step.at)).toEqual(['2026-03-12T02:00:00.000Z', '2026-03-13T02:00:00.000Z'])
  })

  it.each([
    { why: 'a repeat without a number of times', step: { at: '0m', do: 'x', every: '5m' } },
    { why: 'a repeat every nothing', step: { at: '0m', do: 'x', every: '0m', times: 3 } },
    { why: 'a thousand repeats', step: { at: '0m', do: 'x', every: '5m', times: 1000 } },
    { why: 'a step before the start', step: { at: '-5m', from: 'start', do: 'x' } },
    { why: 'a step in three years', step: { at: '1000d', do: 'x' } },
    { why: 'a step to nobody known', step: { at: '0m', do: 'x', who: 'somebody' } },
  ])('refuse $why', ({ step }) => {
    expect(ladderSchema.safeParse({ dueIn: '5m', time: 'clock', steps: [step] }).success).toBe(false)
  })

  it.each(['owner', 'manager', 'manager+2', 'leader', 'role:admin', 'duty', 'duty:night'])(
    'may concern %s',
    (who) => {
      const ladder = { dueIn: '5m', time: 'clock', steps: [{ at: '0m', do: 'x', who }] }
      expect(ladderSchema.safeParse(ladder).success).toBe(true)
    },
  )
})

const span = fc.tuple(fc.nat(90), fc.constantFrom('m', 'h')).map((parts) => parts.join(''))
const anyStep = fc.oneof(
  fc.record({ at: span, do: fc.constantFrom('warn', 'call', 'escalate') }),
  fc.record({ at: span.map((text) => `-${text}`), do: fc.constantFrom('warn', 'call') }),
  fc.record({ at: span, from: fc.constant('start' as const), do: fc.constantFrom('call', 'escalate') }),
  fc.record({
    at: span,
    do: fc.constant('remind'),
    every: fc.integer({ min: 1, max: 300 }).map((n) => `${n}m`),
    times: fc.integer({ min: 2, max: 5 }),
  }),
)
const anyLadder: fc.Arbitrary<Ladder> = fc.record({
  dueIn: span,
  time: fc.constantFrom('clock' as const, 'working' as const),
  steps: fc.array(anyStep, { minLength: 1, maxLength: 5 }),
})
const counts = (steps: readonly PlannedStep[]) =>
  steps.reduce((sum, step) => sum.set(step.do, (sum.get(step.do) ?? 0) + 1), new Map<string, number>())

describe('a ladder that is changed under way', () => {
  it('never fires again what has fired, keeps its order and puts nothing into the past', () => {
    fc.assert(
      fc.property(anyLadder, anyLadder, fc.nat(10), fc.nat(100), (before, draft, done, hours) => {
        const now = new Date(start.getTime() + hours * hour)
        const fired = planLadder(before, start, settings)
          .steps.slice(0, done)
          .filter((step) => new Date(step.at) <= now)
        const planned = planLadder(draft, start, settings).steps
        const whole = carryOn(fired, planned, now)
        expect(whole.slice(0, fired.length)).toEqual(fired)
        const [had, wanted, gets] = [fired, planned, whole].map(counts)
        for (const [action, n] of gets ?? [])
          expect(n).toBe(Math.max(had?.get(action) ?? 0, wanted?.get(action) ?? 0))
        const times = whole.slice(fired.length).map(({ at }) => Date.parse(at))
        expect(times).toEqual(times.toSorted((a, b) => a - b))
        expect(times.every((time) => time >= now.getTime())).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  it('changes nothing when it is planned anew as it was', () => {
    fc.assert(
      fc.property(anyLadder, fc.nat(8), (ladder, done) => {
        const { steps } = planLadder(ladder, start, settings)
        const nextStep = Math.min(done, steps.length)
        const now = new Date(steps[nextStep - 1]?.at ?? start)
        const again = carryOn(steps.slice(0, nextStep), steps, now)
        expect(counts(again)).toEqual(counts(steps))
      }),
      { numRuns: 100 },
    )
  })
})

describe('a ladder after a pause', () => {
  const add = (from: Date, ms: number) => addWorkingTime(from, ms, calendarDefault, 'Asia/Shanghai')
  const between = (from: Date, to: Date) => workingTimeBetween(from, to, calendarDefault, 'Asia/Shanghai')

  it('has as much working time left as before, and is the plan that counts the pause out', () => {
    fc.assert(
      fc.property(anyLadder, fc.nat(60 * 48), fc.nat(60 * 200), (ladder, untilPause, pause) => {
        const working: Ladder = { ...ladder, time: 'working' }
        const plan = planLadder(working, start, settings)
        const pausedAt = new Date(start.getTime() + untilPause * 60_000)
        const now = new Date(pausedAt.getTime() + pause * 60_000)
        const nextStep = plan.steps.filter((step) => new Date(step.at) <= pausedAt).length
        const shift = (at: Date) => (at <= pausedAt ? at : add(now, between(pausedAt, at)))
        const gone = goOnAfterPause({ ...plan, nextStep }, now, shift)
        if (plan.dueAt > pausedAt) {
          expect(between(now, gone.dueAt)).toBe(between(pausedAt, plan.dueAt))
          const held = planLadder(working, start, { ...settings, heldMs: between(pausedAt, now) })
          expect(between(start, gone.dueAt)).toBe(between(start, held.dueAt))
        }
        expect(gone.steps).toHaveLength(plan.steps.length)
        expect(gone.steps.slice(0, nextStep)).toEqual(plan.steps.slice(0, nextStep))
        const times = gone.steps.slice(nextStep).map(({ at }) => Date.parse(at))
        expect(times).toEqual(times.toSorted((a, b) => a - b))
        expect(times.every((time) => time >= now.getTime())).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  it('keeps a warning as far before the due time as it was', () => {
    const ladder: Ladder = {
      dueIn: '4h',
      time: 'clock',
      steps: [
        { at: '-30m', do: 'warn' },
        { at: '0m', do: 'late' },
      ],
    }
    const plan = planLadder(ladder, start, settings)
    const now = new Date(start.getTime() + 3 * hour)
    const shift = (at: Date) => new Date(at.getTime() + 2 * hour)
    const gone = goOnAfterPause({ ...plan, nextStep: 0 }, now, shift)
    expect(brief(gone.steps)).toEqual([
      ['warn', 330],
      ['late', 360],
    ])
  })
})
