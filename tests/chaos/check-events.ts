import type { EntityManager } from 'typeorm'
import type { Core } from '../../core/app.js'
import { ChangeEntity, type Change } from '../../core/changes/change.js'
import { select } from '../../core/db/sql.js'
import { DeliveryEntity } from '../../core/deliveries/delivery.js'
import { FollowUpEntity } from '../../core/follow-ups/follow-up.js'
import { InboxEntity, type InboxRow } from '../../core/inbox/inbox.js'
import { TouchEntity } from '../../core/leads/lead.js'
import type { Callback, Ledger } from './ledger.js'
import { doubled, exactly, lost, once, type Violation } from './violation.js'

/** Every event that was acknowledged had its effect, once. */
export function checkEvents(core: Core, ledger: Ledger): Promise<Violation[]> {
  return core.read(async (tx) => {
    const inbox = await inboxOf(tx)
    return [
      ...checkInbox(ledger, inbox),
      ...(await checkWords(tx, ledger)),
      ...(await checkColleagues(tx, ledger, inbox)),
      ...(await checkTaps(tx, ledger, inbox)),
    ]
  })
}

type Inbox = Map<string, InboxRow>

async function inboxOf(tx: EntityManager): Promise<Inbox> {
  const rows = await tx.getRepository(InboxEntity).find()
  return new Map(rows.map((row) => [`${row.channel} ${row.eventId}`, row]))
}

const rowOf = (inbox: Inbox, { platform, eventId }: Callback) => inbox.get(`${platform} ${eventId}`)

function checkInbox(ledger: Ledger, inbox: Inbox): Violation[] {
  const callbacks = [...ledger.messages, ...ledger.notes, ...ledger.questions, ...ledger.taps]
  const unfinished = [...inbox.values()].filter(({ state }) => state !== 'done')
  return [
    ...callbacks.flatMap((entry) =>
      entry.acked && !rowOf(inbox, entry)
        ? [lost('an acknowledged event is not in the inbox', entry.eventId)]
        : [],
    ),
    ...ledger.forms.flatMap(({ key, acked }) =>
      acked && !inbox.has(`form:website ${key}`)
        ? [lost('an acknowledged form is not in the inbox', key)]
        : [],
    ),
    ...unfinished.map(({ state, lastError, id }) =>
      lost(`an event is ${state}: ${lastError ?? 'no reason'}`, id),
    ),
  ]
}

/** Customers' words: each is a touch, of a lead or of a customer, once. */
async function checkWords(tx: EntityManager, ledger: Ledger): Promise<Violation[]> {
  const touches = await tx.getRepository(TouchEntity).find({ select: { id: true, text: true } })
  const counts = new Map<string, number>()
  for (const { text } of touches) {
    const [words = ''] = text.split('\n')
    counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  const count = (text: string) => counts.get(text) ?? 0
  const times = ({ acked }: { acked: boolean }) => (acked ? once : { least: 0, most: 1 })
  return [
    ...ledger.messages.flatMap((entry) =>
      exactly(times(entry), count(entry.text), 'a customer’s message', entry.eventId),
    ),
    ...ledger.forms.flatMap((entry) => exactly(times(entry), count(entry.need), 'a form', entry.key)),
    // A table that was cut off in the middle is imported again: rows that were in are touched, none is missing.
    ...ledger.imports.flatMap(({ rows, attempts, acked }) =>
      rows.flatMap(({ need }) =>
        exactly({ least: acked ? 1 : 0, most: attempts }, count(need), 'an imported row', need),
      ),
    ),
  ]
}

/** A colleague's sentence is a follow-up or an answer, once; a question is answered once. */
async function checkColleagues(tx: EntityManager, ledger: Ledger, inbox: Inbox): Promise<Violation[]> {
  const followUps = await tx.getRepository(FollowUpEntity).find({ select: { id: true, text: true } })
  const answers = await tx.getRepository(DeliveryEntity).find({ select: { id: true, dedupeKey: true } })
  const said = Map.groupBy(followUps, ({ text }) => text)
  const answered = Map.groupBy(answers, ({ dedupeKey }) => dedupeKey.split(':')[0])
  return [...ledger.notes, ...ledger.questions].flatMap((entry) => {
    const row = rowOf(inbox, entry)
    const isNote = ledger.notes.includes(entry)
    const count =
      (isNote ? (said.get(entry.text)?.length ?? 0) : 0) + (row ? (answered.get(row.id)?.length ?? 0) : 0)
    return exactly(entry.acked ? once : { least: 0, most: 1 }, count, 'a colleague’s line', entry.eventId)
  })
}

/** What a successful tap leaves behind, and how often that may be there for one subject. */
const tapEffects: { actions: string[]; kinds: string[]; keyOf: (change: Change) => string; most: number }[] =
  [
    { actions: ['accept'], kinds: ['lead.accepted'], keyOf: ({ data }) => String(data['offerId']), most: 1 },
    {
      actions: ['decline'],
      kinds: ['offer.declined'],
      keyOf: ({ data }) => String(data['offerId']),
      most: 1,
    },
    {
      actions: ['dispatch', 'take-over'],
      kinds: ['lead.dispatched', 'lead.taken-over'],
      keyOf: ({ id }) => id,
      most: 1,
    },
    { actions: ['undo'], kinds: ['follow-up.undone'], keyOf: ({ subjectId }) => subjectId, most: 1 },
    {
      actions: ['choose', 'create'],
      kinds: ['follow-up.recorded'],
      keyOf: ({ subjectId }) => subjectId,
      most: 1,
    },
  ]
/** These answer yes to a repeat, too: fewer changes than yeses are right. */
const repeatedYes = new Set(['accept', 'undo'])
/** Whoever has a lead already is told so by 接单, however they came to it. */
const owning = new Set(['lead.accepted', 'lead.dispatched', 'lead.taken-over', 'lead.given'])

async function checkTaps(tx: EntityManager, ledger: Ledger, inbox: Inbox): Promise<Violation[]> {
  const changes = await tx.getRepository(ChangeEntity).find()
  const subjects = await subjectsOf(tx)
  const owned = new Set(changes.flatMap(({ kind, subjectId }) => (owning.has(kind) ? [subjectId] : [])))
  const yes = Map.groupBy(
    ledger.taps.filter((entry) => saidYes(rowOf(inbox, entry))),
    ({ actionId, ref }) => `${actionId} ${subjects.get(ref) ?? ''}`,
  )
  return tapEffects.flatMap(({ actions, kinds, keyOf, most }) => {
    const made = changes.filter(({ kind }) => kinds.includes(kind))
    const twice = [...Map.groupBy(made, keyOf)].filter(([, same]) => same.length > most)
    const perSubject = Map.groupBy(made, ({ subjectId }) => subjectId)
    const touched = new Set([...perSubject.keys(), ...subjectsTapped(yes, actions)])
    return [
      ...twice.map(([key]) => doubled(`${kinds.join(' or ')} of the same cause`, key)),
      ...[...touched].flatMap((subject) => {
        const effects = perSubject.get(subject)?.length ?? 0
        const yeses = actions.reduce((sum, action) => sum + (yes.get(`${action} ${subject}`)?.length ?? 0), 0)
        const isRepeatable = actions.some((action) => repeatedYes.has(action))
        // A clear sentence is recorded without a tap.
        if (actions.includes('choose')) return []
        if (effects > yeses) return [doubled(`${actions.join(' or ')} had more effects than taps`, subject)]
        const known = actions.includes('accept') && owned.has(subject) ? 1 : effects
        const enough = isRepeatable ? known >= Math.min(1, yeses) : effects === yeses
        return enough
          ? []
          : [lost(`${actions.join(' or ')} was answered with yes without its effect`, subject)]
      }),
    ]
  })
}

function* subjectsTapped(yes: Map<string, unknown>, actions: string[]): Iterable<string> {
  for (const key of yes.keys()) {
    const [action = '', subject = ''] = key.split(' ')
    if (actions.includes(action)) yield subject
  }
}

async function subjectsOf(tx: EntityManager): Promise<Map<string, string>> {
  const rows = await select<{ id: string; subjectId: string }>(tx, 'SELECT id, subjectId FROM deliveries')
  return new Map(rows.map(({ id, subjectId }) => [id, subjectId]))
}

/** Whether the stored outcome of a tap was a success: a refusal or “somebody was faster” is none. */
function saidYes(row: InboxRow | undefined): boolean {
  const result = row?.result as { outcome?: { notice?: { tone?: string } } } | null | undefined
  return result?.outcome?.notice?.tone === 'success'
}
