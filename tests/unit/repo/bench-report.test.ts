import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isReached, median, percentile, renderReport } from '../../bench/report.js'

const floor = { name: 'bare HTTP', value: 20_000 }

describe('the bench report', () => {
  it.each([
    [{ value: 10, target: { atLeast: 10 } }, true],
    [{ value: 9.9, target: { atLeast: 10 } }, false],
    [{ value: 200, target: { atMost: 200 } }, true],
    [{ value: 201, target: { atMost: 200 } }, false],
    [{ value: 10_000, target: { atLeastOfFloor: 0.5 }, floor }, true],
    [{ value: 9_999, target: { atLeastOfFloor: 0.5 }, floor }, false],
    [{ value: 9_999, target: { atLeastOfFloor: 0.5 } }, false],
    [{ value: 1, target: null }, true],
  ])('judges %j', (measurement, reached) => {
    expect(isReached({ unit: 'ms', ...measurement })).toBe(reached)
  })

  it('puts value, unit, target, floor and ratio on one line and marks what was missed', () => {
    const target = { atLeastOfFloor: 0.5 }
    const [, line = ''] = renderReport([
      { name: 'webhook', value: 8_000, unit: 'requests/s', target, floor },
    ]).split('\n')

    expect(line.split(/ {2,}/)).toEqual([
      ...['webhook', '8,000', 'requests/s', '≥ 0.5 × floor', '20,000 (bare HTTP)', '0.40', 'missed by 20 %'],
    ])
  })

  it('takes medians and percentiles from the values that were measured', () => {
    const values = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 })
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (measured, share) => {
        const value = percentile(measured, share)
        expect(measured).toContain(value)
        expect(measured.filter((each) => each <= value).length).toBeGreaterThanOrEqual(
          share * measured.length,
        )
        expect(median(measured)).toBeGreaterThanOrEqual(Math.min(...measured))
        expect(median(measured)).toBeLessThanOrEqual(Math.max(...measured))
      }),
    )
    expect(median([1, 2, 10])).toBe(2)
    expect(median([1, 3])).toBe(2)
  })
})
