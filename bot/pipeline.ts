import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Core } from '../core/app.js'
import { inLogContext } from '../core/log-context.js'
import type { InboxRow } from '../core/inbox/inbox.js'
import { stopwatch } from '../core/ports/clock.js'
import type {
  InboundAnswer,
  InboundEvent,
  InboundSink,
  MessageEvent,
  ReceiptEvent,
  TapEvent,
} from '../core/ports/inbound.js'
import { platforms, type Platform } from '../core/ports/platform.js'
import { createCarrier, fromColleagues, type Turn } from './carrier.js'
import { takeContact } from './contacts.js'
import { resumeForm } from './forms.js'
import { sayLate } from './late-answers.js'
import type { Log } from './log.js'
import { planMessage } from './messages.js'
import type { NoteReader } from './note-reader.js'
import { followDirectory, welcome } from './people-events.js'
import { handleTap } from './taps.js'

export interface PipelineDeps {
  core: Core
  notes: NoteReader
  log: Log
  /** Says that there is work in the inbox. */
  wake: () => void
  /** Says that there are notes that a model is to be asked about: nobody else waits for its answers. */
  wakeNotes?: () => void
  /** Platforms whose organisation is kept in line with ours. */
  directories?: readonly Platform[]
}

/** Events that are worked on together: one transaction for the leads among them. */
const batch = 100
/** Of their bodies; larger batches are cut. */
const mostBytes = 4 * 1024 * 1024
/** What this process holds for itself: what it can work off before its leases end. The rest is anybody's. */
const mostOwn = 1000
const sweepEvery = 10
/** Notes that a model reads side by side. */
const notesAtOnce = 4

export type Pipeline = ReturnType<typeof createPipeline>

/** Every event goes through here: stored, acknowledged, then worked on, once in effect. */
export function createPipeline({ core, notes, log, wake, wakeNotes, directories = [] }: PipelineDeps) {
  const { carryOut, takeInAll } = createCarrier({ core, guarded })

  /** Whatever fails is tried again later; after the last try somebody is told. Null says that it failed. */
  async function guarded<T>(row: InboxRow, work: () => Promise<T>): Promise<{ value: T } | null> {
    try {
      return { value: await inLogContext({ eventId: row.eventId }, work) }
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
    const event = readableEvent(row)
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
  const process = async (row: InboxRow): Promise<InboundAnswer | null> => (await attempt(row))?.value ?? null

  /** `isLate`: nobody waits for what a tap is answered. So it is for every event that is taken up again. */
  const attempt = (row: InboxRow, isLate = () => true): Promise<{ value: InboundAnswer | null } | null> =>
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
          return await handleTap(core, event, row.id, isLate)
        case 'receipt':
          await takeReceipt(row.id, event)
          return null
        case 'entered':
          await carryOut(row, (tx) => welcome(core, tx, event))
          return null
        case 'directory':
          await carryOut(row, (tx) => followDirectory(core, tx, event, directories))
          return null
        case 'customer':
          await carryOut(row, (tx) => takeContact(core, tx, event))
          return null
      }
    })

  /**
   * Works on stored events in their order. Outsiders' words are taken in together; a colleague's line is done before
   * the next event is looked at. What must wait for an earlier event of its sender is laid back.
   */
  async function processAll(rows: InboxRow[]): Promise<void> {
    const held = await core.read((tx) => core.inbox.heldUp(tx, rows))
    const stuck = new Set<string>()
    const back = new Set<string>()
    const turn: Turn = {
      mayRun({ id, openSender }) {
        const runs = !held.has(id) && !(openSender !== null && stuck.has(openSender))
        if (!runs) back.add(id)
        return runs
      },
      fail({ openSender }) {
        if (openSender !== null) stuck.add(openSender)
      },
    }
    const events = new Map<string, InboundEvent>()
    for (const row of rows) {
      const event = isForm(row) ? null : await guarded(row, async () => eventOf(row))
      if (event) events.set(row.id, event.value)
      else if (!isForm(row)) turn.fail(row)
    }
    const outside = [...events.values()].filter(isFromOutside)
    const colleagues = await fromColleagues(core, outside)
    let outsiders: { row: InboxRow; event: MessageEvent }[] = []
    for (const row of rows) {
      const event = events.get(row.id)
      if (event && isFromOutside(event) && !colleagues.has(event.eventId)) outsiders.push({ row, event })
      else if (event || isForm(row)) {
        await takeInAll(outsiders, turn)
        outsiders = []
        if (!turn.mayRun(row)) continue
        if (event && isForModel(event)) putAside(row, turn)
        else if (!(await attempt(row))) turn.fail(row)
      }
    }
    await takeInAll(outsiders, turn)
    if (back.size > 0) await core.write((tx) => core.inbox.layBack(tx, [...back]))
  }

  /** A model may take seconds, or hang: leads must not stand behind a colleague's note. */
  const isForModel = (event: InboundEvent): boolean =>
    wakeNotes !== undefined && event.type === 'message' && event.toBot && notes.asksModel(event.text)

  const aside: InboxRow[] = []
  function putAside(row: InboxRow, turn: Turn): void {
    aside.push(row)
    // What the same colleague wrote next waits for it.
    turn.fail(row)
    wakeNotes?.()
  }

  async function takeReceipt(inboxId: string, event: ReceiptEvent): Promise<void> {
    await core.write(async (tx) => {
      await core.deliveries.receipt(tx, event.cardRef, event.state)
      await core.inbox.finish(tx, inboxId)
    })
  }

  const sink: InboundSink = async (event, budgetMs) => {
    const startedAt = stopwatch()
    const hold = event.type === 'tap' || own.length < mostOwn
    const accepted = await core.inbox.accept({
      channel: event.platform,
      eventId: event.eventId,
      body: JSON.stringify(event),
      hold,
      ...(event.type === 'message' ? { sender: event.sender.externalId } : {}),
    })
    if (event.type !== 'tap') {
      wakeSoon(accepted.isNew && hold ? accepted.id : null)
      return null
    }
    const [row] = await core.read((tx) => core.inbox.load(tx, [accepted.id]))
    // A repeated tap is answered with today's card; its effect is there or comes from the first one.
    if (!row) return null
    const leftMs = Math.max(0, budgetMs - (stopwatch() - startedAt))
    let isLate = leftMs === 0
    const answer = attempt(row, () => isLate).then((done) => done?.value ?? null)
    const end = pause(leftMs, null, { ref: false }).then(() => {
      isLate = true
      return null
    })
    const inTime = await Promise.race([answer, end])
    // It may have been committed in time and drawn too late.
    if (!inTime)
      void answer.then((outcome) => outcome && sayTooLate(event, row.id, outcome)).catch(noteFailure)
    return inTime
  }

  const sayTooLate = (event: TapEvent, inboxId: string, outcome: InboundAnswer): Promise<void> =>
    core.write((tx) => sayLate(core, tx, { event, inboxId, outcome }))

  const noteFailure = (error: unknown) => log.error({ err: error }, 'the answer to a tap could not be told')

  /** Events that this process has stored and holds the lease of. */
  const own: string[] = []
  let rounds = 0
  function wakeSoon(id: string | null) {
    if (id) own.push(id)
    wake()
  }

  return {
    sink,
    process,

    /** Works on the notes that were put aside, a few side by side. Those of one person never stand here together. */
    async workNotes(): Promise<void> {
      for (let some = aside.splice(0, notesAtOnce); some.length > 0; some = aside.splice(0, notesAtOnce))
        await Promise.all(some.map((row) => attempt(row)))
    },

    /** Works on what this process has stored, then on what nobody else is working on. @returns how many there were. */
    async work(holder: string): Promise<number> {
      const fresh = own.splice(0, batch)
      rounds += 1
      // Looking for what others left costs a statement or two; while there is enough of our own it is done now and then.
      const isSweeping = fresh.length < batch || rounds % sweepEvery === 0
      const swept = isSweeping
        ? await core.write((tx) => core.inbox.claim(tx, { holder, limit: batch }))
        : { ids: [], isAlone: false }
      if (swept.isAlone) own.unshift(...fresh.splice(0))
      const ids = [...new Set([...fresh, ...swept.ids])]
      if (ids.length === 0) return 0
      const { rows, left } = await core.read((tx) => core.inbox.loadUpTo(tx, ids, mostBytes))
      own.unshift(...left)
      await processAll(rows.filter((row) => row.state === 'received'))
      return ids.length
    },
  }
}

const isFromOutside = (event: InboundEvent): event is MessageEvent =>
  event.type === 'message' && !event.sender.internal

const isForm = ({ channel }: InboxRow): boolean => channel.startsWith('form:')

/** Null for a body that is no event at all. */
function readableEvent({ body }: InboxRow) {
  try {
    return eventSchema.safeParse(JSON.parse(body)).data ?? null
  } catch {
    return null
  }
}

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
    messageId: z.string().max(128).optional(),
    actionId: z.string(),
    values: z.record(z.string(), z.string()),
    confirmed: z.boolean().optional(),
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
