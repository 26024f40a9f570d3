import { fromLocal } from '../../core/deadlines/working-time.js'
import { DomainError } from '../../core/errors.js'
import { dueTimeOf } from '../../core/follow-ups/next-time.js'
import { postponeSchema } from '../contract/tasks.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { parse } from './problems.js'

export function addTaskRoutes(add: AddRoute, { core, config }: ApiDeps): void {
  add('post', '/tasks/:id/done', async (ctx, actor) => {
    await core.write((tx) => core.tasks.finish(tx, actor, ctx.params.id ?? ''))
    return { ok: true }
  })

  add('post', '/tasks/:id/postpone', async (ctx, actor) => {
    const { to } = parse(postponeSchema, await readJson(ctx))
    const now = core.clock.now()
    const endOf = fromLocal(to.length === 10 ? `${to}T23:59` : to, config.timeZone)
    const due = endOf > now ? dueTimeOf(to, now, config.timeZone) : null
    if (!due) throw new DomainError('task.time_passed')
    await core.write((tx) => core.tasks.postpone(tx, actor, ctx.params.id ?? '', due))
    return { ok: true }
  })
}
