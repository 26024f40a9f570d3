/**
 * One card, as the product thinks of it. Adapters encode it for their platform; what a platform cannot show is
 * replaced by the next best thing in `adapters/shared/degrade.ts`. All strings are plain text: no markup is read
 * from them anywhere.
 */
export interface Card {
  /** Kind of card, e.g. `lead.offer`; stable, used for routing of taps and in the message log. */
  kind: string
  title: string
  tone: CardTone
  /** One line under the title: what is asked, or how it ended. */
  subtitle?: string
  blocks: CardBlock[]
  /** Fields to fill in; their values arrive with the tap on a `submit` button. */
  inputs?: CardInput[]
  actions?: CardAction[]
  /** Mini-app page of the record, e.g. `/leads/01J…`. The adapter makes it an address that signs the person in. */
  page?: CardPage
  /** Shown small at the foot, e.g. who did what and when. */
  footnote?: string
}

export type CardTone = 'neutral' | 'info' | 'success' | 'warning' | 'danger'

export type CardBlock =
  | { type: 'text'; text: string }
  /** Words of somebody else, shown as a quotation: customer messages, notes. */
  | { type: 'quote'; text: string; by?: string }
  /** Label and value pairs; `wide` ones take a line of their own. */
  | { type: 'fields'; fields: CardField[] }
  | { type: 'divider' }

export interface CardField {
  label: string
  value: string
  wide?: boolean
}

export type CardInput = {
  /** How to say it in the chat instead, e.g. 下次联系改到下周五下午三点: shown where the platform has no such input. */
  say?: string
} & (
  | {
      type: 'select'
      name: string
      label: string
      options: { value: string; label: string }[]
      value?: string
      required?: boolean
    }
  | {
      type: 'text'
      name: string
      label: string
      placeholder?: string
      value?: string
      multiline?: boolean
      required?: boolean
      maxLength?: number
    }
  /** Local wall-clock value: `YYYY-MM-DD`, or `YYYY-MM-DDTHH:mm` when `withTime`. */
  | { type: 'date'; name: string; label: string; value?: string; withTime?: boolean; required?: boolean }
)

export interface CardAction {
  /** Sent back with the tap. Letters, digits, dots and dashes. */
  id: string
  label: string
  style: 'primary' | 'default' | 'danger'
  /** Sends the inputs' values along; without it the tap carries no values. */
  submit?: boolean
  /** Asked before anything is done: by the platform where it can, else on the card itself. */
  confirm?: string
}

export interface CardPage {
  label: string
  path: string
}
