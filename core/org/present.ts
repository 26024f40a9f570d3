import { In, type EntityManager } from 'typeorm'
import { leavesAt } from './leave.js'
import { PersonEntity, type Person } from './person.js'

/** People who are there at an instant, or who stands in for them. Order is kept, nobody twice. */
export async function presentPeople(tx: EntityManager, ids: readonly string[], now: Date): Promise<Person[]> {
  const answers = await whoAnswersFor(tx, ids, now)
  return [...new Map([...answers.values()].map((person) => [person.id, person])).values()]
}

/**
 * Who answers for each of these people at an instant: themselves, or their deputy while they are on leave. Those who
 * left, and those who are away without a deputy who is there, are missing. Order is kept.
 */
export async function whoAnswersFor(
  tx: EntityManager,
  ids: readonly string[],
  now: Date,
): Promise<Map<string, Person>> {
  const leaves = await leavesAt(tx, ids, now)
  const deputyIds = [...leaves.values()].flatMap(({ deputyId }) => deputyId ?? [])
  const wanted = [...new Set([...ids, ...deputyIds])]
  if (wanted.length === 0) return new Map()
  const rows = await tx.getRepository(PersonEntity).findBy({ id: In(wanted) })
  const people = new Map(rows.map((row) => [row.id, row]))
  const away = await leavesAt(tx, deputyIds, now)
  const answering = ids.flatMap((id): [string, Person][] => {
    const person = people.get(id)
    if (!person || person.state === 'left') return []
    const leave = leaves.get(id)
    if (person.state === 'active' && !leave) return [[id, person]]
    const deputy = leave?.deputyId ? people.get(leave.deputyId) : undefined
    return deputy?.state === 'active' && !away.has(deputy.id) ? [[id, deputy]] : []
  })
  return new Map(answering)
}
