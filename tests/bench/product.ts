import { createInProcessQueue } from '../../adapters/queue/in-process.js'
import { silentLog } from '../../bot/log.js'
import { createNoteReader } from '../../bot/note-reader.js'
import { notify, wantsNotice } from '../../bot/notify.js'
import { createPipeline } from '../../bot/pipeline.js'
import { renderCard } from '../../bot/render.js'
import { createCore, type Core } from '../../core/app.js'
import { openDatabase } from '../../core/db/database.js'
import { migrations } from '../../core/db/migrations/index.js'
import { execute } from '../../core/db/sql.js'
import { entities } from '../../core/entities.js'
import { systemClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import type { MessageEvent } from '../../core/ports/inbound.js'
import type { Messenger, Outgoing } from '../../core/ports/messenger.js'
import { noOutreach } from '../../core/ports/outreach.js'
import { createInboxWork } from '../../jobs/inbox-work.js'
import { createJobs } from '../../jobs/jobs.js'
import { makeCompany } from '../support/company.js'
import { makeDatabase, type Engine } from './databases.js'

/**
 * The product between a channel and a messenger, wired as `main.ts` does, on a database of its own. The messenger
 * takes everything at once: what is measured is ours.
 */
export async function startProduct(engine: Engine, onSend: (message: Outgoing) => void = () => undefined) {
  const database = await makeDatabase(engine)
  const opened = await openDatabase({ url: database.url, entities, migrations })
  const core = createCore({
    database: opened,
    clock: systemClock,
    ids: createIds(systemClock),
    timeZone: 'Asia/Shanghai',
  })
  const company = await makeCompany(core)
  await core.write((tx) => execute(tx, 'UPDATE people SET openLeadCap = 1000000'))
  const failures: unknown[] = []
  const log = { ...silentLog, error: (fields: object) => failures.push(fields) }
  const queue = createInProcessQueue({ onError: (_kind, error) => failures.push(error) })
  const limits = { timeoutMs: 0, maxTokens: 0 }
  const notes = createNoteReader({ core, llm: null, limits, log })
  const pipeline = createPipeline({ core, notes, log, wake: () => queue.push('inbox') })
  core.changes.addConsumer('notify', wantsNotice)
  const inboxWork = createInboxWork({ core, queue, work: pipeline.work })
  const jobs = createJobs({
    core,
    queue,
    log,
    several: null,
    maintain: () => Promise.resolve(),
    relay: { consumer: 'notify', react: (tx, change) => notify(core, tx, change) },
    sender: {
      messengers: new Map([['sandbox', takeEverything(core, onSend)]]),
      outreach: noOutreach,
      render: (tx, delivery) => renderCard(core, tx, delivery),
    },
  })
  inboxWork.start()
  jobs.start()
  return {
    core,
    company,
    sink: pipeline.sink,
    wake() {
      inboxWork.wake()
      jobs.wakeAll()
    },
    idle: queue.idle,
    async stop() {
      inboxWork.stop()
      await jobs.stop()
      await queue.idle()
      await queue.close()
      await opened.close()
      await database.drop()
      if (failures.length > 0) throw new Error('something failed meanwhile', { cause: failures[0] })
    },
  }
}

/** A customer's words that make a lead; `number` is found again in the card. */
export function leadMessage(core: Core, number: number): MessageEvent {
  const id = core.ids.next()
  return {
    type: 'message',
    platform: 'sandbox',
    eventId: id,
    at: core.clock.now().toISOString(),
    sender: { externalId: `customer-${id}`, name: '张伟', internal: false },
    chat: { id: 'group', type: 'group', name: '华东客户群' },
    messageId: id,
    text: `我们在杭州，想了解CRM的报价，预算20万，电话 139${String(number).padStart(8, '0')}，工单尾号 no${number}。`,
    toBot: false,
  }
}

/** The number that `leadMessage` was made with. */
export function numberOnCard({ card }: Outgoing): number | null {
  const found = /尾号 no(\d+)/.exec(JSON.stringify(card))?.[1]
  return found === undefined ? null : Number(found)
}

function takeEverything(core: Core, onSend: (message: Outgoing) => void): Messenger {
  return {
    platform: 'sandbox',
    capabilities: () => ({
      inputs: { select: true, text: true, date: true },
      maxActions: 10,
      maxOptions: 100,
      maxFields: 50,
      maxTitle: 200,
      maxText: 5000,
      updatesCards: true,
      confirms: true,
      readReceipts: true,
      groupMessages: 'all',
      groupCards: true,
      answerBudgetMs: 5000,
      idempotentSend: true,
      urges: ['app'],
    }),
    send(message) {
      onSend(message)
      return Promise.resolve({ platformMessageId: core.ids.next(), state: 'sent' })
    },
    update: () => Promise.resolve(),
    sendText: () => Promise.resolve({ platformMessageId: core.ids.next(), state: 'sent' }),
    urge: () => Promise.resolve(true),
    recall: () => Promise.resolve(false),
  }
}
