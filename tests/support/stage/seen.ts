/** What a person reads and can press on one message of a chat, read back from what the platform was given. */
export interface Seen {
  /** The platform's id of the message. */
  id: string
  kind: 'card' | 'text'
  /** Everything readable, in the order of the screen. */
  lines: string[]
  buttons: { id: string; label: string }[]
  inputs: SeenInput[]
  links: { label: string; url: string }[]
  /** What the platform holds, for a client that still shows it when it is out of date. */
  raw: string
}

export interface SeenInput {
  name: string
  label: string
  type: 'select' | 'text' | 'date'
  options: { value: string; label: string }[]
  value: string
}

/** A line of somebody's own list of things to do. */
export interface Listed {
  /** Their account. */
  of: string
  title: string
  /** ISO, UTC. */
  dueAt: string
  link: string
  isDone: boolean
}

export const noCard = { buttons: [], inputs: [], links: [] }

/** All words of a message on one line, buttons in brackets. */
export const wordsOf = ({ lines, inputs, buttons, links }: Omit<Seen, 'id' | 'kind' | 'raw'>): string =>
  [
    ...lines,
    ...inputs.map(({ label, options }) => `${label}：${options.map((one) => one.label).join('/')}`),
    ...buttons.map(({ label }) => `[${label}]`),
    ...links.map(({ label }) => `<${label}>`),
  ]
    .filter(Boolean)
    .join(' | ')

export type Json = Record<string, unknown>
export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
export const records = (value: unknown): Json[] => (Array.isArray(value) ? value.map(record) : [])
export const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''
