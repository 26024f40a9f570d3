import { describe, expect, it } from 'vitest'
import { countdown, dayLabel, duration, visible } from '../../../adapters/sandbox/console/src/format.js'
import { advance, type Progress } from '../../../adapters/sandbox/console/src/tour-steps.js'
import type { PanelChange } from '../../../adapters/sandbox/host.js'

const minuteMs = 60_000

describe('times as the console shows them', () => {
  it.each([
    [299_999, '04:59'],
    [-61_000, '01:01'],
    [2 * 60 * minuteMs + 5000, '2:00:05'],
    [26 * 60 * minuteMs, '1 天 2 小时'],
    [48 * 60 * minuteMs, '2 天'],
  ])('counts %i ms down as %s', (ms, shown) => expect(countdown(ms)).toBe(shown))

  it.each([
    [5 * minuteMs, '5 分钟'],
    [125 * minuteMs, '2 小时 5 分钟'],
    [1440 * minuteMs, '1 天'],
    [1000, '不到 1 分钟'],
  ])('says %i ms as %s', (ms, shown) => expect(duration(ms)).toBe(shown))

  it('names days by how far they are', () => {
    const now = new Date(2026, 10, 22, 9, 0).getTime()
    const day = (month: number, date: number, year = 2026) =>
      dayLabel(new Date(year, month, date, 23, 59).toISOString(), now)
    expect([day(10, 22), day(10, 21), day(10, 18), day(2, 5), day(11, 31, 2025)]).toEqual([
      '今天',
      '昨天',
      '星期三',
      '3月5日',
      '2025年12月31日',
    ])
  })

  it('shows control characters instead of obeying them', () => {
    expect(visible('a\u0000b\u0007c\u007fd\u202ee\n\tf')).toBe('a␀b␇c␡d\ufffde\n\tf')
  })
})

describe('the tour', () => {
  const start: Progress = { since: '2026-11-22T08:00:00.000Z', done: [], used: [] }
  let minute = 0
  const change = (kind: string): PanelChange => {
    const at = new Date(Date.UTC(2026, 10, 22, 8, ++minute)).toISOString()
    return { id: `${minute}`, at, kind, label: kind, actor: '', subject: '' }
  }
  const run = (...kinds: string[]) => advance(start, kinds.map(change).reverse()).done

  it('ticks off the flows as they happen', () => {
    expect(
      run(
        'lead.captured',
        'lead.accepted',
        'lead.captured',
        'offer.expired',
        'lead.queued',
        'lead.taken-over',
        'follow-up.recorded',
      ),
    ).toEqual(['ask', 'accept', 'askAgain', 'wait', 'takeOver', 'note'])
  })

  it('counts one change for one step, however often the panel shows it', () => {
    const captured = change('lead.captured')
    const accepted = change('lead.accepted')
    const once = advance(start, [accepted, captured])
    expect(advance(once, [accepted, captured])).toEqual(once)
    expect(once.done).toEqual(['ask', 'accept'])
  })

  it('lets the manager act only after nobody accepted', () => {
    expect(run('lead.captured', 'lead.accepted', 'lead.dispatched')).toEqual(['ask', 'accept'])
  })

  it('does not count what happened before it began', () => {
    expect(advance({ ...start, since: '2026-12-01T00:00:00.000Z' }, [change('lead.captured')]).done).toEqual(
      [],
    )
  })
})
