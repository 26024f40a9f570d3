import type { EntityManager } from 'typeorm'
import type { Core } from '../core/app.js'
import type { Delivery } from '../core/deliveries/delivery.js'
import { DomainError } from '../core/errors.js'
import type { Card } from '../core/ports/card.js'
import { withQuestion } from './cards/asking.js'
import { cardKinds } from './cards/index.js'

/** Draws a delivery's card as it is now. */
export async function renderCard(core: Core, tx: EntityManager, delivery: Delivery): Promise<Card> {
  const card = withQuestion(await draw(core, tx, delivery), delivery.params, core.clock.now())
  return delivery.repeated ? { ...card, footnote: withWarning(card.footnote) } : card
}

/** What can no longer be shown says so: a card never fails to have a face. */
async function draw(core: Core, tx: EntityManager, delivery: Delivery): Promise<Card> {
  const gone: Card = {
    kind: delivery.card,
    title: '内容已不存在',
    tone: 'neutral',
    subtitle: '可能已被删除，或不在你的范围内',
    blocks: [],
  }
  const kind = cardKinds.get(delivery.card)
  if (!kind) return gone
  const viewer = delivery.personId ? await core.org.actorOf(tx, delivery.personId, { channel: 'card' }) : null
  try {
    return await kind.render({ core, tx, now: core.clock.now(), delivery, viewer })
  } catch (error) {
    if (error instanceof DomainError && error.code.endsWith('.not_found')) return gone
    throw error
  }
}

/** Sent once more because nobody knows whether the first one arrived. */
const withWarning = (footnote = ''): string =>
  [footnote, '可能重复：上一次发送没有得到平台答复'].filter(Boolean).join(' · ')
