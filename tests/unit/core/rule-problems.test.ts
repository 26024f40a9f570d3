import { describe, expect, it } from 'vitest'
import { documents, type DocumentName } from '../../../core/playbook/documents.js'
import { sayProblems } from '../../../core/playbook/problems.js'

type Path = (string | number)[]

const bodies: Partial<Record<DocumentName, unknown>> = {
  calendar: {
    ...documents.calendar.defaults,
    otherHours: [{ weekday: 6, intervals: [{ from: '09:00', to: '12:00' }] }],
    daysOff: ['2026-05-06'],
  },
  holidays: documents.holidays.defaults,
  notices: documents.notices.defaults,
  reminders: documents.reminders.defaults,
  duty: {
    lists: [
      {
        ...{ id: 'night', label: '夜班' },
        turns: [{ weekdays: [1], from: '18:00', to: '09:00', people: ['a'] }],
        days: [{ day: '2026-05-01', people: ['a'] }],
      },
    ],
  },
  credentials: { items: [{ key: 'domain', name: '域名', expiresOn: '2027-03-31', renew: '' }] },
}

/** The way to every named field of a body, the first row of each list standing for all. */
function fieldsOf(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.length > 0 ? fieldsOf(value[0], [...path, 0]) : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const below = fieldsOf(inner, [...path, key])
    return below.length > 0 ? below : [[...path, key]]
  })
}

function withBroken(value: unknown, [first, ...rest]: Path): unknown {
  if (first === undefined) return { broken: true }
  if (Array.isArray(value)) return value.map((one: unknown, n) => (n === first ? withBroken(one, rest) : one))
  const row = value as Record<string, unknown>
  return { ...row, [first]: withBroken(row[first], rest) }
}

describe('a rule that is refused', () => {
  const cases = Object.entries(bodies).flatMap(([name, body]) =>
    fieldsOf(body).map((path) => ({ name: name as DocumentName, at: path.join('.'), body, path })),
  )

  it.each(cases)('is called in $name by its name, in Chinese: $at', ({ name, at, body, path }) => {
    const { schema } = documents[name]
    expect(schema.safeParse(body).success).toBe(true)
    const read = schema.safeParse(withBroken(body, path))
    if (read.success) throw new Error('nothing is refused')
    const [problem, ...more] = sayProblems(schema, read.error)
    expect(more).toEqual([])
    expect(problem?.path).toBe(at)
    expect(problem?.message).toMatch(/^(第 \d+ 项 · )*[\u4e00-\u9fff][^：]*：[^a-z]*[\u4e00-\u9fff]/)
  })

  it('is said once for each field, whatever else is wrong with it', () => {
    const { schema } = documents.credentials
    const read = schema.safeParse({ items: [{ key: 'A B', name: '', expiresOn: 'x', renew: '', more: 1 }] })
    if (read.success) throw new Error('nothing is refused')
    const problems = sayProblems(schema, read.error)
    expect(new Set(problems.map(({ path }) => path)).size).toBe(problems.length)
    expect(problems.map(({ message }) => message)).toContain('第 1 项：没有“more”这一项')
  })
})
