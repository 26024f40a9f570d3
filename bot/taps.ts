import type { Core } from '../core/app.js'
import type { Tx } from '../core/db/unit-of-work.js'
import type { Delivery } from '../core/deliveries/delivery.js'
import { DomainError } from '../core/errors.js'
import { faultPoint } from '../core/fault-points.js'
import type { InboundAnswer, TapEvent } from '../core/ports/inbound.js'
import { askedFor, asking, notAsking, readAnswer } from './cards/asking.js'
import { note, warn, type TapOutcome } from './cards/card-kind.js'
import { cardKinds } from './cards/index.js'
import { sayLate } from './late-answers.js'
import { renderCard } from './render.js'
import { sayError } from './texts.js'

/**
 * Decides a tap and draws the card that answers it.
 *
 * Holding a card grants nothing: the person who taps is found by their account and authorised again by core. A refusal
 * is an answer, too: the effect is rolled back, the sentence and today's card come back. When the platform no longer
 * waits for it, the sentence goes out as a message of its own.
 */
export async function handleTap(
  core: Core,
  event: TapEvent,
  inboxId: string,
  isLate: () => boolean = () => false,
): Promise<InboundAnswer> {
  const delivery = await core.read((tx) => core.deliveries.find(tx, event.cardRef))
  const actor = await core.read(async (tx) => {
    const person = await core.org.findByAccount(tx, event.platform, event.sender.externalId)
    return person ? core.org.actorOf(tx, person.id, { channel: event.platform, ...event.origin }) : null
  })
  if (!delivery || !actor) {
    const outcome = warn(delivery ? '你的账号还没有绑定，请联系管理员。' : '这张卡片已经失效。')
    await core.write(async (tx) => {
      await core.inbox.finish(tx, inboxId, { refused: delivery ? 'stranger' : 'unknown card' })
      if (isLate()) await sayLate(core, tx, { event, inboxId, outcome })
    })
    return outcome
  }
  const outcome = await decide(core, event, inboxId, delivery, actor, isLate)
  faultPoint('tap.after-commit')
  // A card is drawn for its recipient's eyes: somebody it was forwarded to is told the outcome and sees no more of it.
  if (delivery.personId !== null && (actor.kind !== 'person' || actor.personId !== delivery.personId))
    return outcome
  const card = await core.read(async (tx) =>
    renderCard(core, tx, (await core.deliveries.find(tx, delivery.id)) ?? delivery),
  )
  return { ...outcome, card }
}

async function decide(
  core: Core,
  event: TapEvent,
  inboxId: string,
  delivery: Delivery,
  actor: NonNullable<Awaited<ReturnType<Core['org']['actorOf']>>>,
  isLate: () => boolean,
): Promise<TapOutcome> {
  const run = async (tx: Tx): Promise<TapOutcome> => {
    const { taps = {}, questions = {} } = cardKinds.get(delivery.card) ?? {}
    const now = core.clock.now()
    const answered = readAnswer(event.actionId)
    const actionId = answered?.actionId ?? event.actionId
    // The action comes from outside: `constructor` is no button.
    const tap = Object.hasOwn(taps, actionId) ? taps[actionId] : undefined
    if (!tap) return note('卡片已更新，请看最新的内容。')
    if (answered?.answer === 'keep') {
      await core.deliveries.remember(tx, delivery, notAsking)
      return note('好的，没有改动。')
    }
    const isAnswer = answered !== null && askedFor(delivery.params, now) === actionId
    const question = Object.hasOwn(questions, actionId) ? questions[actionId] : undefined
    if (question !== undefined && !event.confirmed && !isAnswer) {
      // Whoever it was forwarded to sees no answer of it: they are not asked, and authorised all the same.
      const isSeen = delivery.personId === null || delivery.personId === actor.personId
      if (isSeen && (await offers(core, tx, delivery, actionId))) {
        await core.deliveries.remember(tx, delivery, asking(actionId, now))
        return note(question)
      }
    }
    const params = { ...delivery.params, ...(isAnswer ? notAsking : {}) }
    if (isAnswer) await core.deliveries.remember(tx, delivery, notAsking)
    const values = limitValues(event.values)
    return tap({ core, tx, now, delivery: { ...delivery, params }, actor, values })
  }
  try {
    return await core.write(async (tx) => {
      const outcome = await run(tx)
      await core.bindings.acted(tx, event.platform, event.sender.externalId)
      await settle(core, tx, event, delivery, actor)
      // A repeat of a tap that is done already is undone here: the card alone is the answer.
      if (!(await core.inbox.finish(tx, inboxId, { outcome }))) throw new AlreadyDone()
      if (isLate()) await sayLate(core, tx, { event, inboxId, outcome })
      faultPoint('tap.before-commit')
      return outcome
    })
  } catch (error) {
    if (error instanceof AlreadyDone) return {}
    if (!(error instanceof DomainError)) throw error
    const outcome = warn(sayError(error))
    await core.write(async (tx) => {
      await settle(core, tx, event, delivery, actor)
      const isOurs = await core.inbox.finish(tx, inboxId, { refused: error.code })
      if (isOurs && isLate()) await sayLate(core, tx, { event, inboxId, outcome })
    })
    return outcome
  }
}

/** Whether the button is on today's card: nobody is asked about what cannot be done any more. */
async function offers(core: Core, tx: Tx, delivery: Delivery, actionId: string): Promise<boolean> {
  const params = { ...delivery.params, ...notAsking }
  const { actions = [] } = await renderCard(core, tx, { ...delivery, params })
  return actions.some(({ id }) => id === actionId)
}

/** A tap shows that the recipient has the card, and that the owner has seen the lead. */
async function settle(
  core: Core,
  tx: Tx,
  { platform, messageId }: TapEvent,
  delivery: Delivery,
  actor: Parameters<Core['leads']['markViewed']>[1],
): Promise<void> {
  if (actor.kind === 'person' && delivery.personId === actor.personId) {
    await core.deliveries.receipt(tx, delivery.id, 'acted')
    // Nobody knew whether it arrived, nor as what: the tap tells both.
    if (messageId && delivery.platformMessageId === null)
      await core.deliveries.identify(tx, delivery.id, { platform, platformMessageId: messageId })
  }
  // The tap by which a manager takes a lead over is not yet a look at it: only cards of what one has count.
  if (delivery.subjectType === 'lead' && delivery.card !== 'lead.dispatch')
    await core.leads.markViewed(tx, actor, delivery.subjectId)
}

class AlreadyDone extends Error {}

const mostValues = 30
const longestValue = 4000

const limitValues = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values)
      .slice(0, mostValues)
      .map(([name, value]) => [name, value.slice(0, longestValue)]),
  )
