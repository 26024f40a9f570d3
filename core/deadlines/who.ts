import { In, IsNull, type EntityManager } from 'typeorm'
import type { Role } from '../actor.js'
import type { Org } from '../org/org.js'
import { DepartmentEntity, PersonEntity, type Person } from '../org/person.js'
import { presentPeople, whoAnswersFor } from '../org/present.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import { onDuty } from './duty.js'

/** What a subject says of whom its steps concern. */
export interface Concerned {
  ownerId: string | null
  departmentId: string | null
}

/** A step's `who`, read. */
export type Who =
  | { kind: 'owner' }
  | { kind: 'manager'; up: number }
  | { kind: 'leader' }
  | { kind: 'role'; role: Role }
  | { kind: 'duty'; list: string | null }

const roles: readonly Role[] = ['rep', 'manager', 'admin', 'support']

/** Reads a step's `who`. A step that names nobody, or whom this version does not know, concerns the manager. */
export function readWho(text: string | undefined): Who {
  const [name = '', rest = ''] = (text ?? '').split(/[:+]/)
  switch (name) {
    case 'owner':
    case 'leader':
      return { kind: name }
    case 'duty':
      return { kind: 'duty', list: rest || null }
    case 'role': {
      const role = roles.find((one) => one === rest)
      return role ? { kind: 'role', role } : { kind: 'manager', up: 0 }
    }
    default:
      return { kind: 'manager', up: name === 'manager' ? Number(rest) || 0 : 0 }
  }
}

const most = 50

export type WhoIsThere = ReturnType<typeof createWho>

/** Answers who a step concerns now: the one place that knows managers, roles, duty lists, leave and deputies. */
export function createWho({
  clock,
  org,
  playbook,
  timeZone,
}: {
  clock: Clock
  org: Org
  playbook: Playbook
  timeZone: string
}) {
  const present = (tx: EntityManager, ids: readonly string[]) => presentPeople(tx, ids, clock.now())

  async function withRole(tx: EntityManager, role: Role): Promise<Person[]> {
    const rows = await tx
      .getRepository(PersonEntity)
      .find({ where: { role, state: In(['active', 'away']) }, order: { id: 'ASC' }, take: most })
    return present(
      tx,
      rows.map(({ id }) => id),
    )
  }

  /**
   * Leaders above the owner from a level on, who are there, nearest first; below it only when nobody is higher up. The
   * owner is not asked about their own case.
   */
  async function managersFrom(tx: EntityManager, up: number, about: Concerned): Promise<Person[]> {
    const departmentId = about.departmentId ?? (await departmentOf(tx, about.ownerId))
    if (!departmentId) return []
    const levels = await org.leadersAbove(tx, departmentId, about.ownerId ?? undefined)
    const answers = await whoAnswersFor(tx, levels, clock.now())
    const there = levels
      .map((id) => answers.get(id))
      .map((one) => (one?.id === about.ownerId ? undefined : one))
    const present = (from: number, to?: number) => there.slice(from, to).filter((one) => one !== undefined)
    const higher = present(Math.min(up, levels.length - 1))
    // Above the top there is nobody: the highest who is there is asked.
    return higher.length > 0 ? higher : present(0).slice(-1)
  }

  async function departmentOf(tx: EntityManager, personId: string | null): Promise<string | null> {
    return personId ? ((await org.findPerson(tx, personId))?.departmentId ?? null) : null
  }

  async function leaderOf(tx: EntityManager, about: Concerned): Promise<Person[]> {
    const id = about.departmentId ?? (await departmentOf(tx, about.ownerId))
    const department = id ? await tx.getRepository(DepartmentEntity).findOneBy({ id }) : null
    return department?.leaderId ? present(tx, [department.leaderId]) : []
  }

  async function asked(tx: EntityManager, who: Who, about: Concerned): Promise<Person[]> {
    switch (who.kind) {
      case 'owner':
        return about.ownerId ? present(tx, [about.ownerId]) : []
      case 'leader':
        return leaderOf(tx, about)
      case 'role':
        return withRole(tx, who.role)
      case 'duty':
        return present(tx, onDuty(await playbook.get(tx, 'duty'), who.list, clock.now(), timeZone))
      case 'manager':
        return managersFrom(tx, who.up, about)
    }
  }

  async function lastResort(tx: EntityManager, about: Concerned): Promise<Person[]> {
    const [next] = await managersFrom(tx, 0, about)
    if (next) return [next]
    const admins = await withRole(tx, 'admin')
    if (admins.length > 0) return admins
    const tops = await tx.getRepository(DepartmentEntity).findBy({ parentId: IsNull() })
    return present(
      tx,
      tops.flatMap(({ leaderId }) => leaderId ?? []),
    )
  }

  return {
    /**
     * The people whom a step concerns now, without those on leave or away: their deputy answers, else the next manager,
     * at the end the top of the organisation and its admins. Empty only where no active admin or leader exists at all,
     * and with `besides` when that person is the only one.
     *
     * @param text - `who` as written in the ladder.
     * @param about - the subject's owner and department. The owner is no manager of their own case.
     * @param besides - who has been asked already: somebody else is wanted, of managers the next one up.
     */
    async people(
      tx: EntityManager,
      text: string | undefined,
      about: Concerned,
      { besides = null }: { besides?: string | null } = {},
    ): Promise<Person[]> {
      const who = readWho(text)
      const asking = await asked(tx, who, about)
      const found = asking.length > 0 ? asking : await lastResort(tx, about)
      const others = found.filter(({ id }) => id !== besides)
      return others.slice(0, who.kind === 'manager' && asking.length > 0 ? 1 : most)
    },
  }
}
