import type { InboundSink } from '../../core/ports/inbound.js'
import type { AdapterLog } from '../platforms.js'
import type { Fetching } from './fetching.js'

/** How often it is looked whether something is still wanted. */
const everyMs = 60_000

/** Fetches what was told to a process that failed or died; runs in one process at a time. */
export function createWatch(fetchings: readonly Fetching[], log: AdapterLog, ms = everyMs) {
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | null = null

  async function look(sink: InboundSink): Promise<void> {
    for (const fetching of fetchings)
      try {
        await fetching.catchUp(sink)
      } catch (err) {
        log.warn({ err }, 'what WeCom told of could not be looked up')
      }
  }

  const tick = (sink: InboundSink): void => {
    looking ??= look(sink).finally(() => {
      looking = null
    })
  }

  return {
    start(sink: () => InboundSink | null): void {
      const run = () => {
        const given = sink()
        if (given) tick(given)
      }
      clearInterval(timer)
      timer = setInterval(run, ms).unref()
      run()
    },
    /** Looks no more. A look that is under way goes on: another process that looks too only fetches the same. */
    stop: (): void => clearInterval(timer),
    idle: async (): Promise<void> => {
      await looking
    },
  }
}
