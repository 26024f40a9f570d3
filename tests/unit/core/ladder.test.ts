import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planLadder, spanMs } from '../../../core/deadlines/ladder.js'
import { calendarDefault } from '../../../core/playbook/calendar.js'
import { laddersDefault, laddersSchema, type Ladder } from '../../../core/playbook/ladders.js'

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
