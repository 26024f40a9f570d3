import type { EntityManager } from 'typeorm'
import { renderCard } from '../../bot/render.js'
import type { Core } from '../../core/app.js'
import { DeliveryEntity, type Delivery } from '../../core/deliveries/delivery.js'
import type { Card } from '../../core/ports/card.js'
import { isIdempotent, type Double, type Shown } from './double.js'
import { chaosPlatforms } from './plan.js'
import { broken, doubled, lost, stale, type Violation } from './violation.js'

/** What a person who may see a card twice is told. */
const maybeTwice = '可能重复'
const unsent: readonly string[] = ['queued', 'sending']
/** Nobody's fault in a storm that ends: what can be sent later is sent later. */
const losses: readonly string[] = ['failed', 'expired']
const taken: readonly string[] = ['sent', 'delivered', 'read', 'acted']
/** Cards whose face follows their record alone: others tell of the hour at which they were drawn, or are being filled in. */
const lasting = new Set(['lead.offer', 'lead.dispatch', 'lead.given'])

/**
 * No message is lost, none is there twice, and what is shown is what a card drawn now would show. Of a few nobody can
 * know whether they arrived: no more than calls were left without an answer or cut off, and only where the platform
 * does not recognise a repeat.
 *
 * @param interruptions - how often a process was killed: its calls were cut off.
 */
export function checkMessages(core: Core, double: Double, interruptions: number): Promise<Violation[]> {
  return core.read(async (tx) => {
    const deliveries = await tx.getRepository(DeliveryEntity).find()
    const shown = Map.groupBy(double.shown.values(), ({ ref }) => ref)
    const known = new Set(deliveries.map(({ id }) => id))
    const violations: Violation[] = []
    for (const delivery of deliveries) violations.push(...checkOne(delivery, shown.get(delivery.id) ?? []))
    const unknown = deliveries.filter(({ state }) => state === 'unknown')
    for (const delivery of unknown) violations.push(...(await checkUnknown(core, tx, delivery)))
    const most = double.calls.unanswered + interruptions
    if (unknown.length > most)
      violations.push(lost(`${unknown.length} are unknown, and at most ${most} calls had no answer`, 'all'))
    for (const [ref, copies] of shown) {
      if (!known.has(ref)) violations.push(doubled('a message that no delivery knows', copies[0]?.id ?? ref))
    }
    for (const delivery of deliveries) {
      const copies = shown.get(delivery.id) ?? []
      const [only] = copies
      if (only && copies.length === 1) violations.push(...(await checkFace(core, tx, delivery, only)))
    }
    return violations
  })
}

function checkOne(delivery: Delivery, copies: Shown[]): Violation[] {
  const { id, state, card } = delivery
  const about = `${card} is ${state}`
  if (unsent.includes(state)) return [lost(`${about} although everything has settled`, id)]
  if (losses.includes(state))
    return [lost(`${about} by ${delivery.channel}: ${delivery.failure ?? 'no reason'}`, id)]
  if (state === 'unknown' && !delivery.failure) return [lost(`${about} without a reason`, id)]
  if (delivery.workAt !== null)
    return [broken(`${about} and still wants work: ${delivery.failure ?? ''}`, id)]
  if (taken.includes(state) && copies.length === 0 && isToMessenger(delivery))
    return [lost(`${about} and the platform has never seen it`, id)]
  return copies.length > 1 ? checkCopies(about, copies) : []
}

/** A message of unknown fate; an order outside of messages (a ring, a call) is never placed twice, wherever it went. */
async function checkUnknown(core: Core, tx: EntityManager, delivery: Delivery): Promise<Violation[]> {
  const { id, card, personId, level, repeated } = delivery
  if (!isToMessenger(delivery)) return []
  const accounts = personId ? await core.org.accountsOf(tx, personId) : []
  const platforms = delivery.platform ? [delivery.platform] : accounts.map(({ platform }) => platform)
  return [
    ...(platforms.every((platform) => chaosPlatforms.some((one) => one === platform && isIdempotent(one)))
      ? [lost(`${card} is unknown where the platform recognises a repeat`, id)]
      : []),
    ...(level === 'escalation' && !repeated
      ? [lost(`${card} is unknown and was not sent once more`, id)]
      : []),
  ]
}

/** Where the platform recognises a repeat there is one; elsewhere a second one says that it may be the second. */
function checkCopies(about: string, copies: Shown[]): Violation[] {
  const [first, second, ...more] = copies
  if (!first || !second) return []
  const isMarked = JSON.stringify(second.sent).includes(maybeTwice)
  if (!isIdempotent(first.platform) && isMarked && more.length === 0) return []
  return [doubled(`${about} and stands there ${copies.length} times on ${first.platform}`, first.ref)]
}

/** How many messages there are of which nobody knows whether they arrived. */
export const countUnknown = (core: Core): Promise<number> =>
  core.read((tx) => tx.getRepository(DeliveryEntity).countBy({ state: 'unknown' }))

async function checkFace(
  core: Core,
  tx: EntityManager,
  delivery: Delivery,
  { card, drawn }: Shown,
): Promise<Violation[]> {
  // A message of which the platform's id is not known can't be drawn anew.
  if (!lasting.has(delivery.card) || !taken.includes(delivery.state)) return []
  const today = faceOf(await renderCard(core, tx, delivery))
  const shown = faceOf(card)
  return shown === today
    ? []
    : [
        stale(
          `${delivery.card} is ${delivery.state} and shows “${shown}” instead of “${today}” ` +
            `(revision ${delivery.shownRev} of ${delivery.wantedRev}, ${delivery.platformMessageId ?? 'no id'}: ${drawn.join(', ')})`,
          delivery.id,
        ),
      ]
}

const faceOf = ({ title, tone, actions }: Card): string =>
  [title, tone, ...(actions ?? []).map(({ id }) => id)].join(' · ')

/** SMS, voice and mail go through other ways out than the messenger. */
const isToMessenger = ({ channel }: Delivery): boolean => channel === 'messenger'
