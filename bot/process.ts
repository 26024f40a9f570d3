import { ConfigError } from '../core/errors.js'
import type { Log } from './log.js'

/** A stop that takes longer than this is cut off; supervisors wait 30 s before they kill. */
const longestStopMs = 25_000

/**
 * Ends the process in good order: on SIGTERM and SIGINT once what runs is done, on a second one at once; after an error
 * that nobody caught in the same way, but with a code that makes the supervisor start it anew.
 */
export function endWithSignals(log: Log, stop: () => Promise<void>): void {
  let ending = false

  function end(code: number): void {
    if (ending) return
    ending = true
    setTimeout(() => {
      log.error({ ms: longestStopMs }, 'the stop took too long and was cut off; leases run out by themselves')
      process.exit(1)
    }, longestStopMs).unref()
    stop().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ err: error }, 'the stop failed; leases run out by themselves')
        process.exit(1)
      },
    )
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (ending) process.exit(1)
      log.info({ signal }, 'stopping: a second signal ends it at once')
      end(0)
    })
  }
  const broken = (error: unknown) => {
    log.error({ err: error }, 'an error that nobody caught: the process ends and is to be started anew')
    end(1)
  }
  process.on('uncaughtException', broken)
  process.on('unhandledRejection', broken)
}

/** A start that failed: one line for each problem of the configuration, the stack of anything else. */
export function reportFailedStart(error: unknown): never {
  process.stderr.write(
    error instanceof ConfigError
      ? `\n${error.problems.map((p) => `  ${p.variable}: ${p.problem}`).join('\n')}\n\n`
      : `${String(error instanceof Error ? error.stack : error)}\n`,
  )
  process.exit(1)
}
