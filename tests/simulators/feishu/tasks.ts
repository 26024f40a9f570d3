import type { SimAnswer } from './api.js'
import type { World } from './world.js'

type Fields = Record<string, unknown>

interface TasksDeps {
  world: Pick<World, 'next' | 'find'>
  ok: (data: object) => SimAnswer
  no: (code: number, status?: number) => SimAnswer
  /** A refusal unless one of these permissions is there. */
  needs: (...anyOf: string[]) => SimAnswer | null
}

/** Fields of a task that one may set. Members, reminders and lists have calls of their own. */
const settable = new Set(['summary', 'description', 'due', 'start', 'extra', 'completed_at', 'repeat_rule'])
const isSummary = (value: unknown) => typeof value === 'string' && value !== '' && value.length <= 3000
/** Milliseconds: a number of seconds has three digits less. */
const isDue = (value: unknown) =>
  /^\d{13}$/.test(String((value as { timestamp?: unknown } | null)?.timestamp))

/** Tasks of the second generation. @see https://open.feishu.cn/document/task-v2/task/overview */
export function createTasks({ world, ok, no, needs }: TasksDeps) {
  /** By the token of their making. */
  const tasks = new Map<string, Fields>()
  const find = (guid: string) => [...tasks.values()].find((one) => one['guid'] === guid)

  function make(body: Fields): SimAnswer {
    const refused = needs('task:task:write', 'task:task:writeonly')
    if (refused) return refused
    const { summary, due, members = [] } = body
    if (!isSummary(summary) || (due !== undefined && !isDue(due))) return no(1470400)
    if (!Array.isArray(members) || !members.every(({ id }: Fields) => world.find(String(id))))
      return no(1470400)
    const token = String(body['client_token'] ?? world.next('token'))
    const made = tasks.get(token) ?? { ...body, guid: world.next('task-'), completed_at: '0' }
    tasks.set(token, made)
    return ok({ task: made })
  }

  /** What is not named stays; what is completed cannot be completed again. */
  function patch(guid: string, body: Fields): SimAnswer {
    const refused = needs('task:task:write', 'task:task:writeonly')
    if (refused) return refused
    const found = find(guid)
    if (!found) return no(1470404, 404)
    const names = Array.isArray(body['update_fields']) ? body['update_fields'].map(String) : []
    const fields = (body['task'] ?? {}) as Fields
    if (names.length === 0 || names.some((name) => !settable.has(name))) return no(1470400)
    if (names.includes('summary') && !isSummary(fields['summary'])) return no(1470400)
    if (names.includes('due') && fields['due'] !== undefined && !isDue(fields['due'])) return no(1470400)
    const completes = names.includes('completed_at') && fields['completed_at'] !== '0'
    if (completes && found['completed_at'] !== '0') return no(1470400)
    for (const name of names) found[name] = fields[name]
    return ok({ task: found })
  }

  function read(guid: string): SimAnswer {
    const found = find(guid)
    return needs('task:task:write', 'task:task:read') ?? (found ? ok({ task: found }) : no(1470404, 404))
  }

  return {
    tasks,
    /** @returns null for what is no call of tasks. */
    handle(method: string, path: string, body: Fields): SimAnswer | null {
      if (`${method} ${path}` === 'POST /task/v2/tasks') return make(body)
      const guid = /^\/task\/v2\/tasks\/([^/]+)$/.exec(path)?.[1]
      if (guid === undefined) return null
      if (method === 'PATCH') return patch(guid, body)
      return method === 'GET' ? read(guid) : null
    },
  }
}
