import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { PersonActor } from '../../core/actor.js'
import { refuseCrossSite, requireActor } from './guard.js'
import { addCustomerRoutes } from './customer-routes.js'
import { addDealRoutes } from './deal-routes.js'
import type { ApiDeps } from './deps.js'
import { addDirectoryRoutes } from './directory-routes.js'
import { addDoctorRoutes } from './doctor-routes.js'
import { addFileRoutes } from './file-routes.js'
import { addFollowUpRoutes } from './follow-up-routes.js'
import { addLadderRoutes } from './ladder-routes.js'
import { addLeaveRoutes } from './leave-routes.js'
import { addLeadEntryRoutes } from './lead-entry-routes.js'
import { addLeadRoutes } from './lead-routes.js'
import { addLiveRoute } from './live.js'
import { addMessageRoutes } from './message-routes.js'
import { addPeopleRoutes } from './people-routes.js'
import { addPlanRoutes } from './plan-routes.js'
import { answerProblems } from './problems.js'
import { addRuleRoutes } from './rule-routes.js'
import { addSessionRoutes } from './session-routes.js'
import { addSignInRoutes } from './sign-in-routes.js'
import { addSystemRoutes } from './system-routes.js'
import { addTaskRoutes } from './task-routes.js'
import { addTodayRoute } from './today-routes.js'

/** Adds a route that needs a signed-in person. What `run` returns is the body. */
export type AddRoute = (
  method: 'get' | 'post' | 'patch',
  path: string,
  run: (ctx: Context & { params: Record<string, string> }, actor: PersonActor) => Promise<object>,
) => void

/**
 * The REST interface of the pages, to be mounted under `/api`: authenticate → validate → core → present.
 *
 * Refusals are `{ code, message, fields? }` with 401, 403, 404, 409, 413, 422, 429 or 503.
 */
export function createApi(deps: ApiDeps): Router {
  const router = new Router()
  router.use(answerProblems(deps.log ?? { error: () => {} }))
  router.use(async (ctx, next) => {
    // Pages count down by the product's clock, which is not the one in the Date header while it is pushed forward.
    ctx.set('x-now', deps.core.clock.now().toISOString())
    await next()
  })
  router.use(refuseCrossSite)
  const add: AddRoute = (method, path, run) => {
    router[method](path, async (ctx) => {
      ctx.body = await run(ctx as never, await requireActor(deps.core, ctx))
    })
  }
  addSessionRoutes(router, deps, add)
  addSignInRoutes(router, deps, add)
  addPeopleRoutes(add, deps)
  addTodayRoute(add, deps)
  addLeadRoutes(add, deps)
  addLeadEntryRoutes(add, deps)
  addFollowUpRoutes(add, deps)
  addTaskRoutes(add, deps)
  addCustomerRoutes(add, deps)
  addDealRoutes(add, deps)
  addFileRoutes(router, deps, add)
  addPlanRoutes(add, deps)
  addMessageRoutes(add, deps)
  addSystemRoutes(add, deps)
  addDirectoryRoutes(add, deps)
  addDoctorRoutes(router, deps, add)
  addLadderRoutes(add, deps)
  addRuleRoutes(add, deps)
  addLeaveRoutes(add, deps)
  addLiveRoute(router, deps)
  return router
}
