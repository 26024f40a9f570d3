import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { Todos } from '../../core/ports/messenger.js'
import { whereTodosArePermitted } from '../shared/todo-permission.js'
import { dueOf, type FeishuCalls } from './calls.js'
import { cutBytes } from './encode.js'
import { uuidOf } from './uuid.js'

/** How long a `client_token` is known is not told; messages' keys are known for an hour. */
const keyLifeMs = 3_600_000
const mostTitleBytes = 3000
/** The app lacks `task:task:write`. */
const notPermitted = ['99991672', '99991676']
const isGone = '1470404'

/** Feishu's tasks. The app makes them, so it may change them. @see https://open.feishu.cn/document/task-v2/task/overview */
export function createTodos({
  calls,
  clock,
  pageUrl,
}: {
  calls: FeishuCalls
  clock: Clock
  pageUrl: (path: string) => string
}): Todos {
  const summaryOf = (title: string) => cutBytes(title.toWellFormed(), mostTitleBytes)

  /** Whether there is nothing left to tick off: the person did, or has deleted it. */
  async function isOver(guid: string): Promise<boolean> {
    try {
      return (await calls.taskCompletedAt(guid)) > 0
    } catch (error) {
      if (error instanceof PlatformError && error.code === isGone) return true
      throw error
    }
  }

  async function complete(guid: string): Promise<void> {
    try {
      await calls.patchTask(guid, { completed_at: String(clock.now().getTime()) })
    } catch (error) {
      // A completed task is refused like any other wrong input: only the task itself tells them apart.
      const isFinal = error instanceof PlatformError && !error.retryable
      if (!isFinal || notPermitted.includes(error.code) || !(await isOver(guid))) throw error
    }
  }

  return {
    keyLifeMs,

    create: ({ externalId, title, dueAt, page, key }) =>
      whereTodosArePermitted(notPermitted, () =>
        calls.createTask({
          account: externalId,
          title: summaryOf(title),
          dueAt,
          url: pageUrl(page),
          key: uuidOf(key),
        }),
      ),

    change: (guid, _externalId, { title, dueAt, reopen }) =>
      whereTodosArePermitted(notPermitted, async () => {
        const again = reopen ? { completed_at: '0' } : {}
        await calls.patchTask(guid, { summary: summaryOf(title), due: dueOf(dueAt), ...again })
      }),

    finish: (guid) => whereTodosArePermitted(notPermitted, () => complete(guid)),
  }
}
