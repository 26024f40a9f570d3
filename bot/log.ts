import { pino, type DestinationStream } from 'pino'
import { logContext } from '../core/log-context.js'
import { plainError } from './log-error.js'

/** What the product logs through. Contents of messages, phones and secrets are never passed to it. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Every line carries the ids of what it belongs to, and what slipped in against the rule is masked on its way out. */
export const createLog = (level: string, out?: DestinationStream): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => logContext(),
      serializers: { err: plainError },
      hooks: { streamWrite: mask },
    },
    out,
  )

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** Values under such names, at any depth. */
const secretFields =
  /("[A-Za-z_-]*(?:secret|password|token|authorization|cookie|api_?key|aes_?key|ticket)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi
/** What people wrote and who they are. */
const personalFields = /("(?:phone|mobile|text|content)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi
const inAddresses = /([?&](?:[a-z_]*(?:secret|token|ticket|password|key)|code)=)[^&"\s\\]+/gi
const bearers = /\b(Bearer\s+)[A-Za-z0-9._~+/=-]+/gi
const logins = /(\w+:\/\/[^:@/\s"]*:)[^@\s/"]+@/g
// An id of ours may contain eleven digits in a row: it is passed over whole.
const phones = /\b[0-9A-HJKMNP-TV-Z]{26}\b|(?<!\d)(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d)/g

/** A log line without secrets, and with phones of which the ends can be told: `138****0000`. */
export function mask(line: string): string {
  return line
    .replace(secretFields, '$1"…"')
    .replace(personalFields, '$1"…"')
    .replace(inAddresses, '$1…')
    .replace(bearers, '$1…')
    .replace(logins, '$1…@')
    .replace(phones, (found) => (/[A-Z]/.test(found) ? found : maskPhone(found)))
}

function maskPhone(found: string): string {
  const digits = found.replace(/\D/g, '').slice(-11)
  return `${digits.slice(0, 3)}****${digits.slice(7)}`
}
