import { pino } from 'pino'

/** What the product logs through. Contents of messages, phones and secrets are never passed to it. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const createLog = (level: string): Log =>
  pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['*.phone', '*.token', '*.secret', '*.authorization', '*.cookie', '*.text'],
      censor: '…',
    },
  })

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
