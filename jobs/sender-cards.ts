import type { Core } from '../core/app.js'
import type { ShareWrite } from '../core/db/shared-writes.js'
import type { Claimed } from '../core/deliveries/claims.js'
import { keepMs } from '../core/deliveries/delivery.js'
import type { NoRoute } from '../core/deliveries/routing.js'
import { faultPoint } from '../core/fault-points.js'
import type { Card } from '../core/ports/card.js'
import { stopwatch } from '../core/ports/clock.js'
import type { Capabilities, Outgoing } from '../core/ports/messenger.js'
import type { SenderDeps } from './sender.js'
import { findWay, wayOfShown, type Way } from './sender-route.js'
import type { WaysOut } from './sender-ways.js'

/** Writes down what the platform did. */
export type Settle = () => Promise<void>

/** Does the work on one delivery when its turn has come; what it needs to know is being read already. */
export type Turn = () => Promise<Settle>

/** What was read this long ago is read anew: a slow call before it must not show a card of yesterday. */
const staleMs = 1000

interface CardSenderDeps extends Pick<SenderDeps, 'messengers' | 'render'> {
  core: Core
  share: ShareWrite
  ways: WaysOut
}

/** Sends cards for the first time and shows sent ones anew. */
export function createCardSender({ core, messengers, render, share, ways }: CardSenderDeps) {
  function send(delivery: Claimed): Turn {
    const repeated = delivery.repeated || delivery.state === 'unknown'
    const way = ahead(() => core.read((tx) => findWay(core, tx, delivery, messengers)))
    const card = ahead(() => core.read((tx) => render(tx, { ...delivery, repeated })))
    return () => sendNow(delivery, { way, card, repeated })
  }

  async function sendNow(
    delivery: Claimed,
    ready: { way: () => Promise<Way | NoRoute>; card: () => Promise<Card>; repeated: boolean },
  ): Promise<Settle> {
    const { repeated } = ready
    const now = core.clock.now()
    if (now.getTime() - delivery.queuedAt.getTime() > keepMs)
      return () => share((tx) => core.deliveries.expire(tx, delivery))
    const way = await ready.way()
    if (typeof way === 'string') return () => share((tx) => core.deliveries.markWaiting(tx, delivery, way))
    const capabilities = way.messenger.capabilities(way.to)
    if (delivery.interrupted && mayDouble(capabilities, delivery, now))
      return () => share((tx) => core.deliveries.markUnknown(tx, delivery, 'interrupted'))
    const wasTried = capabilities.idempotentSend && (delivery.interrupted || delivery.attempts > 0)
    const card = await ready.card()
    ways.enter(way.messenger.platform)
    if (needsMark(capabilities)) {
      await share((tx) => core.deliveries.markHanded(tx, delivery))
      delivery.repeated = repeated
    }
    const message: Outgoing = {
      to: way.to,
      card,
      ref: delivery.id,
      idempotencyKey: delivery.id,
      urgent: delivery.level !== 'normal',
    }
    const sent = await ways.call(way.messenger.platform, () => way.messenger.send(message))
    faultPoint('delivery.after-send')
    const { platform, pollReceipts } = way.messenger
    const taken = { platform, ...sent, polled: pollReceipts !== undefined }
    return () =>
      share(async (tx) => {
        await core.deliveries.markSent(tx, delivery, taken)
        // A platform that recognises a repeat keeps the card of the first try: today's state is drawn over it.
        const shownRev = wasTried ? delivery.wantedRev - 1 : delivery.wantedRev
        await core.deliveries.markShown(tx, { ...delivery, wantedRev: shownRev })
        if (way.account && way.wasRefused) await core.bindings.took(tx, way.account)
        faultPoint('delivery.before-receipt-commit')
      })
  }

  function update(delivery: Claimed): Turn {
    const way = ahead(() => core.read((tx) => wayOfShown(core, tx, delivery, messengers)))
    const card = ahead(() => core.read((tx) => render(tx, delivery)))
    return async () => updateNow(delivery, await way(), card)
  }

  async function updateNow(delivery: Claimed, way: Way | null, card: () => Promise<Card>): Promise<Settle> {
    const isDrawn = way !== null && way.messenger.capabilities().updatesCards
    const { platformMessageId } = delivery
    if (way && isDrawn && platformMessageId) {
      ways.enter(way.messenger.platform)
      const message: Outgoing = {
        to: way.to,
        card: await card(),
        ref: delivery.id,
        idempotencyKey: `${delivery.id}:${delivery.wantedRev}`,
        urgent: false,
      }
      await ways.call(way.messenger.platform, () => way.messenger.update(platformMessageId, message))
      faultPoint('card-update.after-send')
    }
    // What somebody else sent before, and never told of, may land on top of this.
    const mayBeOverdrawn = isDrawn && delivery.interrupted
    return () => share((tx) => core.deliveries.markShown(tx, delivery, { mayBeOverdrawn }))
  }

  return { send, update }
}

/** Starts to read at once: a batch asks side by side, and what is asked side by side shares its statements. */
function ahead<T>(read: () => Promise<T>): () => Promise<T> {
  const startedAt = stopwatch()
  const first = read()
  // Told to whoever asks for it, if anybody does.
  first.catch(() => undefined)
  return () => (stopwatch() - startedAt > staleMs ? read() : first)
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
