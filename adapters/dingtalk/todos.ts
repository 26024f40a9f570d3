import type { Clock } from '../../core/ports/clock.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { Todos } from '../../core/ports/messenger.js'
import type { createAccounts } from './accounts.js'
import { cutBytes } from './bytes.js'
import type { DingtalkClient } from './client.js'
import { textOf } from './json.js'

const keepMs = 90 * 86_400_000

/** DingTalk's own list of things to do. @see https://open.dingtalk.com/document/orgapp/add-dingtalk-to-do-task */
export function createTodos(deps: {
  client: DingtalkClient
  accounts: ReturnType<typeof createAccounts>
  keys: KeyStore
  clock: Clock
  pageUrl: (path: string) => string
}): Todos {
  const { client, accounts, keys, clock, pageUrl } = deps
  return {
    async create({ externalId, title, dueAt, page, key }) {
      const remembered = `dingtalk:todo:${key}`
      const known = await keys.get(remembered)
      if (known) return known
      const unionId = await accounts.unionIdOf(externalId)
      const url = pageUrl(page)
      const answer = await client.api('POST', `/v1.0/todo/users/${encodeURIComponent(unionId)}/tasks`, {
        query: { operatorId: unionId },
        body: {
          sourceId: key,
          subject: cutBytes(title, 1024),
          creatorId: unionId,
          executorIds: [unionId],
          ...(dueAt ? { dueTime: dueAt.getTime() } : {}),
          // Required since February 2024.
          detailUrl: { appUrl: url, pcUrl: url },
          isOnlyShowExecutor: true,
          priority: 20,
          notifyConfigs: { dingNotify: '1' },
        },
      })
      const id = textOf(answer, 'id')
      await keys.put(remembered, id, new Date(clock.now().getTime() + keepMs))
      return id
    },

    /** @see https://open.dingtalk.com/document/orgapp/update-dingtalk-to-do-status */
    async finish(todoId, externalId) {
      const unionId = await accounts.unionIdOf(externalId)
      const path = `/v1.0/todo/users/${encodeURIComponent(unionId)}/tasks/${encodeURIComponent(todoId)}/executorStatus`
      await client.api('PUT', path, {
        query: { operatorId: unionId },
        body: { executorStatusList: [{ id: unionId, isDone: true }] },
      })
    },
  }
}
