/** The rule said no. Shown to people through texts; `data` fills the sentence. */
export class DomainError extends Error {
  readonly code: string
  readonly data: Record<string, unknown>
  constructor(code: string, data: Record<string, unknown> = {}) {
    super(code)
    this.name = 'DomainError'
    this.code = code
    this.data = data
  }
}

/** The far side said no. */
export class PlatformError extends Error {
  readonly platform: string
  readonly code: string
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  /** What the refusal is about, where the adapter knows: the account written to, or our own credentials. */
  readonly about: 'recipient' | 'credentials' | undefined
  constructor(input: {
    platform: string
    code: string
    retryable: boolean
    retryAfterMs?: number
    about?: 'recipient' | 'credentials'
    cause?: unknown
  }) {
    super(`${input.platform}: ${input.code}`, { cause: input.cause })
    this.name = 'PlatformError'
    this.platform = input.platform
    this.code = input.code
    this.retryable = input.retryable
    this.retryAfterMs = input.retryAfterMs
    this.about = input.about
  }
}

/** The installation is configured wrongly. Lists every problem, each with the variable to set. */
export class ConfigError extends Error {
  readonly problems: { variable: string; problem: string }[]
  constructor(problems: { variable: string; problem: string }[]) {
    super(problems.map((p) => `${p.variable}: ${p.problem}`).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}
