import type { Core } from '../core/app.js'
import type { Change, Subject } from '../core/changes/change.js'
import type { Tx } from '../core/db/unit-of-work.js'
import { aboutOf } from '../core/follow-ups/follow-ups.js'
import type { Platform } from '../core/ports/platform.js'

/** Who hears of which change, by which card. A new notice is a line here. */
interface Rule {
  on: string
  card: string
  /** People to tell. Those who caused the change themselves are left out unless `tellCauser`. */
  to: (change: Change, context: { core: Core; tx: Tx }) => Promise<(string | null)[]> | (string | null)[]
  params?: (change: Change) => Record<string, string>
  urgent?: boolean
  tellCauser?: boolean
  /** One of many by the same act. */
  bulk?: (change: Change) => boolean
  subject?: (change: Change) => Subject
}

const after = (change: Change, field: string): string | null => {
  const value = change.fields[field]?.[1]
  return typeof value === 'string' ? value : null
}
const datum = (change: Change, name: string): string => {
  const value = change.data[name]
  return typeof value === 'string' ? value : ''
}

/** People whom the deciding side has chosen. */
const listed = (change: Change, name: string): string[] => {
  const value = change.data[name]
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []
}

const leadOwner: Rule['to'] = async (change, { core, tx }) => {
  const lead = await core.leads.find(tx, change.subjectId)
  return [lead?.ownerId ?? lead?.offeredToId ?? lead?.askedId ?? null]
}

const customerOwner: Rule['to'] = async (change, { core, tx }) => [
  (await core.customers.find(tx, change.subjectId))?.ownerId ?? null,
]

const rules: Rule[] = [
  {
    on: 'offer.opened',
    card: 'lead.offer',
    to: (change) => [after(change, 'offeredToId')],
    params: (change) => ({ offerId: datum(change, 'offerId') }),
    urgent: true,
    tellCauser: true,
  },
  {
    on: 'lead.queued',
    card: 'lead.dispatch',
    to: (change) => [after(change, 'askedId')],
    params: (change) => ({ reason: datum(change, 'reason') }),
    urgent: true,
    tellCauser: true,
    // Whoever leaves leaves many at once.
    bulk: (change) => datum(change, 'reason') === 'owner-left',
  },
  {
    on: 'lead.escalated',
    card: 'lead.dispatch',
    to: (change) => [after(change, 'askedId')],
    urgent: true,
    tellCauser: true,
    bulk: (change) => datum(change, 'reason') === 'manager-left',
  },
  { on: 'lead.dispatched', card: 'lead.given', to: (change) => [after(change, 'ownerId')], urgent: true },
  { on: 'lead.taken-over', card: 'lead.given', to: (change) => [after(change, 'ownerId')], tellCauser: true },
  {
    on: 'lead.given',
    card: 'lead.given',
    to: (change) => (datum(change, 'via') === 'import' ? [after(change, 'ownerId')] : []),
    bulk: () => true,
  },
  { on: 'lead.touched', card: 'lead.touched', to: leadOwner },
  { on: 'customer.touched', card: 'customer.touched', to: customerOwner },
  { on: 'lead.contact-removed', card: 'lead.contact-removed', to: leadOwner },
  { on: 'customer.contact-removed', card: 'customer.contact-removed', to: customerOwner },
  { on: 'deal.opened', card: 'deal.stage', to: (change) => [after(change, 'ownerId')], tellCauser: true },
  { on: 'follow-up.recorded', card: 'follow-up', to: fromChat, tellCauser: true },
  { on: 'follow-up.drafted', card: 'follow-up', to: fromChat, tellCauser: true },
  { on: 'task.fell-due', card: 'task.due', to: (change) => listed(change, 'toIds') },
  {
    on: 'task.overdue',
    card: 'task.overdue',
    to: (change) => listed(change, 'toIds'),
  },
]

/** What was written on a page is confirmed on the page; what was said in chat is confirmed by a card. */
function fromChat(change: Change): string[] {
  return change.origin.channel === 'page' ? [] : [datum(change, 'authorId')]
}

const byKind = new Map<string, Rule[]>()
for (const rule of rules) byKind.set(rule.on, [...(byKind.get(rule.on) ?? []), rule])

/** Subjects whose cards are drawn anew when they change. */
const shownOnCards = new Set(['lead', 'customer', 'deal', 'follow-up', 'task'])

/** Somebody has taken the matter in hand: nobody is pressed about it any more. */
const settles = new Set(['lead.accepted', 'lead.dispatched', 'lead.taken-over', 'lead.given', 'lead.closed'])

/** A task is its owner's to do from now on: it stands in their own list of the platform, too. */
const gives = new Set(['task.added', 'task.handed-over', 'task.reopened'])

/** Changes that the notify consumer must hear of: all that send a card or change one. */
export const wantsNotice = (kind: string): boolean =>
  byKind.has(kind) ||
  [...shownOnCards].some((type) => kind.startsWith(`${type}.`)) ||
  kind.startsWith('offer.') ||
  kind === 'file.added' ||
  kind === 'playbook.published' ||
  kind === 'playbook.rolled-back'

/**
 * Reacts to one change, in the unit that also finishes the outbox row: queues new cards, has shown ones drawn anew.
 *
 * @param lacksTodos - whether a platform runs and has no list of things to do.
 */
export async function notify(
  core: Core,
  tx: Tx,
  change: Change,
  { lacksTodos = () => false }: { lacksTodos?: (platform: Platform) => boolean } = {},
): Promise<void> {
  const subject = { type: change.subjectType, id: change.subjectId }
  if (shownOnCards.has(subject.type)) await core.deliveries.refreshLater(tx, subject)
  if (settles.has(change.kind)) await core.deliveries.reminders.settle(tx, subject)
  if (gives.has(change.kind) && (await mayHaveList(core, tx, datum(change, 'ownerId'), lacksTodos)))
    await core.deliveries.todos.want(tx, {
      taskId: subject.id,
      personId: datum(change, 'ownerId'),
      causeId: change.id,
      isNew: change.kind === 'task.added',
    })
  if (subject.type === 'playbook' && subject.id === 'credentials') await core.credentials.sync(tx)
  if (subject.type === 'follow-up') {
    // It may be the first contact with its lead, or no longer be one: the lead's cards say which.
    const about = aboutOf(await core.followUps.byId(tx, subject.id))
    if (about) await core.deliveries.refreshLater(tx, about)
  }
  for (const rule of byKind.get(change.kind) ?? []) {
    const people = new Set((await rule.to(change, { core, tx })).filter((id): id is string => Boolean(id)))
    for (const personId of people) {
      if (personId === change.actorId && !rule.tellCauser) continue
      await core.deliveries.queueLater(tx, {
        card: rule.card,
        subject,
        params: rule.params?.(change) ?? {},
        to: { personId },
        urgent: rule.urgent ?? false,
        answers: personId === change.actorId,
        bulk: rule.bulk?.(change) ?? false,
        causeId: change.id,
        dedupeKey: `${change.id}:${rule.card}:${personId}`,
      })
    }
  }
}

/** False where all accounts of the person are on platforms without a list: an entry would only be skipped, every time. */
async function mayHaveList(
  core: Core,
  tx: Tx,
  personId: string,
  lacksTodos: (platform: Platform) => boolean,
): Promise<boolean> {
  const accounts = await core.org.accountsOf(tx, personId)
  return accounts.length === 0 || accounts.some(({ platform }) => !lacksTodos(platform))
}
