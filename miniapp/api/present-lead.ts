import type { PersonActor } from '../../core/actor.js'
import type { Offer } from '../../core/leads/offer.js'
import type { AssignmentRun } from '../../core/assignment/run.js'
import type { Delivery } from '../../core/deliveries/delivery.js'
import { isOpen, type Lead, type Touch } from '../../core/leads/lead.js'
import { can } from '../../core/permissions/permissions.js'
import { maskPhone } from '../../core/understanding/phones.js'
import type { TouchView } from '../contract/common.js'
import type { AssignmentRunView, DeliveryView, LeadPage, LeadRow } from '../contract/leads.js'
import { cardLabels, triggerLabels } from './texts.js'
import type { Vocabulary } from './vocabulary.js'

/** A lead as a list shows it. The phone is masked whatever the person may see elsewhere. */
export function presentLeadRow(lead: Lead, words: Vocabulary): LeadRow {
  return {
    id: lead.id,
    name: lead.name,
    company: lead.company,
    phone: lead.phone === null ? null : maskPhone(lead.phone),
    need: lead.need,
    source: words.source(lead.source),
    state: lead.state,
    owner: words.person(lead.ownerId),
    offeredTo: words.person(lead.offeredToId),
    score: lead.score,
    budgetMinCents: lead.budgetMinCents,
    budgetMaxCents: lead.budgetMaxCents,
    createdAt: lead.createdAt.toISOString(),
    lastTouchAt: lead.lastTouchAt.toISOString(),
    red: lead.redSince !== null,
    unviewed: lead.state === 'owned' && lead.viewedAt === null,
    closeReason: lead.closeReason,
  }
}

/** The ways to reach somebody are whole or masked together: one ability opens them. */
export function presentReach(actor: PersonActor, lead: Lead) {
  const open = can(actor, 'phone.read', lead)
  return {
    phone: lead.phone === null ? null : open ? lead.phone : maskPhone(lead.phone),
    phoneMasked: !open,
    email: open ? lead.email : mask(lead.email),
    wechat: open ? lead.wechat : mask(lead.wechat),
  }
}

const mask = (text: string | null): string | null => (text === null ? null : `${text.slice(0, 2)}****`)

/** Which buttons the lead's page has for this person. */
export function leadAbilities(actor: PersonActor, lead: Lead, offer: Offer | null): LeadPage['abilities'] {
  const open = isOpen(lead)
  const owned = lead.state === 'owned'
  const reassign = open && can(actor, 'lead.reassign', lead)
  return {
    accept: offer?.personId === actor.personId,
    followUp: open && owned && can(actor, 'follow-up.write', lead),
    contact: open && owned && can(actor, 'follow-up.write', lead),
    convert: owned && can(actor, 'lead.convert', lead),
    close: open && can(actor, 'lead.close', lead),
    dispatch: reassign && lead.state === 'queued',
    reassign: reassign && lead.state !== 'queued',
  }
}

export const presentTouch = (touch: Touch, words: Vocabulary): TouchView => ({
  id: touch.id,
  at: touch.at.toISOString(),
  source: words.source(touch.source),
  channel: touch.channel,
  chatName: touch.chatName,
  senderName: touch.senderName,
  text: touch.text,
})

export const presentRun = (run: AssignmentRun): AssignmentRunView => ({
  id: run.id,
  at: run.at.toISOString(),
  trigger: triggerLabels[run.trigger] ?? run.trigger,
  outcome: run.outcome,
  note: run.note,
  candidates: run.candidates.map((candidate) => ({
    personId: candidate.personId,
    name: candidate.name,
    score: candidate.score,
    chosen: candidate.personId === run.chosenId,
    skipped: candidate.skipped ?? null,
    reasons: candidate.reasons.map(({ points, why }) => ({ points, why })),
  })),
})

export function presentDelivery(delivery: Delivery, words: Vocabulary): DeliveryView {
  const at =
    delivery.actedAt ?? delivery.readAt ?? delivery.deliveredAt ?? delivery.sentAt ?? delivery.queuedAt
  return {
    id: delivery.id,
    label: cardLabels[delivery.card] ?? '通知',
    to: words.person(delivery.personId)?.name ?? '群聊',
    state: delivery.state,
    at: at.toISOString(),
    failure: delivery.failure,
  }
}
