import type { EntityManager } from 'typeorm'
import type { Core } from '../core/app.js'
import { shareWrites } from '../core/db/shared-writes.js'
import type { Claimed } from '../core/deliveries/deliveries.js'
import { shownStates, unreadableParams, type Delivery } from '../core/deliveries/delivery.js'
import { faultPoint } from '../core/fault-points.js'
import type { Card } from '../core/ports/card.js'
import type { Outreach } from '../core/ports/outreach.js'
import type { JobLog } from './job-log.js'
import { createCardSender, type Settle, type Turn } from './sender-cards.js'
import { createFailures } from './sender-failures.js'
import { createReminderSender } from './sender-reminders.js'
import type { Messengers } from './sender-route.js'
import { createTodoSender } from './sender-todos.js'

export interface SenderDeps {
  core: Core
  messengers: Messengers
  /** Draws the card at the moment of sending; handed in by main. */
  render: (tx: EntityManager, delivery: Delivery) => Promise<Card>
  /** Ways outside the messenger, for reminders. */
  outreach: Outreach
  log: JobLog
}

/** Their cards are read side by side; few enough to be handed over within the lease where the platform is quick. */
const batch = 50

/** Hands deliveries to the platforms, keeps true what was shown and reminds of cards that nobody reads. */
export function createSender({ core, messengers, render, outreach, log }: SenderDeps) {
  let stopped = false
  const share = shareWrites(core)
  const cards = createCardSender({ core, messengers, render, share })
  const reminders = createReminderSender({ core, messengers, render, outreach, share })
  const todos = createTodoSender({ core, messengers, render, share })
  const fail = createFailures({ core, messengers, log })

  /** Nobody knows what it is about, and no further try would tell. */
  const giveUp =
    (delivery: Claimed): Turn =>
    () =>
      Promise.resolve(() =>
        share((tx) =>
          core.deliveries.markFailed(tx, delivery, { reason: 'params_unreadable', retryable: false }),
        ),
      )

  const prepare = (delivery: Claimed): Turn => {
    if (delivery.params === unreadableParams) return giveUp(delivery)
    const isShown = shownStates.includes(delivery.state)
    if (delivery.channel === 'todo') return () => (isShown ? todos.update(delivery) : todos.add(delivery))
    if (delivery.channel !== 'messenger') return () => reminders.send(delivery)
    // What nobody knows the fate of is sent once more, until a receipt tells that it arrived.
    const isRepeat = delivery.state === 'unknown' && delivery.platformMessageId === null
    return isShown && !isRepeat ? cards.update(delivery) : cards.send(delivery)
  }

  /** Hands one recipient's cards over one after the other; what follows each need not wait for the next. */
  async function inOrder(deliveries: Prepared[]): Promise<void> {
    const settling: Promise<unknown>[] = []
    for (const { delivery, turn } of deliveries) {
      const settle = await attempt(delivery, turn)
      if (settle) settling.push(written(delivery, settle))
    }
    await Promise.all(settling)
  }

  async function attempt<T>(delivery: Claimed, run: () => Promise<T>): Promise<T | null> {
    try {
      return await run()
    } catch (error) {
      await fail(delivery, error)
      return null
    }
  }

  /** What cannot be written down now is found by its lease: sent again where that is harmless, else said to be unknown. */
  async function written(delivery: Claimed, settle: Settle): Promise<void> {
    try {
      await settle()
    } catch (error) {
      log.error(
        { deliveryId: delivery.id, err: error },
        'what became of a delivery could not be written down',
      )
    }
  }

  return {
    /**
     * Works until nothing is due. Recipients of one batch are served side by side, each one's cards in the order in
     * which they were queued; a call that hangs holds up only its batch.
     */
    async run(): Promise<void> {
      while (!stopped) {
        const holder = core.ids.next()
        const claimed = await core.write((tx) => core.deliveries.claim(tx, { holder, limit: batch }))
        if (claimed.length === 0) return
        faultPoint('delivery.after-claim')
        const prepared = claimed.map((delivery) => ({ delivery, turn: prepare(delivery) }))
        await Promise.all([...byRecipient(prepared).values()].map(inOrder))
      }
    },
    /** Takes no further batch. */
    stop() {
      stopped = true
    },
  }
}

interface Prepared {
  delivery: Claimed
  turn: Turn
}

/** A person's list is nothing that their cards wait for. */
const byRecipient = (prepared: Prepared[]): Map<string, Prepared[]> =>
  Map.groupBy(prepared, ({ delivery: { personId, chatId, channel } }) => {
    const recipient = personId ?? chatId ?? ''
    return channel === 'todo' ? `list of ${recipient}` : recipient
  })
