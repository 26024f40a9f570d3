import type { EntityManager } from 'typeorm'
import { OvertakenError } from '../db/clash.js'
import { executeNow } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import { memoryOf, settle, unitOf, writeLater } from '../db/unit-state.js'
import type { Person } from './person.js'

/** With so few places left every one of them is taken at once, by a statement of its own. */
const scarce = 3

const name = (personId: string): string => `person ${personId}`

/** Keeps people for the rest of the unit. Whoever was read twice is one and the same object. */
export function keepPeople(tx: EntityManager, rows: Person[]): Person[] {
  const memory = memoryOf(tx, 'people')
  if (!memory) return rows
  return rows.map((row) => {
    const kept = memory.get(name(row.id)) as Person | undefined
    if (!kept) memory.set(name(row.id), row)
    return kept ?? row
  })
}

export const keptPerson = (tx: EntityManager, personId: string): Person | null =>
  (memoryOf(tx, 'people')?.get(name(personId)) as Person | undefined) ?? null

/**
 * Takes one of a person's open places. False when the cap is reached: the update decides, not a count.
 *
 * In a unit that takes many, those of one person are taken together before the commit, people in the order of their
 * ids: units that run side by side hold the rows for a moment only and never wait for each other in a circle. The
 * update still asks for the cap; if others were faster, the unit runs again with what they left.
 */
export async function takePlaceOf(tx: Tx, personId: string, now: Date): Promise<boolean> {
  const unit = unitOf(tx)
  const person = keptPerson(tx, personId)
  if (!unit || !person || person.openLeadCap - person.openLeads <= scarce)
    return takeNow(tx, person, personId, now)
  person.openLeads += 1
  person.lastOfferedAt = now
  const memory = memoryOf(tx, 'people')
  const taken = (memory?.get('taken') as Map<string, Taken> | undefined) ?? new Map<string, Taken>()
  memory?.set('taken', taken)
  taken.set(personId, { places: (taken.get(personId)?.places ?? 0) + 1, at: now })
  writeLater(unit, 'people', () => takeAll(tx, taken))
  return true
}

interface Taken {
  places: number
  at: Date
}

async function takeAll(tx: Tx, taken: Map<string, Taken>): Promise<void> {
  const all = [...taken].sort(([a], [b]) => (a < b ? -1 : 1))
  taken.clear()
  for (const [personId, { places, at }] of all) {
    const done = await executeNow(
      tx,
      'UPDATE people SET openLeads = openLeads + ?, lastOfferedAt = ? WHERE id = ? AND openLeads + ? <= openLeadCap',
      [places, at, personId, places],
    )
    if (done !== 1) throw new OvertakenError('the places were taken by others')
  }
}

async function takeNow(tx: Tx, person: Person | null, personId: string, now: Date): Promise<boolean> {
  const unit = unitOf(tx)
  // What this unit has taken so far counts against the same cap. A name of the table and no statement: nothing is forgotten.
  if (unit) await settle(unit, 'select people')
  const done = await executeNow(
    tx,
    'UPDATE people SET openLeads = openLeads + 1, lastOfferedAt = ? WHERE id = ? AND openLeads < openLeadCap',
    [now, personId],
  )
  if (person) {
    person.openLeads = done === 1 ? person.openLeads + 1 : person.openLeadCap
    if (done === 1) person.lastOfferedAt = now
  }
  return done === 1
}
