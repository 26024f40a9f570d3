/** What a page of rules asks for. The pages are drawn from descriptions: a new document is a description, not a page. */

export type Row = Record<string, unknown>
export interface Option {
  key: string
  label: string
}

interface Base {
  /** Where it stands in its row, e.g. `quiet.from`. */
  key: string
  label: string
  hint?: string
  /** Takes the whole line. */
  isWide?: boolean
  /** Asked for only then; `row` is the row it stands in. */
  when?: (row: Row) => boolean
}

export type Field = Base &
  (
    | { kind: 'text'; most: number; placeholder?: string }
    | { kind: 'number'; least: number; most: number; unit: string }
    | { kind: 'switch' | 'time' | 'date' | 'dates' | 'wait' | 'weekday' | 'weekdays' | 'people' }
    | { kind: 'select' | 'many'; options: Option[] | 'cards' }
    | RowsField
  )

export interface RowsField {
  kind: 'rows'
  fields: Field[]
  /** On the button that adds one. */
  add: string
  none: string
  make: (rows: Row[]) => Row
  /** A row's heading, and what it says while it is folded. */
  name?: (row: Row, names: Names) => string
  sum?: (row: Row, names: Names) => string
  isFolded?: boolean
  /** The order means something: rows can be moved. */
  isOrdered?: boolean
  most: number
}

/** Words for the ids and keys that rows hold. */
export interface Names {
  person: (id: string) => string
  card: (key: string) => string
}

export interface Group {
  title: string
  hint?: string
  fields: Field[]
}

export interface RuleForm {
  intro: string
  groups: Group[]
}

export const valueAt = (row: Row, key: string): unknown =>
  key.split('.').reduce<unknown>((at, part) => (isRow(at) ? at[part] : undefined), row)

/** A copy of the row with another value there. */
export function withValue(row: Row, key: string, value: unknown): Row {
  const [first = '', ...rest] = key.split('.')
  if (rest.length === 0) return { ...row, [first]: value }
  const inner = row[first]
  return { ...row, [first]: withValue(isRow(inner) ? inner : {}, rest.join('.'), value) }
}

/** `第 1 项 · 到期日：没有这一天` → `没有这一天`: beside the field its name need not be said again. */
export const ruleOnly = (message: string): string => message.slice(message.indexOf('：') + 1)

/** Whether something in this part of the document was refused. */
export const isTroubled = (problems: Record<string, string>, path: string): boolean =>
  Object.keys(problems).some((one) => one === path || one.startsWith(`${path}.`))

/** `item-3`: a key that no row has yet. People never see it; ladders and reminders keep to it. */
export function freeKey(stem: string, rows: Row[], field: string): string {
  const taken = new Set(rows.map((row) => row[field]))
  for (let n = 1; ; n += 1) if (!taken.has(`${stem}-${n}`)) return `${stem}-${n}`
}

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const rowsOf = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRow) : [])
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
export const numbersOf = (value: unknown): number[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'number') : []
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
