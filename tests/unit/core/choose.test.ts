import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rankCandidates, smoothedRate, type CandidateFacts } from '../../../core/assignment/choose.js'
import { assignmentDefault } from '../../../core/playbook/assignment.js'
import { score } from '../../../core/scoring/score.js'

const region = { name: '华东', won: 5, closed: 10 }
const candidate = (given: Partial<CandidateFacts> = {}): CandidateFacts => ({
  personId: 'A',
  name: '甲',
  openLeads: 0,
  openLeadCap: 10,
  won: 0,
  closed: 0,
  familiarity: 1,
  lastOfferedAt: null,
  penalty: null,
  ...given,
})
const scoreOf = (given: Partial<CandidateFacts>) =>
  rankCandidates([candidate(given)], region, assignmentDefault)[0]?.score.value

describe('the score of a candidate', () => {
  it('is a hundred at best: nothing in hand, all won, knows the product', () => {
    const best = rankCandidates(
      [candidate({ won: 10, closed: 10 })],
      { ...region, won: 10 },
      assignmentDefault,
    )
    expect(best[0]?.score.value).toBe(100)
  })

  it('is made of 30 for room, 50 for wins and 20 for knowing the product', () => {
    expect(scoreOf({ openLeads: 4, won: 7, closed: 15, familiarity: 0.5 })).toBeCloseTo(
      30 * 0.6 + 50 * (9.5 / 20) + 10,
      1,
    )
  })

  it('takes a beginner for as good as the region', () => {
    expect(smoothedRate(0, 0, 0.4, 5)).toBe(0.4)
    expect(smoothedRate(0, 0, 0.4, 0)).toBe(0.4)
  })

  it('counts half when the product is not known, and thirty percent less after a lead left unviewed', () => {
    expect(scoreOf({ familiarity: null })).toBe((scoreOf({ familiarity: 1 }) ?? 0) - 10)
    const whole = scoreOf({}) ?? 0
    expect(scoreOf({ penalty: { factor: 0.7, reason: '' } })).toBeCloseTo(whole * 0.7, 1)
  })

  it('draws a rate between the person’s own and the region’s, closer to their own with every deal', () => {
    const count = fc.integer({ min: 1, max: 500 })
    fc.assert(
      fc.property(
        count,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (closed, share, base) => {
          const won = Math.round(closed * share)
          const own = won / closed
          const rate = smoothedRate(won, closed, base, 5)
          expect(rate).toBeGreaterThanOrEqual(Math.min(own, base) - 1e-9)
          expect(rate).toBeLessThanOrEqual(Math.max(own, base) + 1e-9)
          const more = smoothedRate(won * 10, closed * 10, base, 5)
          expect(Math.abs(more - own)).toBeLessThanOrEqual(Math.abs(rate - own) + 1e-9)
        },
      ),
    )
  })

  it('gives the reasons for every point', () => {
    const part = fc.record({
      name: fc.string(),
      fact: fc.double({ min: -2, max: 2 }),
      weight: fc.integer({ min: 0, max: 100 }),
      why: fc.string(),
    })
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.option(fc.constantFrom(0.7, 0.5, 1)), (parts, by) => {
        const { value, reasons } = score(parts, by === null ? undefined : { by, why: '' })
        const sum = reasons.reduce((total, reason) => total + reason.points, 0)
        expect(sum).toBeCloseTo(value, 5)
        expect(Number.isFinite(value)).toBe(true)
      }),
    )
  })
})

describe('the order of candidates', () => {
  it('breaks a tie by the longest wait; whoever never had an offer comes first', () => {
    const order = rankCandidates(
      [
        candidate({ personId: 'A', lastOfferedAt: new Date(2000) }),
        candidate({ personId: 'B', lastOfferedAt: new Date(1000) }),
        candidate({ personId: 'C' }),
      ],
      region,
      assignmentDefault,
    )
    expect(order.map(({ personId }) => personId)).toEqual(['C', 'B', 'A'])
  })

  it('does not depend on the order in which they are listed', () => {
    const someone = fc.record({
      personId: fc.uuid(),
      openLeads: fc.nat(10),
      won: fc.nat(5),
      closed: fc.integer({ min: 5, max: 20 }),
      lastOfferedAt: fc.option(fc.date({ noInvalidDate: true, min: new Date(1), max: new Date(9e12) })),
    })
    fc.assert(
      fc.property(fc.uniqueArray(someone, { selector: (one) => one.personId, maxLength: 6 }), (people) => {
        const rank = (list: typeof people) =>
          rankCandidates(
            list.map((one) => candidate(one)),
            region,
            assignmentDefault,
          ).map((one) => one.personId)
        expect(rank(people.toReversed())).toEqual(rank(people))
      }),
    )
  })
})
