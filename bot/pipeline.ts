import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Core } from '../core/app.js'
import { shareWrites } from '../core/db/shared-writes.js'
import { faultPoint } from '../core/fault-points.js'
import { inLogContext } from '../core/log-context.js'
import type { InboxRow } from '../core/inbox/inbox.js'
import type { InboundAnswer, InboundEvent, InboundSink, ReceiptEvent } from '../core/ports/inbound.js'
import { platforms } from '../core/ports/platform.js'
import { resumeForm } from './forms.js'
import type { Log } from './log.js'
import { planMessage, type Plan } from './messages.js'
import type { NoteReader } from './note-reader.js'
import { handleTap } from './taps.js'

export interface PipelineDeps {
  core: Core
  notes: NoteReader
  log: Log
  /** Says that there is work in the inbox. */
  wake: () => void
}

export type Pipeline = ReturnType<typeof createPipeline>

/** Every event goes through here: stored, acknowledged, then worked on, once in effect. */
export function createPipeline({ core, notes, log, wake }: PipelineDeps) {
  const share = shareWrites(core)

  /** Whatever fails is tried again later; after the last try somebody is told. */
  async function guarded<T>(row: InboxRow, work: () => Promise<T>): Promise<T | null> {
    try {
      return await inLogContext({ eventId: row.eventId }, work)
    } catch (error) {
      log.error({ inboxId: row.id, eventId: row.eventId, err: error }, 'an event failed')
      const message = error instanceof Error ? error.message : String(error)
      const fate = await core.write((tx) => core.inbox.fail(tx, row, message))
      if (fate === 'dead') {
        log.error({ inboxId: row.id }, 'an event is dead: it stays in the inbox until somebody retries it')
        await tellTrouble(row)
      }
      return null
    }
  }

  /** A colleague who wrote to the bot must not wait for an answer that will not come. */
  async function tellTrouble(row: InboxRow): Promise<void> {
    const event = eventSchema.safeParse(JSON.parse(row.body)).data
    if (event?.type !== 'message' || !event.toBot) return
    await core.write((tx) =>
      core.deliveries.queue(tx, {
        card: 'answer.trouble',
        subject: { type: 'installation', id: 'inbox' },
        to: { platform: event.platform, chatId: event.chat.id },
        dedupeKey: `${row.id}:trouble`,
      }),
    )
  }

  /** Works on one stored event. */
  const process = (row: InboxRow): Promise<InboundAnswer | null> =>
    guarded(row, async () => {
      if (isForm(row)) {
        await resumeForm(core, row.id, row.channel, JSON.parse(row.body))
        return null
      }
      const event = eventOf(row)
      switch (event.type) {
        case 'message':
          await carryOut(row, await planMessage(core, notes, event, row.id))
          return null
        case 'tap':
          return await handleTap(core, event, row.id)
        case 'receipt':
          await takeReceipt(row.id, event)
          return null
        case 'entered':
          await core.write(async (tx) => {
            await core.bindings.acted(tx, event.platform, event.sender.externalId)
            await core.inbox.finish(tx, row.id)
          })
          return null
        case 'directory':
        case 'customer':
          await core.write((tx) => core.inbox.finish(tx, row.id))
          return null
      }
    })

  async function carryOut(row: InboxRow, plan: Plan): Promise<void> {
    await share(async (tx) => {
      await plan(tx)
      if (!(await core.inbox.finish(tx, row.id))) throw new Error('finished by somebody else')
      faultPoint('pipeline.before-commit')
    })
    faultPoint('pipeline.after-commit')
  }

  /**
   * Works on stored events in their order. Outsiders' words are planned one after the other and carried out in shared
   * transactions; a colleague's line is done before the next event is looked at.
   */
  async function processAll(rows: InboxRow[]): Promise<void> {
    let planned: { row: InboxRow; plan: Plan }[] = []
    const carryOutPlanned = async () => {
      await Promise.all(planned.map(({ row, plan }) => guarded(row, () => carryOut(row, plan))))
      planned = []
    }
    for (const row of rows) {
      const event = isForm(row) ? null : await guarded(row, async () => eventOf(row))
      if (event?.type === 'message' && !event.sender.internal) {
        const plan = await guarded(row, () => planMessage(core, notes, event, row.id))
        if (plan) planned.push({ row, plan })
      } else if (event || isForm(row)) {
        await carryOutPlanned()
        await process(row)
      }
    }
    await carryOutPlanned()
  }

  async function takeReceipt(inboxId: string, event: ReceiptEvent): Promise<void> {
    await core.write(async (tx) => {
      await core.deliveries.receipt(tx, event.cardRef, event.state)
      await core.inbox.finish(tx, inboxId)
    })
  }

  const sink: InboundSink = async (event, budgetMs) => {
    const accepted = await core.inbox.accept({
      channel: event.platform,
      eventId: event.eventId,
      body: JSON.stringify(event),
    })
    if (event.type !== 'tap') {
      wakeSoon(accepted.isNew ? accepted.id : null)
      return null
    }
    const [row] = await core.read((tx) => core.inbox.load(tx, [accepted.id]))
    // A repeated tap is answered with today's card; its effect is there or comes from the first one.
    const answer = row ? process(row) : Promise.resolve(null)
    const inTime = await Promise.race([answer, pause(budgetMs, null, { ref: false })])
    return inTime
  }

  /** Events that this process has stored and holds the lease of. */
  const own: string[] = []
  function wakeSoon(id: string | null) {
    if (id) own.push(id)
    wake()
  }

  return {
    sink,
    process,

    /** Works on what this process has stored, then on what nobody else is working on. @returns how many there were. */
    async work(holder: string): Promise<number> {
      const fresh = own.splice(0, 50)
      const left = 50 - fresh.length
      const swept = left > 0 ? await core.write((tx) => core.inbox.claim(tx, { holder, limit: left })) : []
      const rows = await core.read((tx) => core.inbox.load(tx, [...new Set([...fresh, ...swept])]))
      await processAll(rows.filter((row) => row.state === 'received'))
      return rows.length
    },
  }
}

const isForm = ({ channel }: InboxRow): boolean => channel.startsWith('form:')

/** What is read back from the inbox; a channel's mistake shows here and not in a rule. @throws ZodError. */
const eventOf = ({ body }: InboxRow): InboundEvent => eventSchema.parse(JSON.parse(body)) as InboundEvent

const sender = z.object({
  externalId: z.string().min(1).max(128),
  name: z.string().optional(),
  internal: z.boolean(),
})
const chat = z.object({
  id: z.string().max(128),
  type: z.enum(['direct', 'group']),
  name: z.string().optional(),
})
const base = {
  platform: z.enum(platforms),
  eventId: z.string().min(1),
  at: z.iso.datetime(),
  sender,
  origin: z.object({ ip: z.string().optional(), device: z.string().optional() }).optional(),
}

/** What is read back from the inbox; a channel's mistake shows here and not in a rule. */
export const eventSchema = z.discriminatedUnion('type', [
  z.object({
    ...base,
    type: z.literal('message'),
    chat,
    messageId: z.string(),
    text: z.string(),
    toBot: z.boolean(),
  }),
  z.object({
    ...base,
    type: z.literal('tap'),
    chat,
    cardRef: z.string(),
    actionId: z.string(),
    values: z.record(z.string(), z.string()),
  }),
  z.object({
    ...base,
    type: z.literal('receipt'),
    cardRef: z.string(),
    state: z.enum(['delivered', 'read']),
  }),
  z.object({ ...base, type: z.literal('entered'), chat }),
  z.object({
    ...base,
    type: z.literal('directory'),
    about: z.enum(['person', 'department', 'scope']),
    externalIds: z.array(z.string().max(128)).max(1000),
    change: z.enum(['changed', 'removed']),
    renamedTo: z.string().max(128).optional(),
  }),
  z.object({
    ...base,
    type: z.literal('customer'),
    change: z.enum(['added', 'edited', 'removed']),
    colleagueExternalId: z.string().min(1).max(128),
    source: z.string().max(128).optional(),
  }),
])
