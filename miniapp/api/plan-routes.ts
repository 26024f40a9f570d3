import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'
import type { Subject } from '../../core/changes/change.js'
import type { DeadlineKind } from '../../core/playbook/ladders.js'
import { DomainError } from '../../core/errors.js'
import type { Plans, PlanView } from '../contract/ladders.js'
import { ladderWords } from './admin-texts.js'
import type { AddRoute } from './api.js'
import type { ApiDeps } from './deps.js'
import { presentStep } from './present-plan.js'

const leadKinds: DeadlineKind[] = ['lead.accept', 'lead.dispatch', 'lead.view']

/** What will fire when, to whom: for a lead its own deadlines and its tasks', for customers and deals their tasks'. */
export function addPlanRoutes(add: AddRoute, { core }: ApiDeps): void {
  async function plan(tx: EntityManager, kind: DeadlineKind, subject: Subject, about: string | null) {
    const found = await core.deadlines.preview(tx, { kind, subject })
    if (!found) return []
    const shown: PlanView = {
      id: found.deadlineId,
      kind,
      label: ladderWords[kind]?.label ?? kind,
      about,
      state: found.state,
      dueAt: found.dueAt.toISOString(),
      steps: found.steps.filter(({ state }) => state === 'planned').map(presentStep),
    }
    return [shown]
  }

  async function ofTasks(
    tx: EntityManager,
    about: { type: 'lead' | 'customer'; id: string },
  ): Promise<PlanView[]> {
    const rows: PlanView[] = []
    for (const { id, title } of await core.tasks.openAbout(tx, about))
      rows.push(...(await plan(tx, 'task.due', { type: 'task', id }, title)))
    return rows
  }

  async function ofLead(tx: EntityManager, actor: PersonActor, id: string): Promise<PlanView[]> {
    await core.leads.require(tx, actor, id)
    const rows: PlanView[] = []
    for (const kind of leadKinds) rows.push(...(await plan(tx, kind, { type: 'lead', id }, null)))
    return [...rows, ...(await ofTasks(tx, { type: 'lead', id }))]
  }

  add('get', '/plans/:type/:id', (ctx, actor): Promise<Plans> => {
    const { type, id = '' } = ctx.params
    return core.read(async (tx) => {
      if (type === 'lead') return { rows: await ofLead(tx, actor, id) }
      if (type === 'customer') {
        await core.customers.require(tx, actor, id)
        return { rows: await ofTasks(tx, { type: 'customer', id }) }
      }
      if (type === 'deal') {
        const { customerId } = await core.deals.require(tx, actor, id)
        return { rows: await ofTasks(tx, { type: 'customer', id: customerId }) }
      }
      throw new DomainError('request.not_found')
    })
  })
}
