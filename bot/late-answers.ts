import type { Core } from '../core/app.js'
import type { Tx } from '../core/db/unit-of-work.js'
import type { TapEvent } from '../core/ports/inbound.js'
import type { TapOutcome } from './cards/card-kind.js'

/**
 * Says what a tap led to when the platform no longer waits for its answer: nobody who tapped is left without one. A
 * change shows on the card by itself. A refusal changes nothing, so it goes to the person as a message, once per tap
 * however often this is called; what else there is to say stands on today's card, which is drawn again.
 */
export async function sayLate(
  core: Core,
  tx: Tx,
  { event, inboxId, outcome: { notice } }: { event: TapEvent; inboxId: string; outcome: TapOutcome },
): Promise<void> {
  if (!notice || notice.tone === 'success') return
  if (notice.tone === 'info') {
    const delivery = await core.deliveries.find(tx, event.cardRef)
    if (delivery) await core.deliveries.refresh(tx, { type: delivery.subjectType, id: delivery.subjectId })
    return
  }
  const person = await core.org.findByAccount(tx, event.platform, event.sender.externalId)
  // What a stranger may not do is nobody else's business in a group.
  if (!person && event.chat.type === 'group') return
  await core.deliveries.queue(tx, {
    card: 'answer.refused',
    subject: person ? { type: 'person', id: person.id } : { type: 'installation', id: 'inbox' },
    to: person ? { personId: person.id } : { platform: event.platform, chatId: event.chat.id },
    params: { text: notice.text },
    answers: true,
    dedupeKey: `${inboxId}:answer.refused`,
  })
}
