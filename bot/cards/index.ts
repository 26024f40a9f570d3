import { answers } from '../commands/index.js'
import type { CardKind } from './card-kind.js'
import { customerContactRemoved, leadContactRemoved } from './contact-removed.js'
import { credentialExpiry, credentialTrouble } from './credential.js'
import { customerTouched } from './customer-touched.js'
import { dealStage } from './deal-stage.js'
import { digest } from './digest.js'
import { followUpCard } from './follow-up.js'
import { leadDispatch } from './lead-dispatch.js'
import { leadGiven, leadTouched } from './lead-given.js'
import { leadOffer } from './lead-offer.js'
import { taskDue, taskOverdue } from './task.js'
import { testMessage } from './test-message.js'

/** Every kind of card, by its name. */
export const cardKinds: ReadonlyMap<string, CardKind> = new Map(
  [
    leadOffer,
    leadDispatch,
    leadGiven,
    leadTouched,
    customerTouched,
    leadContactRemoved,
    customerContactRemoved,
    dealStage,
    followUpCard,
    taskDue,
    taskOverdue,
    digest,
    testMessage,
    credentialExpiry,
    credentialTrouble,
    ...answers,
  ].map((card) => [card.kind, card]),
)
