import { findMoney } from '../../core/understanding/money.js'
import type { Item } from './item.js'
import { textField } from './item.js'

/** Money: `{text}` → `{predicted: [{text, value | min, max, currency, bound?}]}`, amounts in the main unit. */
export function predictMoney(item: Item): object {
  const predicted = findMoney(textField(item, 'text'), { spokenUnits: true }).map((hit) => ({
    text: hit.text,
    ...inMainUnit('value', hit.valueCents),
    ...inMainUnit('min', hit.minCents),
    ...inMainUnit('max', hit.maxCents),
    currency: hit.currency,
    ...(hit.bound ? { bound: hit.bound } : {}),
  }))
  return { predicted }
}

function inMainUnit(name: string, cents: number | undefined): object {
  return cents === undefined ? {} : { [name]: cents / 100 }
}
