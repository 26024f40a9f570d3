/** One evaluation item: an id and whatever its kind needs; `expected` may be there and is never looked at. */
export interface Item {
  id: string | number
  [field: string]: unknown
}

/** What one kind answers for an item, without the id. */
export type Predict = (item: Item) => object | Promise<object>

/** Reads one line; throws when it is no JSON object with an id. */
export function parseItem(line: string): Item {
  const value: unknown = JSON.parse(line)
  if (!isRecord(value)) throw new TypeError('an item is a JSON object')
  const { id } = value
  if (typeof id !== 'string' && typeof id !== 'number') throw new TypeError('an item has an id')
  return { ...value, id }
}

/** A field that has to be a text. */
export function textField(item: Item, name: string): string {
  const value = item[name]
  if (typeof value !== 'string') throw new TypeError(`"${name}" is a text`)
  return value
}

export function messageOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
