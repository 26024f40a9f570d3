import type { EntityManager } from 'typeorm'
import type { Core } from '../core/app.js'
import { shareWrites } from '../core/db/shared-writes.js'
import type { Claimed } from '../core/deliveries/claims.js'
import { shownStates, unreadableParams, type Delivery } from '../core/deliveries/delivery.js'
import { faultPoint } from '../core/fault-points.js'
import type { Card } from '../core/ports/card.js'
import type { Outreach } from '../core/ports/outreach.js'
import type { JobLog } from './job-log.js'
import { createCardSender, type Settle, type Turn } from './sender-cards.js'
import { createFailures } from './sender-failures.js'
import { createLines, type Prepared } from './sender-lines.js'
import { createReminderSender } from './sender-reminders.js'
import type { Messengers } from './sender-route.js'
import { createTodoSender } from './sender-todos.js'
import { createWaysOut, isTimeout, WayRests } from './sender-ways.js'

export interface SenderDeps {
  core: Core
  messengers: Messengers
  /** Draws the card at the moment of sending; handed in by main. */
  render: (tx: EntityManager, delivery: Delivery) => Promise<Card>
  /** Ways outside the messenger, for reminders. */
  outreach: Outreach
  log: JobLog
  /** After this long a call is slow, ms: nobody waits for it any more but what goes to the same recipient. */
  patienceMs?: number
}

/** Their cards are read side by side. */
const batch = 50
/** So many are in hand at a time, not counting those that stand behind a slow call. */
const mostBusy = 100
/** Those are in hand as well, in memory: nothing more is taken beyond this. */
const mostBehindSlow = 1000
/** While something slow is in hand, what others queued or what has fallen due is looked for this often. */
const lookAgainMs = 1000
/** No call takes longer: with less of its lease left nothing is begun. */
const longestCallMs = 15_000

/** Hands deliveries to the platforms, keeps true what was shown and reminds of cards that nobody reads. */
export function createSender({ core, messengers, render, outreach, log, patienceMs = 1000 }: SenderDeps) {
  let stopped = false
  const share = shareWrites(core)
  const ways = createWaysOut({ clock: core.clock, onRecovered: (until) => void goOn(until) })
  const cards = createCardSender({ core, messengers, render, share, ways })
  const reminders = createReminderSender({ core, messengers, render, outreach, share, ways })
  const todos = createTodoSender({ core, messengers, render, share, ways })
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

  /** What comes of it: how to write that down, and whether the recipient's next one would only hang as well. */
  async function serve({ delivery, turn }: Prepared): Promise<{ settle: Settle | null; isStuck: boolean }> {
    try {
      return { settle: await turn(), isStuck: false }
    } catch (error) {
      const settle =
        error instanceof WayRests
          ? () => share((tx) => core.deliveries.handBack(tx, [delivery], error.until))
          : () => fail(delivery, error)
      // A failure is written down before the next one's turn: what it says of the account counts for that one.
      if (!(error instanceof WayRests)) await written(delivery, settle)
      return { settle: error instanceof WayRests ? settle : null, isStuck: isTimeout(error) }
    }
  }

  /** A way is open again: what was put off until later goes out now. Else it goes when its time has come. */
  async function goOn(until: Date): Promise<void> {
    try {
      await core.write((tx) => core.deliveries.bringForward(tx, until))
    } catch (error) {
      log.warn({ err: error }, 'what was put off could not be brought forward')
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

  const lines = createLines({
    serve,
    written,
    isLate: ({ leaseUntil }) =>
      stopped || (leaseUntil !== null && leaseUntil.getTime() - core.clock.now().getTime() < longestCallMs),
    async giveBack(deliveries) {
      const [first] = deliveries
      if (first) await written(first, () => core.write((tx) => core.deliveries.handBack(tx, deliveries)))
    },
    patienceMs,
  })

  /** @returns whether there may be more to take. */
  async function take(): Promise<boolean> {
    const holder = core.ids.next()
    const isBusy = !lines.isEmpty()
    const claimed = await core.write((tx) => core.deliveries.claim(tx, { holder, limit: batch, isBusy }))
    if (claimed.length === 0) return false
    faultPoint('delivery.after-claim')
    lines.take(claimed.map((delivery) => ({ delivery, turn: prepare(delivery) })))
    return claimed.length === batch
  }

  /** Whether there is room for a batch more; none beside one that has to be worked on alone. */
  const hasRoom = () =>
    lines.busy() + batch <= mostBusy && lines.behindSlow() < mostBehindSlow && !lines.isAlone()

  return {
    /**
     * Works until nothing is due and nothing is in hand. Recipients are served side by side, each one's cards in the
     * order in which they were queued. A call that hangs holds up nobody but its recipient.
     */
    async run(): Promise<void> {
      let isMore = true
      let isNews = false
      const look = () => {
        isNews = true
        lines.stir()
      }
      const unlisten = core.deliveries.onQueued(look)
      const looking = setInterval(look, lookAgainMs)
      try {
        for (;;) {
          const change = lines.change()
          const isWanted = isMore || (isNews && lines.isServing())
          if (!stopped && (lines.isEmpty() || (isWanted && hasRoom()))) {
            isNews = false
            const isLast = lines.isEmpty()
            isMore = await take()
            if (isLast && lines.isEmpty()) return
          } else if (lines.isEmpty()) return
          else await change
        }
      } finally {
        clearInterval(looking)
        unlisten()
      }
    },
    /** Takes nothing more: what is on its way is waited for, the rest goes back. */
    stop() {
      stopped = true
      lines.stir()
    },
  }
}
