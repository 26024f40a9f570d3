import type { PersonActor } from '../core/actor.js'
import type { Core } from '../core/app.js'
import type { Subject } from '../core/changes/change.js'
import type { Tx } from '../core/db/unit-of-work.js'
import { DomainError } from '../core/errors.js'
import type { MessageEvent } from '../core/ports/inbound.js'
import { captureMessage } from './capture.js'
import { findCommand } from './commands/index.js'
import { applyCorrection, findCorrection } from './corrections.js'
import type { NoteReader, NoteReading } from './note-reader.js'

/** What one message leads to. Decided outside a unit of work (a model may be asked), carried out inside one. */
export type Plan = (tx: Tx) => Promise<unknown>

interface Answer {
  card: string
  subject: Subject
  params?: Record<string, string>
}

/** A follow-up is a sentence or a few; what is longer is not read as one. */
const longestNote = 2000

/**
 * Takes one message: words of outsiders are looked through for leads, a colleague's words to the bot are a command or
 * a follow-up. A colleague is always answered.
 */
export async function planMessage(
  core: Core,
  notes: NoteReader,
  event: MessageEvent,
  inboxId: string,
): Promise<Plan> {
  const speaker = await core.read(async (tx) => {
    const person = await core.org.findByAccount(tx, event.platform, event.sender.externalId)
    return person ? core.org.actorOf(tx, person.id, { channel: event.platform, ...event.origin }) : null
  })
  if (!speaker && !event.sender.internal) return (tx) => captureMessage(core, tx, event)
  if (!event.toBot) return () => Promise.resolve(null)
  if (!speaker) {
    const chat: Subject = { type: 'organisation', id: 'unbound' }
    return (tx) =>
      core.deliveries.queue(tx, {
        card: 'answer.unbound',
        subject: chat,
        to: { platform: event.platform, chatId: event.chat.id },
        dedupeKey: `${inboxId}:unbound`,
      })
  }
  return planColleague(core, notes, event, inboxId, speaker)
}

async function planColleague(
  core: Core,
  notes: NoteReader,
  event: MessageEvent,
  inboxId: string,
  speaker: PersonActor,
): Promise<Plan> {
  const answer = (tx: Tx, { card, subject, params }: Answer) =>
    core.deliveries.queue(tx, {
      card,
      subject,
      params: params ?? {},
      to: { personId: speaker.personId },
      answers: true,
      dedupeKey: `${inboxId}:${card}`,
    })
  const me: Subject = { type: 'person', id: speaker.personId }
  const verified =
    (plan: Plan): Plan =>
    async (tx) => {
      await core.bindings.acted(tx, event.platform, event.sender.externalId)
      return plan(tx)
    }
  /** What a rule forbids is answered, not failed. */
  const orRefusal = async (tx: Tx, act: () => Promise<unknown>): Promise<unknown> => {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      return answer(tx, { card: 'answer.refused', subject: me, params: { code: error.code } })
    }
  }
  const found = findCommand(event.text)
  if (found) {
    const { command, params: said } = found
    const params = command.settle?.(said, { now: core.clock.now(), timeZone: core.timeZone }) ?? said
    return verified((tx) => answer(tx, { card: command.answer.kind, subject: me, params }))
  }
  const text = event.text.replace(/^@\S+\s*/, '').trim()
  const correction = await core.read((tx) => findCorrection(core, tx, speaker, text, new Date(event.at)))
  if (correction)
    return verified((tx) =>
      orRefusal(tx, async () => {
        await applyCorrection(core, tx, speaker, correction)
        await answer(tx, { card: 'follow-up', subject: { type: 'follow-up', id: correction.followUpId } })
      }),
    )
  const reading: NoteReading | null =
    text && text.length <= longestNote ? await notes.readFor(speaker, text, new Date(event.at)) : null
  if (!reading?.isNote) return verified((tx) => answer(tx, { card: 'answer.unknown', subject: me }))
  return verified((tx) =>
    orRefusal(tx, () =>
      core.followUps.say(tx, speaker, { text, draft: reading.draft, readBy: reading.readBy }),
    ),
  )
}
