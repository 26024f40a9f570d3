import { findTimes } from '../../core/understanding/times.js'
import type { Item } from './item.js'
import { textField } from './item.js'

/** Times: `{text, reference}` → `{predicted: [{text, type, value}]}`. */
export function predictDatetime(item: Item): object {
  const hits = findTimes(textField(item, 'text'), textField(item, 'reference'))
  return { predicted: hits.map(({ text, kind, value }) => ({ text, type: kind, value })) }
}
