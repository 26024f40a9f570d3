import type { EntityManager } from 'typeorm'
import type { Core } from '../core/app.js'
import type { ShareWrite } from '../core/db/shared-writes.js'
import type { Claimed } from '../core/deliveries/claims.js'
import { keepMs } from '../core/deliveries/delivery.js'
import { faultPoint } from '../core/fault-points.js'
import type { Messenger, Todos } from '../core/ports/messenger.js'
import type { Task } from '../core/tasks/task.js'
import type { Settle } from './sender-cards.js'
import { findWay, type Way } from './sender-route.js'
import type { SenderDeps } from './sender.js'
import type { WaysOut } from './sender-ways.js'

interface TodoSenderDeps extends Pick<SenderDeps, 'messengers' | 'render'> {
  core: Core
  share: ShareWrite
  ways: WaysOut
}

/** Where an entry can be written. */
interface List {
  todos: Todos
  platform: Messenger['platform']
  externalId: string
}

/**
 * Writes tasks into people's own lists of the platform, each once, and keeps what stands there true: open with its due
 * time for whoever has to do it, ticked off as soon as it is done, dropped or somebody else's.
 */
export function createTodoSender({ core, messengers, render, share, ways }: TodoSenderDeps) {
  const skip =
    (delivery: Claimed, why: string): Settle =>
    () =>
      share((tx) => core.deliveries.markSkipped(tx, delivery, why, { passOn: false }))

  /** Why there is nothing to write; null where there is. */
  async function useless(tx: EntityManager, delivery: Claimed, task: Task | null): Promise<string | null> {
    if (!task) return 'gone'
    // What may stand in the list already is written for sure, and ticked off by its name.
    if (delivery.handedAt) return null
    if (task.state !== 'open') return 'task-closed'
    if (task.ownerId !== delivery.personId) return 'task-moved'
    return (await core.playbook.get(tx, 'reminders')).todos ? null : 'todos-off'
  }

  async function add(delivery: Claimed): Promise<Settle> {
    const now = core.clock.now()
    if (now.getTime() - delivery.queuedAt.getTime() > keepMs)
      return () => share((tx) => core.deliveries.expire(tx, delivery))
    const { task, why, way } = await core.read(async (tx) => {
      const found = await core.tasks.find(tx, delivery.subjectId)
      const reason = await useless(tx, delivery, found)
      return { task: found, why: reason, way: await findWay(core, tx, delivery, messengers) }
    })
    if (!task || why) return skip(delivery, why ?? 'gone')
    if (typeof way === 'string') return skip(delivery, way)
    const list = listOf(way)
    if (!list) return skip(delivery, 'no-todo-list')
    const { todos, platform, externalId } = list
    if (isForgotten(todos, delivery, now))
      return () => share((tx) => core.deliveries.markUnknown(tx, delivery, 'interrupted'))
    const wasTried = delivery.handedAt !== null
    const { title, page } = await core.read((tx) => render(tx, delivery))
    ways.enter(platform)
    await share((tx) => core.deliveries.markHanded(tx, delivery))
    const { dueAt } = task
    const platformMessageId = await ways.call(platform, () =>
      todos.create({ externalId, title, dueAt, page: page?.path ?? '/', key: delivery.id }),
    )
    faultPoint('delivery.after-send')
    return () =>
      share(async (tx) => {
        await core.deliveries.markSent(tx, delivery, { platform, platformMessageId, state: 'sent' })
        // A repeated key gives the entry of the first try: today's state is written over it.
        const shows = wasTried ? '' : openUntil(dueAt)
        await core.deliveries.remember(tx, delivery, { account: externalId, shows })
        const wantedRev = wasTried ? delivery.wantedRev - 1 : delivery.wantedRev
        await core.deliveries.markShown(tx, { ...delivery, wantedRev })
      })
  }

  async function update(delivery: Claimed): Promise<Settle> {
    const task = await core.read((tx) => core.tasks.find(tx, delivery.subjectId))
    const { interrupted, params, platform, platformMessageId } = delivery
    // It stands where it was written, also when the account is nobody's any more.
    const messenger = platform ? messengers.get(platform) : undefined
    const to = { externalId: params['account'] ?? '' }
    const list = messenger ? listOf({ messenger, to }) : null
    const isOpen = task?.state === 'open' && task.ownerId === delivery.personId
    const shows = isOpen ? openUntil(task.dueAt) : ticked
    const before = interrupted ? '' : (params['shows'] ?? '')
    if (list && platformMessageId && before !== shows) {
      const { todos, externalId, platform: there } = list
      ways.enter(there)
      if (isOpen) {
        const { title } = await core.read((tx) => render(tx, delivery))
        const reopen = params['ticked'] === 'yes'
        const { dueAt } = task
        await ways.call(there, () => todos.change(platformMessageId, externalId, { title, dueAt, reopen }))
      } else await ways.call(there, () => todos.finish(platformMessageId, externalId))
      faultPoint('card-update.after-send')
    }
    return () =>
      share(async (tx) => {
        // What somebody else sent before, and never told of, may land on top of this: then it is written once more.
        const known = { shows: interrupted ? '' : shows, ticked: isOpen ? 'no' : 'yes' }
        if (list) await core.deliveries.remember(tx, delivery, known)
        await core.deliveries.markShown(tx, delivery, { mayBeOverdrawn: list !== null && interrupted })
      })
  }

  return { add, update }
}

const ticked = 'ticked'
const openUntil = (dueAt: Date): string => `open ${dueAt.toISOString()}`

function listOf({ messenger, to }: Pick<Way, 'messenger' | 'to'>): List | null {
  const { todos, platform } = messenger
  return todos && to.externalId ? { todos, platform, externalId: to.externalId } : null
}

/** Whether an entry that was handed over before would be made a second time if it were handed over now. */
const isForgotten = ({ keyLifeMs }: Todos, { handedAt }: Claimed, now: Date): boolean =>
  handedAt !== null && keyLifeMs !== undefined && now.getTime() - handedAt.getTime() > keyLifeMs
