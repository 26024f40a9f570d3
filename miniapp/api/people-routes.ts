import { departmentNames } from '../../core/org/departments.js'
import { authorize } from '../../core/permissions/permissions.js'
import { noNumbers, numbersOf } from '../../core/reports/person-numbers.js'
import type { Options, PickablePeople, Profile, Team } from '../contract/session.js'
import type { AddRoute } from './api.js'
import type { ApiDeps } from './deps.js'
import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'

export function addPeopleRoutes(add: AddRoute, { core, config }: ApiDeps): void {
  /** A manager's reps; an admin's are everybody's. */
  const teamOf = (tx: EntityManager, actor: PersonActor) =>
    core.org.reps(tx, actor.role === 'admin' ? undefined : actor.departmentIds)

  add('get', '/me/profile', (_ctx, actor): Promise<Profile> => {
    return core.read(async (tx) => {
      const person = await core.org.person(tx, actor.personId)
      const at = { now: core.clock.now(), timeZone: config.timeZone }
      const numbers = (await numbersOf(tx, [person.id], at)).get(person.id) ?? noNumbers
      const accounts = await core.org.accountsOf(tx, person.id)
      return {
        numbers: { openLeads: person.openLeads, openLeadCap: person.openLeadCap, ...numbers },
        accounts: accounts.map(({ platform, externalId, state, boundAt }) => ({
          platform,
          account: externalId,
          state,
          boundAt: boundAt.toISOString(),
        })),
        version: config.version ?? '',
      }
    })
  })

  add('get', '/team', (_ctx, actor): Promise<Team> => {
    authorize(actor, 'lead.reassign')
    return core.read(async (tx) => {
      const there = await teamOf(tx, actor)
      // Those on leave get no leads and are not among the reps; their manager still wants to see them.
      const away = (await core.deadlines.leaves.coming(tx, actor)).flatMap(({ leave, person }) =>
        leave.fromAt <= core.clock.now() && person.role === 'rep'
          ? [{ ...person, state: 'away' as const }]
          : [],
      )
      const reps = [...new Map([...there, ...away].map((one) => [one.id, one])).values()]
      const numbers = await numbersOf(
        tx,
        reps.map(({ id }) => id),
        { now: core.clock.now(), timeZone: config.timeZone },
      )
      const rows = reps.map((rep) => ({
        id: rep.id,
        name: rep.name,
        title: rep.title,
        state: rep.state,
        openLeads: rep.openLeads,
        openLeadCap: rep.openLeadCap,
        ...(numbers.get(rep.id) ?? noNumbers),
      }))
      return { rows: rows.sort((a, b) => b.openLeads - a.openLeads || (a.name < b.name ? -1 : 1)) }
    })
  })

  add('get', '/people', (_ctx, actor): Promise<PickablePeople> => {
    authorize(actor, 'lead.reassign')
    return core.read(async (tx) => {
      const departments = await departmentNames(tx)
      const rows = (await teamOf(tx, actor)).map((rep) => ({
        id: rep.id,
        name: rep.name,
        title: rep.title,
        department: departments.get(rep.departmentId) ?? '',
        openLeads: rep.openLeads,
        openLeadCap: rep.openLeadCap,
      }))
      return { rows: rows.sort((a, b) => a.openLeads / a.openLeadCap - b.openLeads / b.openLeadCap) }
    })
  })

  add('get', '/options', (_ctx, actor): Promise<Options> => {
    return core.read(async (tx) => {
      const seesOthers = actor.role === 'manager' || actor.role === 'admin'
      const owners = seesOthers ? await teamOf(tx, actor) : []
      return {
        sources: await core.playbook.get(tx, 'sources'),
        stages: (await core.playbook.get(tx, 'stages')).map(({ key, label, outcome }) => ({
          key,
          label,
          outcome,
        })),
        owners: owners.map(({ id, name }) => ({ id, name })),
      }
    })
  })
}
