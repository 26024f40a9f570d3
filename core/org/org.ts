import { In, type EntityManager } from 'typeorm'
import type { Origin, PersonActor } from '../actor.js'
import { execute, marks, select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import { findById, lookUp } from '../db/gather.js'
import { readOnce } from '../db/unit-state.js'
import { DomainError } from '../errors.js'
import type { Clock } from '../ports/clock.js'
import type { Platform } from '../ports/platform.js'
import { keepPeople, keptPerson, takePlaceOf } from './places.js'
import { onLeave } from './leave.js'
import {
  BindingEntity,
  DepartmentEntity,
  FamiliarityEntity,
  PersonEntity,
  ProductLineEntity,
  RegionEntity,
  type Binding,
  type Department,
  type Person,
} from './person.js'
import { presentPeople } from './present.js'

export type Org = ReturnType<typeof createOrg>

/** People, departments, regions and product lines: who is there, who leads whom, who is which account. */
export function createOrg({ clock }: { clock: Clock }) {
  async function departments(tx: EntityManager): Promise<Map<string, Department>> {
    return readOnce(tx, 'departments', 'all', async () => {
      const rows = await tx.getRepository(DepartmentEntity).find()
      return new Map(rows.map((row) => [row.id, row]))
    })
  }

  return {
    /** @throws DomainError `person.not_found`. */
    async person(tx: EntityManager, id: string): Promise<Person> {
      const person = keptPerson(tx, id) ?? (await tx.getRepository(PersonEntity).findOneBy({ id }))
      if (!person) throw new DomainError('person.not_found', { id })
      return person
    },

    async findPerson(tx: EntityManager, id: string): Promise<Person | null> {
      return findById(tx, PersonEntity, id)
    },

    /** People by id, those that exist. */
    async people(tx: EntityManager, ids: readonly string[]): Promise<Map<string, Person>> {
      const unique = [...new Set(ids)]
      if (unique.length === 0) return new Map()
      const rows = await tx.getRepository(PersonEntity).findBy({ id: In(unique) })
      return new Map(rows.map((row) => [row.id, row]))
    },

    /** Everybody who has not left, by name; at most 5,000. */
    async everybody(tx: EntityManager): Promise<Person[]> {
      return tx
        .getRepository(PersonEntity)
        .find({ where: { state: In(['active', 'away']) }, order: { name: 'ASC' }, take: 5000 })
    },

    /** The person as an actor: role, and the departments whose rows a manager sees. Null for people who left. */
    async actorOf(tx: EntityManager, personId: string, origin: Origin): Promise<PersonActor | null> {
      const person = await findById(tx, PersonEntity, personId)
      if (!person || person.state === 'left') return null
      const departmentIds = person.role === 'manager' ? below(await departments(tx), person) : []
      return { kind: 'person', personId, role: person.role, departmentIds, origin }
    },

    /** The person behind a messenger account; null when the account is bound to nobody. */
    async findByAccount(tx: EntityManager, platform: Platform, externalId: string): Promise<Person | null> {
      const binding = await tx.getRepository(BindingEntity).findOneBy({ platform, externalId })
      return binding ? tx.getRepository(PersonEntity).findOneBy({ id: binding.personId }) : null
    },

    /** Which of these accounts of a platform are bound to somebody. */
    async boundAmong(
      tx: EntityManager,
      platform: Platform,
      externalIds: readonly string[],
    ): Promise<Set<string>> {
      if (externalIds.length === 0) return new Set()
      const rows = await select<{ externalId: string }>(
        tx,
        `SELECT externalId FROM bindings WHERE platform = ? AND externalId IN (${marks(externalIds)})`,
        [platform, ...externalIds],
      )
      return new Set(rows.map((row) => row.externalId))
    },

    /** A person's accounts, verified ones first. */
    async accountsOf(tx: EntityManager, personId: string): Promise<Binding[]> {
      const order = { boundAt: 'ASC' } as const
      const rows = await lookUp(tx, BindingEntity, personId, { by: 'personId', order, most: 50 })
      return rows.toSorted((a, b) => Number(b.state === 'verified') - Number(a.state === 'verified'))
    },

    /**
     * The chain of leaders above a department, nearest first, without repeats. In the place of those on leave stands
     * their deputy; those who are away without one, or left, are passed over: a question to them would be one to nobody.
     *
     * @param without - a person who must not be asked about their own case.
     */
    async managersAbove(tx: EntityManager, departmentId: string, without?: string): Promise<Person[]> {
      const leaders = await presentPeople(tx, await this.leadersAbove(tx, departmentId, without), clock.now())
      return leaders.filter(({ id }) => id !== without)
    },

    /** Ids of the leaders above a department, there or not: the levels of the organisation. As for `managersAbove`. */
    async leadersAbove(tx: EntityManager, departmentId: string, without?: string): Promise<string[]> {
      const all = await departments(tx)
      const ids: string[] = []
      const seen = new Set<string>()
      for (
        let at = all.get(departmentId);
        at && !seen.has(at.id);
        at = at.parentId ? all.get(at.parentId) : undefined
      ) {
        seen.add(at.id)
        if (at.leaderId && at.leaderId !== without && !ids.includes(at.leaderId)) ids.push(at.leaderId)
      }
      return ids
    },

    /**
     * The department at the top of the tree: where a lead stands that belongs nowhere else. Of several, the oldest with a
     * leader, so that somebody is asked.
     */
    async rootDepartment(tx: EntityManager): Promise<Department> {
      const roots = [...(await departments(tx)).values()]
        .filter((department) => department.parentId === null)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
      const root = roots.find(({ leaderId }) => leaderId !== null) ?? roots[0]
      if (!root) throw new DomainError('organisation.empty')
      return root
    },

    /** A department and everything below it. */
    async departmentsBelow(tx: EntityManager, departmentId: string): Promise<string[]> {
      return subtree(await departments(tx), [departmentId])
    },

    /** Active reps of the given departments, of the whole organisation without them; nobody who is on leave. */
    async reps(tx: EntityManager, departmentIds?: readonly string[]): Promise<Person[]> {
      const where = { role: 'rep' as const, state: 'active' as const }
      if (departmentIds?.length === 0) return []
      return readOnce(tx, 'people', `reps ${departmentIds?.join() ?? 'all'}`, async () => {
        const reps = await tx.getRepository(PersonEntity).find({
          where: departmentIds ? { ...where, departmentId: In([...departmentIds]) } : where,
          order: { id: 'ASC' },
          take: 1000,
        })
        const away = await onLeave(tx, clock.now())
        return keepPeople(
          tx,
          reps.filter(({ id }) => !away.has(id)),
        )
      })
    },

    async regions(tx: EntityManager) {
      return readOnce(tx, 'regions', 'all', () =>
        tx.getRepository(RegionEntity).find({ order: { id: 'ASC' } }),
      )
    },

    async productLines(tx: EntityManager) {
      return readOnce(tx, 'product_lines', 'all', () =>
        tx.getRepository(ProductLineEntity).find({ order: { id: 'ASC' } }),
      )
    },

    /** Familiarity with one product line by person, 0 to 1. */
    async familiarity(
      tx: EntityManager,
      productLineId: string,
      personIds: readonly string[],
    ): Promise<Map<string, number>> {
      if (personIds.length === 0) return new Map()
      return readOnce(tx, 'familiarities', `${productLineId} ${personIds.join()}`, async () => {
        const rows = await tx
          .getRepository(FamiliarityEntity)
          .findBy({ productLineId, personId: In([...personIds]) })
        return new Map(rows.map((row) => [row.personId, row.permille / 1000]))
      })
    },

    /** Takes one of a person's open places. False when the cap is reached: the update decides, not a count. */
    takePlace: takePlaceOf,

    /** Takes a place even above the cap: a person's own decision (指派, 自己接) outranks the cap. */
    async forcePlace(tx: Tx, personId: string): Promise<void> {
      await execute(tx, 'UPDATE people SET openLeads = openLeads + 1 WHERE id = ?', [personId])
    },

    async freePlace(tx: Tx, personId: string): Promise<void> {
      await execute(tx, 'UPDATE people SET openLeads = openLeads - 1 WHERE id = ? AND openLeads > 0', [
        personId,
      ])
    },
  }
}

function below(all: Map<string, Department>, person: Person): string[] {
  const led = [...all.values()]
    .filter((department) => department.leaderId === person.id)
    .map((department) => department.id)
  return subtree(all, [...led, person.departmentId])
}

function subtree(all: Map<string, Department>, roots: string[]): string[] {
  const found = new Set(roots)
  // Departments come in any order: go round until a round adds nothing.
  for (let size = -1; size !== found.size;) {
    size = found.size
    for (const department of all.values())
      if (department.parentId && found.has(department.parentId)) found.add(department.id)
  }
  return [...found]
}
