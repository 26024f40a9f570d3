import { describe, expect, it } from 'vitest'
import { documents } from '../../../core/playbook/documents.js'
import { ruleNames } from '../../../miniapp/contract/rules.js'
import {
  rowsOf,
  valueAt,
  withValue,
  type Field,
  type Row,
} from '../../../miniapp/web/src/rules/rule-field.js'
import { ruleForms, weekdayWords } from '../../../miniapp/web/src/rules/rule-forms.js'

const keysOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []

/** Names of everything in a row that no field of its form asks for. */
function missing(fields: Field[], row: Row, path = ''): string[] {
  const asked = new Set(fields.map(({ key }) => key))
  const here = keysOf(row).flatMap((key) => {
    const inner = row[key]
    if (asked.has(key)) return []
    const below = fields.filter((field) => field.key.startsWith(`${key}.`))
    if (below.length === 0) return [`${path}${key}`]
    return missing(
      below.map((field) => ({ ...field, key: field.key.slice(key.length + 1) })),
      inner as Row,
      `${path}${key}.`,
    )
  })
  const rows = fields.flatMap((field) =>
    field.kind === 'rows'
      ? rowsOf(valueAt(row, field.key)).flatMap((one) => missing(field.fields, one, `${path}${field.key}.`))
      : [],
  )
  return [...new Set([...here, ...rows])]
}

describe('the pages of rules', () => {
  // Keys that rows are found by are made, not typed.
  const made: Partial<Record<string, string[]>> = { duty: ['lists.id'], credentials: ['items.key'] }
  const filled: Partial<Record<string, Row>> = {
    duty: {
      lists: [
        {
          ...{ id: 'a', label: 'A' },
          turns: [{ weekdays: [1], from: '09:00', to: '18:00', people: [] }],
          days: [{ day: '2026-01-01', people: [] }],
        },
      ],
    },
    credentials: { items: [{ key: 'a', name: 'A', expiresOn: '2026-01-01', renew: '' }] },
  }

  it.each(ruleNames)('ask for everything that %s holds', (name) => {
    const body = filled[name] ?? (documents[name].defaults as Row)
    const fields = ruleForms[name].groups.flatMap((group) => group.fields)
    expect(missing(fields, body)).toEqual(made[name] ?? [])
  })

  it('put a value in its place and leave the rest as it is', () => {
    const row = { quiet: { from: '22:00', to: '08:00' }, digest: { shown: 5 } }
    expect(withValue(row, 'quiet.from', '21:00')).toEqual({
      quiet: { from: '21:00', to: '08:00' },
      digest: { shown: 5 },
    })
    expect(row.quiet.from).toBe('22:00')
  })

  it.each([
    [[1, 2, 3, 4, 5], '周一至周五'],
    [[6, 7], '周六、周日'],
    [[5, 1, 3], '周一、周三、周五'],
    [[1, 2, 3, 4, 5, 6, 7], '每天'],
    [[], ''],
  ])('name weekdays as people do: %j', (days, words) => {
    expect(weekdayWords(days)).toBe(words)
  })
})
