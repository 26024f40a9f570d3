import type { Clock } from '../../core/ports/clock.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { Todos } from '../../core/ports/messenger.js'
import { whereTodosArePermitted } from '../shared/todo-permission.js'
import type { createAccounts } from './accounts.js'
import { cutBytes } from './bytes.js'
import type { DingtalkClient } from './client.js'
import { platformError } from './codes.js'
import { textOf } from './json.js'
import { permissionCodes } from './permissions.js'

const keepMs = 90 * 86_400_000
const mostSubjectBytes = 1024

/** DingTalk's own list of things to do. @see https://open.dingtalk.com/document/orgapp/add-dingtalk-to-do-task */
export function createTodos(deps: {
  client: DingtalkClient
  accounts: ReturnType<typeof createAccounts>
  keys: KeyStore
  clock: Clock
  pageUrl: (path: string) => string
}): Todos {
  const { client, accounts, keys, clock, pageUrl } = deps
  const subjectOf = (title: string) => cutBytes(title.toWellFormed(), mostSubjectBytes)

  async function put(todoId: string, externalId: string, what: '' | '/executorStatus', body: object) {
    const unionId = await accounts.unionIdOf(externalId)
    const path = `/v1.0/todo/users/${encodeURIComponent(unionId)}/tasks/${encodeURIComponent(todoId)}${what}`
    await client.api('PUT', path, { query: { operatorId: unionId }, body })
  }

  /** @see https://open.dingtalk.com/document/orgapp/update-dingtalk-to-do-status */
  async function setDone(todoId: string, externalId: string, isDone: boolean) {
    const unionId = await accounts.unionIdOf(externalId)
    await put(todoId, externalId, '/executorStatus', { executorStatusList: [{ id: unionId, isDone }] })
  }

  async function create({ externalId, title, dueAt, page, key }: Parameters<Todos['create']>[0]) {
    const remembered = `dingtalk:todo:${key}`
    const known = await keys.get(remembered)
    if (known) return known
    const unionId = await accounts.unionIdOf(externalId)
    const url = pageUrl(page)
    const answer = await client.api('POST', `/v1.0/todo/users/${encodeURIComponent(unionId)}/tasks`, {
      query: { operatorId: unionId },
      body: {
        sourceId: key,
        subject: subjectOf(title),
        creatorId: unionId,
        executorIds: [unionId],
        ...(dueAt ? { dueTime: dueAt.getTime() } : {}),
        // Required since February 2024.
        detailUrl: { appUrl: url, pcUrl: url },
        isOnlyShowExecutor: true,
        priority: 20,
      },
    })
    const id = textOf(answer, 'id')
    if (!id) throw platformError('odd_body')
    await keys.put(remembered, id, new Date(clock.now().getTime() + keepMs))
    return id
  }

  return {
    create: (input) => whereTodosArePermitted(permissionCodes, () => create(input)),

    /** @see https://open.dingtalk.com/document/orgapp/updates-dingtalk-to-do-tasks */
    change: (todoId, externalId, { title, dueAt, reopen }) =>
      whereTodosArePermitted(permissionCodes, async () => {
        // Who has to do it is asked apart from the whole: both must say that it is open.
        if (reopen) await setDone(todoId, externalId, false)
        await put(todoId, externalId, '', {
          subject: subjectOf(title),
          dueTime: dueAt.getTime(),
          ...(reopen ? { done: false } : {}),
        })
      }),

    finish: (todoId, externalId) =>
      whereTodosArePermitted(permissionCodes, () => setDone(todoId, externalId, true)),
  }
}
