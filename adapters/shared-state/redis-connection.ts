import { Redis, type RedisOptions } from 'ioredis'
import { ConfigError } from '../../core/errors.js'

export interface RedisLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** The connections of this process to Redis. They come back by themselves; what runs meanwhile fails at once. */
export interface RedisConnection {
  /** For commands. A command while Redis is away is refused, never kept. */
  commands: Redis
  /** A further connection: for blocking reads and for subscriptions, which need one each. */
  open(options?: RedisOptions): Redis
  isReady(): boolean
  close(): Promise<void>
}

const connectMs = 5000
/** A command that takes longer than this is not worth waiting for: everybody here can do without. */
const commandMs = 2000
const reconnectMs = (tries: number): number => Math.min(100 * tries, 2000)

/**
 * Connects, and says in one line what is wrong when that fails. Later losses are logged once each and end nothing.
 *
 * @throws ConfigError naming REDIS_URL: not reachable, wrong password, no Redis there.
 */
export async function connectRedis(url: string, log: RedisLog): Promise<RedisConnection> {
  let started = false
  const shared: RedisOptions = { connectTimeout: connectMs, lazyConnect: true }
  const commands = new Redis(url, {
    ...shared,
    commandTimeout: commandMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // The first connection is tried once: somebody waits for the answer.
    retryStrategy: (tries) => (started ? reconnectMs(tries) : null),
  })
  let refusal: unknown = null
  const others: Redis[] = []
  commands.on('error', (error: unknown) => {
    refusal = error
  })
  try {
    await commands.connect()
    await commands.ping()
  } catch (error) {
    commands.disconnect()
    throw new ConfigError([{ variable: 'REDIS_URL', problem: problemOf(refusal ?? error) }])
  }
  started = true
  let away = false
  commands.on('close', () => {
    if (!away) log.warn({}, 'Redis is away: this process goes on by itself until it is back')
    away = true
  })
  commands.on('ready', () => {
    if (away) log.info({}, 'Redis is back')
    away = false
  })

  return {
    commands,
    open(options = {}) {
      const other = new Redis(url, { ...shared, lazyConnect: false, retryStrategy: reconnectMs, ...options })
      // Losses are told once, by the connection for commands.
      other.on('error', () => undefined)
      others.push(other)
      return other
    },
    isReady: () => commands.status === 'ready',
    async close() {
      commands.removeAllListeners('close')
      for (const connection of [...others, commands]) connection.disconnect()
    },
  }
}

/** What the operator can do about it; never the address, which carries the password. */
function problemOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/WRONGPASS|NOAUTH|invalid (username|password)/i.test(text)) return 'Redis refuses the user or password'
  if (/NOPERM/.test(text)) return 'Redis does not let this user do what is needed'
  if (/DB index/i.test(text)) return 'there is no such database number'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'there is no host of this name'
  if (code === 'ECONNREFUSED') return 'nothing listens there: is Redis running?'
  return `Redis cannot be reached (${code || text.slice(0, 80)})`
}
