import type { EntityManager } from 'typeorm'
import type { Core } from '../core/app.js'
import { shareWrites } from '../core/db/shared-writes.js'
import { shownStates, type Delivery } from '../core/deliveries/delivery.js'
import { PlatformError } from '../core/errors.js'
import { faultPoint } from '../core/fault-points.js'
import type { Card } from '../core/ports/card.js'
import type { Address, Messenger } from '../core/ports/messenger.js'
import type { Outreach } from '../core/ports/outreach.js'
import type { Platform } from '../core/ports/platform.js'
import type { JobLog } from './job-log.js'

export interface SenderDeps {
  core: Core
  messengers: ReadonlyMap<Platform, Messenger>
  /** Draws the card at the moment of sending; handed in by main. */
  render: (tx: EntityManager, delivery: Delivery) => Promise<Card>
  /** Cards after which the recipient is urged by the strongest means there are. */
  urges: ReadonlySet<string>
  outreach: Outreach
  log: JobLog
}

const batch = 20

/** Writes down what the platform did; what it owes beside. */
type Settle = () => Promise<void>

/** Hands deliveries to the platforms and keeps shown cards true. */
export function createSender({ core, messengers, render, urges, outreach, log }: SenderDeps) {
  const share = shareWrites(core)

  async function send(delivery: Delivery): Promise<Settle> {
    const route = await core.read((tx) => routeOf(core, tx, delivery, messengers))
    if (!route) {
      const failure = { reason: '收件人没有绑定可用的账号', retryable: false }
      return () => share((tx) => core.deliveries.markFailed(tx, delivery, failure))
    }
    const card = await core.read((tx) => render(tx, delivery))
    const message = {
      to: route.to,
      card,
      ref: delivery.id,
      idempotencyKey: delivery.id,
      urgent: delivery.lane === 'urgent',
    }
    const sent = await route.messenger.send(message)
    faultPoint('delivery.after-send')
    const isUrged = urges.has(delivery.card)
    return async () => {
      await share(async (tx) => {
        await core.deliveries.markSent(tx, delivery, { platform: route.messenger.platform, ...sent })
        if (!isUrged) await core.deliveries.markShown(tx, delivery)
        faultPoint('delivery.before-receipt-commit')
      })
      if (!isUrged) return
      faultPoint('delivery.before-urge')
      await urge(delivery, route, sent.platformMessageId, card.title)
      await share((tx) => core.deliveries.markShown(tx, delivery))
    }
  }

  /** Buzz, else voice, else SMS; a reminder that fails is logged and holds nothing up: the card is there. */
  async function urge(
    delivery: Delivery,
    route: Route,
    platformMessageId: string,
    text: string,
  ): Promise<void> {
    try {
      if (await route.messenger.urge(platformMessageId, route.to, 'app')) return
      const person = delivery.personId
        ? await core.read((tx) => core.org.findPerson(tx, delivery.personId ?? ''))
        : null
      if (!person?.phone) return
      for (const channel of ['voice', 'sms'] as const) {
        if (!outreach.channels().includes(channel)) continue
        await outreach.send({ channel, to: person.phone, text, idempotencyKey: `${delivery.id}:${channel}` })
        return
      }
    } catch (error) {
      log.warn(
        { deliveryId: delivery.id, err: error },
        'the strong reminder failed, the card itself was sent',
      )
    }
  }

  async function update(delivery: Delivery): Promise<Settle> {
    const messenger = delivery.platform ? messengers.get(delivery.platform) : undefined
    const route = await core.read((tx) => routeOf(core, tx, delivery, messengers))
    const card = await core.read((tx) => render(tx, delivery))
    if (messenger && delivery.platformMessageId && messenger.capabilities().updatesCards) {
      const to = route?.to ?? {}
      await messenger.update(delivery.platformMessageId, {
        to,
        card,
        ref: delivery.id,
        idempotencyKey: `${delivery.id}:${delivery.wantedRev}`,
        urgent: false,
      })
      faultPoint('card-update.after-send')
    }
    return async () => {
      // Sent by a process that died before it came to the reminder.
      const isUrgeOwed = urges.has(delivery.card) && delivery.shownRev === 0
      if (isUrgeOwed && route && delivery.platformMessageId)
        await urge(delivery, route, delivery.platformMessageId, card.title)
      await share((tx) => core.deliveries.markShown(tx, delivery))
    }
  }

  /** Hands one recipient's cards over one after the other; what follows each need not wait for the next. */
  async function inOrder(deliveries: Delivery[]): Promise<void> {
    const settling: Promise<unknown>[] = []
    for (const delivery of deliveries) {
      const isShown = shownStates.includes(delivery.state) && delivery.platformMessageId !== null
      const settle = await attempt(delivery, () => (isShown ? update(delivery) : send(delivery)))
      if (settle) settling.push(attempt(delivery, settle))
    }
    await Promise.all(settling)
  }

  async function attempt<T>(delivery: Delivery, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (error) {
      await fail(delivery, error)
      return null
    }
  }

  async function fail(delivery: Delivery, error: unknown): Promise<void> {
    const platform = error instanceof PlatformError ? error : null
    log.warn(
      {
        deliveryId: delivery.id,
        card: delivery.card,
        code: platform?.code,
        err: platform ? undefined : error,
      },
      'a delivery failed',
    )
    const isUpdate = shownStates.includes(delivery.state)
    const route = await core.read((tx) => routeOf(core, tx, delivery, messengers))
    const maybeSent =
      platform?.code === 'timeout' && !isUpdate && !route?.messenger.capabilities().idempotentSend
    await core.write((tx) =>
      maybeSent
        ? core.deliveries.markUnknown(tx, delivery, 'timeout')
        : core.deliveries.markFailed(tx, delivery, {
            reason: platform?.code ?? 'internal',
            retryable: platform?.retryable ?? true,
            ...(platform?.retryAfterMs === undefined ? {} : { retryAfterMs: platform.retryAfterMs }),
          }),
    )
  }

  return {
    /**
     * Works until nothing is due. Recipients of one batch are served side by side, each one's cards in the order in
     * which they were queued; a call that hangs holds up only its batch.
     */
    async run(): Promise<void> {
      for (;;) {
        const claimed = await core.write((tx) =>
          core.deliveries.claim(tx, { holder: core.ids.next(), limit: batch }),
        )
        if (claimed.length === 0) return
        faultPoint('delivery.after-claim')
        await Promise.all([...byRecipient(claimed).values()].map(inOrder))
      }
    },
  }
}

const byRecipient = (deliveries: Delivery[]): Map<string | null, Delivery[]> =>
  Map.groupBy(deliveries, ({ personId, chatId }) => personId ?? chatId)

interface Route {
  messenger: Messenger
  to: Address
}

/** The chat it was addressed to, or the first of the person's accounts whose platform is running here. */
async function routeOf(
  core: Core,
  tx: EntityManager,
  delivery: Delivery,
  messengers: SenderDeps['messengers'],
): Promise<Route | null> {
  if (delivery.chatId && delivery.platform) {
    const messenger = messengers.get(delivery.platform)
    return messenger ? { messenger, to: { chatId: delivery.chatId } } : null
  }
  if (!delivery.personId) return null
  for (const account of await core.org.accountsOf(tx, delivery.personId)) {
    const messenger = account.state === 'broken' ? undefined : messengers.get(account.platform)
    if (messenger) return { messenger, to: { externalId: account.externalId } }
  }
  return null
}
