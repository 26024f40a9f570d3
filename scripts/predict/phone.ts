import { findPhones } from '../../core/understanding/phones.js'
import type { Item } from './item.js'
import { textField } from './item.js'

/** Phones: `{text}` → `{predicted: [{value, kind, ext?}]}`. */
export function predictPhone(item: Item): object {
  const predicted = findPhones(textField(item, 'text')).map(({ value, kind, ext }) => ({
    value,
    kind,
    ...(ext ? { ext } : {}),
  }))
  return { predicted }
}
