import { In, IsNull, MoreThan, type EntityManager } from 'typeorm'
import type { PersonActor } from '../actor.js'
import { LeaveEntity, type Leave } from '../org/leave.js'
import type { Org } from '../org/org.js'
import type { Person } from '../org/person.js'
import { can } from '../permissions/permissions.js'
import type { DeadlineKind } from '../playbook/ladders.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import { DeadlineEntity } from './deadline.js'

/** What happens when somebody goes. */
export interface LeaveEffect {
  /** What waits for them now and would go on without them at the leave's beginning. */
  waiting: { kind: DeadlineKind; n: number }[]
  /** Who is asked in their place where a manager is: there at the moment. */
  manager: Pick<Person, 'id' | 'name'> | null
}

interface LeaveViewDeps {
  clock: Clock
  org: Org
  playbook: Playbook
}

/** Who may go for whom, who is away, and what that means. */
export function createLeaveViews({ clock, org, playbook }: LeaveViewDeps) {
  /** May they note and take back this person's leave? Their own, a manager their people's, an admin everybody's. */
  const mayKeep = (actor: PersonActor, person: Pick<Person, 'id' | 'departmentId'>): boolean =>
    actor.personId === person.id ||
    can(actor, 'organisation.edit') ||
    (actor.role === 'manager' && actor.departmentIds.includes(person.departmentId))

  return {
    mayKeep,

    /** Those whose leave the person keeps, themselves first, then by name; nobody who has left. */
    async keptBy(tx: EntityManager, actor: PersonActor): Promise<Person[]> {
      const keepsOthers = actor.role === 'manager' || can(actor, 'organisation.edit')
      if (!keepsOthers) return [await org.person(tx, actor.personId)]
      const kept = (await org.everybody(tx)).filter((person) => mayKeep(actor, person))
      return kept.toSorted((a, b) => Number(b.id === actor.personId) - Number(a.id === actor.personId))
    },

    /** Running and coming leave of those whose leave the person keeps, soonest first; at most 200. */
    async coming(tx: EntityManager, actor: PersonActor): Promise<{ leave: Leave; person: Person }[]> {
      const people = new Map((await this.keptBy(tx, actor)).map((person) => [person.id, person]))
      const leaves = await tx.getRepository(LeaveEntity).find({
        where: { personId: In([...people.keys()]), toAt: MoreThan(clock.now()), cancelledAt: IsNull() },
        order: { fromAt: 'ASC', id: 'ASC' },
        take: 200,
      })
      return leaves.flatMap((leave) => {
        const person = people.get(leave.personId)
        return person ? [{ leave, person }] : []
      })
    },

    /** What would happen to what waits for a person if their leave began now. Reads only. */
    async effectOf(tx: EntityManager, personId: string): Promise<LeaveEffect> {
      const ladders = await playbook.get(tx, 'ladders')
      const waiting: LeaveEffect['waiting'] = []
      for (const kind of Object.keys(ladders) as DeadlineKind[]) {
        if (ladders[kind].whenAway !== 'next') continue
        const where = { personId, kind, state: 'waiting' as const, pausedAt: IsNull() }
        const n = await tx.getRepository(DeadlineEntity).countBy(where)
        if (n > 0) waiting.push({ kind, n })
      }
      const { departmentId } = await org.person(tx, personId)
      const [manager] = await org.managersAbove(tx, departmentId, personId)
      return { waiting, manager: manager ? { id: manager.id, name: manager.name } : null }
    },
  }
}
