import type { PlatformSettings } from '../../core/ports/platform-settings.js'

/** What kinds of callbacks come, and what each of them has to lead to. */
export const kinds = ['customer', 'help', 'tap', 'entered'] as const
export type Kind = (typeof kinds)[number]

export interface Callback {
  kind: Kind
  number: number
  /** The platform's own envelope: a repeat bears the same ids. */
  envelope: unknown
}

/** A platform that sends callbacks to the product over its own wires. */
export interface Load {
  settings: Partial<PlatformSettings>
  /** What the platform allows for an acknowledgement, milliseconds. */
  deadlineMs: number
  /** The account of colleague `n`. */
  account(n: number): string
  open(origin: string): Promise<void>
  make(kind: Kind, number: number, colleague: number): Callback
  /** One try. @returns how long the acknowledgement took; null when none came and the platform tries again. */
  send(callback: Callback): Promise<number | null>
  /** Breaks what is under way: connections, or a request half-way. */
  disconnect(): void
  /** How many messages with this title people have been shown. */
  shown(title: string): number
  stop(): Promise<void>
}

/** Fifty customers write again and again; each of their words is told apart by its number. */
export const wordsOf = (number: number): string =>
  `想要一份报价，电话 1380013${String(8000 + (number % 50))}，第 ${number} 次询问。`
