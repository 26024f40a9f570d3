import type { ChaosPlatform, ImportRow, TapAction } from './plan.js'

/** What somebody outside did and whether the product said that it has it. */
export interface Ledger {
  messages: Callback[]
  notes: Callback[]
  questions: Callback[]
  taps: (Callback & { ref: string; actionId: TapAction })[]
  forms: { key: string; need: string; acked: boolean }[]
  imports: { rows: ImportRow[]; attempts: number; acked: boolean }[]
}

export interface Callback {
  platform: ChaosPlatform
  eventId: string
  text: string
  acked: boolean
}

export const emptyLedger = (): Ledger => ({
  messages: [],
  notes: [],
  questions: [],
  taps: [],
  forms: [],
  imports: [],
})

/** How many events were acknowledged. */
export const countAcked = (ledger: Ledger): number =>
  Object.values(ledger).reduce(
    (sum, list: readonly { acked: boolean }[]) => sum + list.filter(({ acked }) => acked).length,
    0,
  )
