import type { Core } from '../core/app.js'
import type { Delivery } from '../core/deliveries/delivery.js'
import type { Messenger, SentMessage } from '../core/ports/messenger.js'
import type { JobLog } from './job-log.js'
import { wayOfShown, type Messengers } from './sender-route.js'

const batch = 100
/** How often it looks whether a question is due. */
const lookEveryMs = 5000

/**
 * Asks the platforms that do not tell by themselves what became of young messages, less and less often. What a platform
 * says nothing of stays as it is. Several processes may run it: a question is one process's by a conditional update.
 */
export function createReceiptPoller({
  core,
  messengers,
  log,
}: {
  core: Core
  messengers: Messengers
  log: JobLog
}) {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let isBusy = false

  async function addressed(deliveries: Delivery[]): Promise<(SentMessage & { id: string })[]> {
    const asked: (SentMessage & { id: string })[] = []
    for (const delivery of deliveries) {
      const way = await core.read((tx) => wayOfShown(core, tx, delivery, messengers))
      const { id, platformMessageId } = delivery
      if (way && platformMessageId) asked.push({ id, platformMessageId, to: way.to })
    }
    return asked
  }

  async function ask(messenger: Messenger): Promise<void> {
    for (;;) {
      const due = await core.write((tx) => core.deliveries.claimPolls(tx, messenger.platform, batch))
      if (due.length === 0) return
      const asked = await addressed(due)
      const answers = asked.length === 0 ? [] : ((await messenger.pollReceipts?.(asked)) ?? [])
      await core.write(async (tx) => {
        for (const { platformMessageId, state } of answers) {
          const delivery = asked.find((one) => one.platformMessageId === platformMessageId)
          if (delivery) await core.deliveries.receipt(tx, delivery.id, state)
        }
      })
      if (due.length < batch) return
    }
  }

  /** Asks whatever is due now. A platform that fails is asked again at the messages' next turn. */
  async function run(): Promise<void> {
    for (const messenger of messengers.values()) {
      if (!messenger.pollReceipts) continue
      try {
        await ask(messenger)
      } catch (error) {
        log.warn({ platform: messenger.platform, err: error }, 'receipts could not be asked for')
      }
    }
  }

  return {
    run,
    start() {
      if (![...messengers.values()].some(({ pollReceipts }) => pollReceipts)) return
      timer = setInterval(() => {
        if (isBusy) return
        isBusy = true
        running = run().finally(() => {
          isBusy = false
        })
      }, lookEveryMs)
    },
    /** Resolves when the question under way is answered and written down. */
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
