import type { Core } from '../core/app.js'
import type { ShareWrite } from '../core/db/shared-writes.js'
import type { Claimed } from '../core/deliveries/deliveries.js'
import { keepMs } from '../core/deliveries/delivery.js'
import { faultPoint } from '../core/fault-points.js'
import type { Capabilities, Outgoing } from '../core/ports/messenger.js'
import type { SenderDeps } from './sender.js'
import { findWay, wayOfShown } from './sender-route.js'

/** Writes down what the platform did. */
export type Settle = () => Promise<void>

interface CardSenderDeps extends Pick<SenderDeps, 'messengers' | 'render'> {
  core: Core
  share: ShareWrite
}

/** Sends cards for the first time and shows sent ones anew. */
export function createCardSender({ core, messengers, render, share }: CardSenderDeps) {
  async function send(delivery: Claimed): Promise<Settle> {
    const now = core.clock.now()
    if (now.getTime() - delivery.queuedAt.getTime() > keepMs)
      return () => share((tx) => core.deliveries.expire(tx, delivery))
    const way = await core.read((tx) => findWay(core, tx, delivery, messengers))
    if (typeof way === 'string') return () => share((tx) => core.deliveries.markWaiting(tx, delivery, way))
    const capabilities = way.messenger.capabilities()
    if (delivery.interrupted && mayDouble(capabilities, delivery, now))
      return () => share((tx) => core.deliveries.markUnknown(tx, delivery, 'interrupted'))
    const repeated = delivery.repeated || delivery.state === 'unknown'
    const wasTried = capabilities.idempotentSend && (delivery.interrupted || delivery.attempts > 0)
    const card = await core.read((tx) => render(tx, { ...delivery, repeated }))
    if (needsMark(capabilities)) {
      await share((tx) => core.deliveries.markHanded(tx, delivery))
      delivery.handedAt ??= now
      delivery.repeated = repeated
    }
    const sent = await way.messenger.send({
      to: way.to,
      card,
      ref: delivery.id,
      idempotencyKey: delivery.id,
      urgent: delivery.lane === 'urgent',
    })
    faultPoint('delivery.after-send')
    const { platform, pollReceipts } = way.messenger
    const taken = { platform, ...sent, polled: pollReceipts !== undefined }
    return () =>
      share(async (tx) => {
        await core.deliveries.markSent(tx, delivery, taken)
        // A platform that recognises a repeat keeps the card of the first try: today's state is drawn over it.
        const shownRev = wasTried ? delivery.wantedRev - 1 : delivery.wantedRev
        await core.deliveries.markShown(tx, { ...delivery, wantedRev: shownRev })
        if (way.account) await core.bindings.took(tx, way.account)
        faultPoint('delivery.before-receipt-commit')
      })
  }

  async function update(delivery: Claimed): Promise<Settle> {
    const way = await core.read((tx) => wayOfShown(core, tx, delivery, messengers))
    const isDrawn = way !== null && way.messenger.capabilities().updatesCards
    if (way && isDrawn && delivery.platformMessageId) {
      const message: Outgoing = {
        to: way.to,
        card: await core.read((tx) => render(tx, delivery)),
        ref: delivery.id,
        idempotencyKey: `${delivery.id}:${delivery.wantedRev}`,
        urgent: false,
      }
      await way.messenger.update(delivery.platformMessageId, message)
      faultPoint('card-update.after-send')
    }
    // What somebody else sent before, and never told of, may land on top of this.
    const mayBeOverdrawn = isDrawn && delivery.interrupted
    return () => share((tx) => core.deliveries.markShown(tx, delivery, { mayBeOverdrawn }))
  }

  return { send, update }
}

const needsMark = ({ idempotentSend, idempotentForMs }: Capabilities): boolean =>
  !idempotentSend || idempotentForMs !== undefined

/** Whether a message that was handed over before would show twice if it were sent again now. */
function mayDouble(capabilities: Capabilities, { handedAt }: Claimed, now: Date): boolean {
  if (!handedAt) return false
  const { idempotentSend, idempotentForMs } = capabilities
  if (!idempotentSend) return true
  return idempotentForMs !== undefined && now.getTime() - handedAt.getTime() > idempotentForMs
}
