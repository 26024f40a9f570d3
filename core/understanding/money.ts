export interface MoneyHit {
  /** Offsets of the words in the text, in UTF-16 units, end exclusive. */
  start: number
  end: number
  text: string
  /** ISO 4217; CNY where the words name no currency. */
  currency: string
  /** One amount; otherwise minCents and maxCents. Hundredths of the main unit, whatever the currency's own minor unit. */
  valueCents?: number
  minCents?: number
  maxCents?: number
  bound?: MoneyBound
}

export type MoneyBound = 'at_least' | 'at_most' | 'more_than' | 'less_than'

export interface MoneyOptions {
  /** Also reads the amounts of sales talk: 十几万, 30w, 50k, 一万二, and 15个 (= 15 万) after 预算/报价/… */
  spokenUnits?: boolean
}

/** Finds amounts of money; hits in the order of the text, never overlapping. Percentages and counts are not money. */
export function findMoney(_text: string, _options: MoneyOptions = {}): MoneyHit[] {
  return []
}
