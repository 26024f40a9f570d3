/** Fields of errors that say what went wrong and never what somebody wrote. A database's error carries the values too. */
const told = [
  'code',
  'errno',
  'sqlState',
  'syscall',
  'address',
  'port',
  'status',
  'platform',
  'retryable',
  'retryAfterMs',
  'signal',
] as const

const longestMessage = 500
const longestQuery = 300
const deepest = 3

/** An error as it is logged: kind, message, stack, codes, the statement without its values, and what caused it. */
export function plainError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? cut(error, longestMessage) : typeof error
  const fields = error as unknown as Record<string, unknown>
  const message = cut(error.message, longestMessage)
  const query = fields['query']
  return {
    type: error.constructor.name,
    message,
    // The stack begins with the message in its full length.
    stack: (error.stack ?? '').replace(error.message, message),
    ...Object.fromEntries(told.flatMap((name) => (isPlain(fields[name]) ? [[name, fields[name]]] : []))),
    ...(typeof query === 'string' ? { query: cut(query, longestQuery) } : {}),
    ...(error.cause === undefined || depth >= deepest ? {} : { cause: plainError(error.cause, depth + 1) }),
    ...(error instanceof AggregateError && depth < deepest
      ? { errors: error.errors.slice(0, 5).map((one) => plainError(one, depth + 1)) }
      : {}),
  }
}

const isPlain = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)
