import { z } from 'zod'
import { outreachVariables, readOutreach } from './config-outreach.js'
import { readPlatforms } from './config-platforms.js'
import { platformVariables } from './config-variables.js'
import { ConfigError } from './errors.js'
import { faultPoints } from './fault-points.js'
import type { OutreachSettings } from './ports/outreach-settings.js'
import type { PlatformSettings } from './ports/platform-settings.js'

/** The parts of the product that a process may do; all of them unless told otherwise. */
export const services = ['web', 'bot', 'jobs'] as const
export type Service = (typeof services)[number]

/**
 * What differs per installation. Rules of the business are not here: they are playbook documents. This is the only
 * file that reads `process.env`; `.env.example` documents the same variables, and a test holds the two together.
 */
const variables = {
  HOST: {
    description: 'Address to listen on. The sandbox lets anybody be anybody: keep it on 127.0.0.1.',
    schema: z.string().min(1).default('127.0.0.1'),
  },
  PORT: {
    description: 'Port to listen on.',
    schema: z.coerce.number('must be a whole number from 0 to 65535').int().min(0).max(65535).default(3000),
  },
  PUBLIC_URL: {
    description:
      'How browsers and platforms reach this server, e.g. https://crm.example.com. Default: http://HOST:PORT.',
    schema: z.url({ protocol: /^https?$/ }).optional(),
  },
  DATA_DIR: {
    description: 'Folder for the embedded database, the sandbox and uploaded files.',
    schema: z.string().min(1).default('data'),
  },
  DATABASE_URL: {
    description: 'mysql://user:password@host:3306/name for MySQL or MariaDB. Default: SQLite in DATA_DIR.',
    schema: z
      .string()
      .regex(/^(mysql:\/\/.+|sqlite:.+)$/, 'must begin with mysql:// or sqlite:')
      .optional(),
  },
  TIME_ZONE: {
    description: 'Time zone of the organisation: local days, working time and texts follow it.',
    schema: z
      .string()
      .refine(isTimeZone, 'is not a time zone name such as Asia/Shanghai')
      .default('Asia/Shanghai'),
  },
  LOG_LEVEL: {
    description: 'How much is logged: fatal, error, warn, info, debug, trace or silent.',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  },
  SANDBOX: {
    description:
      'on: the messenger in the browser, no account needed. off: for real platforms. Default: on without REDIS_URL.',
    schema: z.enum(['on', 'off']).optional(),
  },
  DEMO: {
    description: 'on: an empty database gets the demo company at the first start (sandbox only).',
    schema: z.enum(['on', 'off']).default('on'),
  },
  TRUST_PROXY: {
    description: 'on: take the client address from X-Forwarded-For. Only behind a proxy that sets it.',
    schema: z.enum(['on', 'off']).default('off'),
  },
  ...platformVariables,
  ...outreachVariables,
  REDIS_URL: {
    description:
      'redis://user:password@host:6379/0 for several processes on one database. Without it there is one process.',
    schema: z
      .string()
      .regex(/^rediss?:\/\/.+$/, 'must begin with redis:// or rediss://')
      .optional(),
  },
  SERVICES: {
    description:
      'What this process does: web (pages, forms, webhooks), bot (long connections), jobs (sending, deadlines).',
    schema: z
      .string()
      .transform((list) => [...new Set(list.split(',').map((name) => name.trim()))])
      .pipe(z.array(z.enum(services, `must be some of ${services.join(',')}, with commas`)))
      .default([...services]),
  },
  METRICS_TOKEN: {
    description: 'Bearer token for /metrics. Without it only this machine may read them.',
    schema: z.string().min(16, 'must have at least 16 characters').max(200).optional(),
  },
  LLM_BASE_URL: {
    description:
      'Any OpenAI-compatible endpoint, e.g. https://api.deepseek.com/v1. Without it the rules work alone.',
    schema: z.url({ protocol: /^https?$/ }).optional(),
  },
  LLM_API_KEY: { description: 'Key for LLM_BASE_URL.', schema: z.string().min(1).optional() },
  LLM_MODEL: { description: 'Model name at LLM_BASE_URL.', schema: z.string().min(1).default('gpt-4o-mini') },
  LLM_TIMEOUT_MS: {
    description: 'How long a sentence may wait for the model before the rules answer alone.',
    schema: z.coerce.number().int().min(100).max(60_000).default(4000),
  },
  LLM_DAILY_TOKENS: {
    description: 'Token budget per day for the model; 0 for none.',
    schema: z.coerce.number().int().min(0).default(500_000),
  },
  FAULT_POINT: {
    description:
      'For tests: the named instant at which the process kills itself, optionally with :<nth time>.',
    schema: z
      .string()
      .refine((spec) => faultPoints.some((point) => spec.split(':')[0] === point), 'names no fault point')
      .optional(),
  },
} as const

export interface Config {
  host: string
  port: number
  publicUrl: string
  dataDir: string
  databaseUrl: string
  timeZone: string
  logLevel: z.infer<typeof variables.LOG_LEVEL.schema>
  sandbox: boolean
  demo: boolean
  trustProxy: boolean
  llm: { baseUrl: string; apiKey: string; model: string; timeoutMs: number; dailyTokens: number } | null
  /** Null: this is the only process. */
  redisUrl: string | null
  services: readonly Service[]
  metricsToken: string | null
  platforms: PlatformSettings
  /** Scripts of the platforms' clients that pages load there; of platforms in use only. */
  pageScripts: Partial<Record<'dingtalk' | 'feishu', string>>
  outreach: OutreachSettings
  faultPoint: string | undefined
}

/** Name, description and default of every variable, for `.env.example` and its test. */
export const configVariables: { name: string; description: string; default?: string }[] = Object.entries(
  variables,
).map(([name, { description, schema }]) => {
  const fallback = schema.safeParse(undefined)
  return fallback.success && fallback.data !== undefined
    ? { name, description, default: String(fallback.data) }
    : { name, description }
})

/**
 * Reads the configuration.
 *
 * @throws ConfigError with every problem at once, each naming the variable to set.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const problems: { variable: string; problem: string }[] = []
  const shape = z.object(
    Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, variable.schema])) as {
      [K in keyof typeof variables]: (typeof variables)[K]['schema']
    },
  )
  // A variable that is set to nothing is a variable that is not set: that is how .env files are left blank.
  const given = Object.fromEntries(
    Object.keys(variables).map((name) => [name, env[name]?.trim() || undefined]),
  )
  const parsed = shape.safeParse(given)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const variable = String(issue.path[0])
      const shown = secret.has(variable) ? '' : ` (is ${JSON.stringify(given[variable] ?? '')})`
      problems.push({ variable, problem: issue.message + shown })
    }
  }
  if (Boolean(given['LLM_BASE_URL']) !== Boolean(given['LLM_API_KEY'])) {
    const missing = given['LLM_BASE_URL'] ? 'LLM_API_KEY' : 'LLM_BASE_URL'
    problems.push({
      variable: missing,
      problem: 'LLM_BASE_URL and LLM_API_KEY belong together: set both or none',
    })
  }
  if (!parsed.success) throw new ConfigError(problems)
  const v = parsed.data
  const { platforms, problems: incomplete } = readPlatforms(v)
  const { outreach, problems: unreachable } = readOutreach(v)
  problems.push(...incomplete, ...unreachable, ...severalProcesses(v))
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    host: v.HOST,
    port: v.PORT,
    publicUrl: v.PUBLIC_URL ?? `http://${v.HOST}:${v.PORT}`,
    dataDir: v.DATA_DIR,
    databaseUrl: v.DATABASE_URL ?? `sqlite:${v.DATA_DIR}/genjin.db`,
    timeZone: v.TIME_ZONE,
    logLevel: v.LOG_LEVEL,
    sandbox: (v.SANDBOX ?? (v.REDIS_URL ? 'off' : 'on')) === 'on',
    demo: v.DEMO === 'on',
    trustProxy: v.TRUST_PROXY === 'on',
    llm:
      v.LLM_BASE_URL && v.LLM_API_KEY
        ? {
            baseUrl: v.LLM_BASE_URL,
            apiKey: v.LLM_API_KEY,
            model: v.LLM_MODEL,
            timeoutMs: v.LLM_TIMEOUT_MS,
            dailyTokens: v.LLM_DAILY_TOKENS,
          }
        : null,
    redisUrl: v.REDIS_URL ?? null,
    services: v.SERVICES,
    metricsToken: v.METRICS_TOKEN ?? null,
    platforms,
    pageScripts: {
      ...(platforms.dingtalk ? { dingtalk: v.DINGTALK_PAGE_SCRIPT_URL } : {}),
      ...(platforms.feishu ? { feishu: v.FEISHU_PAGE_SCRIPT_URL } : {}),
    },
    outreach,
    faultPoint: v.FAULT_POINT,
  }
}

/** What only works in one process, asked for in several. */
function severalProcesses(v: {
  DATABASE_URL?: string | undefined
  REDIS_URL?: string | undefined
  SANDBOX?: string | undefined
  SERVICES: readonly Service[]
}): { variable: string; problem: string }[] {
  const isPart = v.SERVICES.length < services.length
  const hasServer = v.DATABASE_URL?.startsWith('mysql:') ?? false
  const problems: { variable: string; problem: string }[] = []
  if ((isPart || v.REDIS_URL) && !hasServer) {
    problems.push({
      variable: isPart ? 'SERVICES' : 'REDIS_URL',
      problem: 'SQLite serves one process: leave this empty, or set DATABASE_URL to mysql://…',
    })
  } else if (isPart && !v.REDIS_URL) {
    problems.push({ variable: 'REDIS_URL', problem: 'is needed when SERVICES is a part of all' })
  }
  if (v.REDIS_URL && v.SANDBOX === 'on') {
    problems.push({
      variable: 'SANDBOX',
      problem: 'the messenger in the browser lives in one process: set it to off, or leave REDIS_URL empty',
    })
  }
  return problems
}

/** Their values carry passwords: what is wrong with them is said without showing them. */
const secret: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'REDIS_URL',
  'LLM_API_KEY',
  'METRICS_TOKEN',
  'SMTP_URL',
  ...Object.keys({ ...platformVariables, ...outreachVariables }).filter((name) =>
    /SECRET|TOKEN|KEY/.test(name),
  ),
])

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
