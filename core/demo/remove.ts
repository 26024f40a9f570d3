import type { Core } from '../app.js'
import { systemActor } from '../actor.js'
import { SealEntity } from '../changes/change.js'
import { sealDay } from '../changes/verify.js'
import { asDate, execute, marks } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import { addDays, fromLocal, localDay } from '../deadlines/working-time.js'
import { InstallationEntity } from '../org/installation.js'
import { findBelongings, selectAmong, slices, type Belongings } from './belongings.js'
import { demoFact } from './fact.js'
import { handBack, type HandedBack } from './hand-back.js'

export interface DemoRemoval {
  /** Rows removed, by table. */
  removed: Record<string, number>
  handedBack: HandedBack
  /** Local days whose seal was made anew, since changes of the demo were under it. */
  resealed: string[]
  /** Files whose content the caller takes out of the file store. */
  fileIds: string[]
}

/**
 * Removes the demo company with everything that hangs on it, in one unit of work. Real records stay; those that a
 * person of the demo had in hand are handed back (see `handBack`). What the demo's people did to real records stays in
 * those records' chains, by their ids. Without a demo nothing changes.
 */
export async function removeDemo(core: Core): Promise<DemoRemoval> {
  return core.write(async (tx) => {
    const gone = await findBelongings(tx)
    const fact = await tx.getRepository(InstallationEntity).findOneBy({ name: demoFact })
    if (!fact && Object.values(gone).every((ids: string[]) => ids.length === 0))
      return { removed: {}, handedBack: { leads: [], customers: [], deals: [] }, resealed: [], fileIds: [] }
    await freePlaces(tx, core, gone)
    const { removed, days } = await removeRows(tx, core, gone)
    const handedBack = await handBack(tx, core, gone)
    await tx.getRepository(InstallationEntity).delete({ name: demoFact })
    const resealed = await sealAnew(tx, core, days)
    await core.changes.append(tx, systemActor('demo'), {
      subject: { type: 'installation', id: demoFact },
      kind: 'demo.removed',
      data: { removed, resealed, handedBack: { ...handedBack } },
    })
    return { removed, handedBack, resealed, fileIds: gone.files }
  })
}

/** Real people who had a lead of the demo in hand have room again. */
async function freePlaces(tx: Tx, core: Core, gone: Belongings): Promise<void> {
  const held = await selectAmong<{ holder: string }>(
    tx,
    "SELECT COALESCE(offeredToId, ownerId) AS holder FROM leads WHERE state IN ('owned', 'offered') AND id IN",
    gone.leads,
  )
  for (const { holder } of held) if (!gone.people.includes(holder)) await core.org.freePlace(tx, holder)
}

/** @returns rows removed by table, and the local days that the removed changes stood under. */
async function removeRows(tx: Tx, core: Core, gone: Belongings) {
  const { people, departments, regions, lines, leads, customers, deals, followUps, tasks, files } = gone
  const records = [...leads, ...customers, ...deals, ...followUps, ...tasks]
  const changes = await selectAmong<{ id: string; at: Date | string }>(
    tx,
    'SELECT id, at FROM changes WHERE subjectId IN',
    [...records, ...people],
  )
  const changeIds = changes.map((change) => change.id)
  const plan: [table: string, column: string, ids: string[]][] = [
    ['outbox', 'changeId', changeIds],
    ['change_values', 'changeId', changeIds],
    ['changes', 'id', changeIds],
    ['deadlines', 'subjectId', records],
    ['deliveries', 'subjectId', records],
    ['deliveries', 'personId', people],
    ['files', 'id', files],
    ['tasks', 'id', tasks],
    ['follow_ups', 'id', followUps],
    ['deals', 'id', deals],
    ['dedupe_keys', 'subjectId', [...leads, ...customers]],
    ['touches', 'subjectId', [...leads, ...customers]],
    ['contacts', 'customerId', customers],
    ['customers', 'id', customers],
    ['lead_penalties', 'leadId', leads],
    ['lead_penalties', 'personId', people],
    ['assignment_runs', 'leadId', leads],
    ['offers', 'leadId', leads],
    ['leads', 'id', leads],
    ['sessions', 'personId', people],
    ['bindings', 'personId', people],
    ['familiarities', 'personId', people],
    ['familiarities', 'productLineId', lines],
    ['people', 'id', people],
    ['departments', 'id', departments],
    ['regions', 'id', regions],
    ['product_lines', 'id', lines],
  ]
  const removed: Record<string, number> = {}
  for (const [table, column, ids] of plan)
    for (const slice of slices(ids)) {
      const count = await execute(tx, `DELETE FROM ${table} WHERE ${column} IN (${marks(slice)})`, slice)
      removed[table] = (removed[table] ?? 0) + count
    }
  return { removed, days: new Set(changes.map(({ at }) => localDay(asDate(at), core.timeZone))) }
}

/** A seal covers a whole day: without the demo's changes it would not fit any more, and look like tampering. */
async function sealAnew(tx: Tx, core: Core, days: ReadonlySet<string>): Promise<string[]> {
  const seals = tx.getRepository(SealEntity)
  const affected = (await seals.find({ order: { day: 'ASC' } })).filter(({ day }) => days.has(day))
  for (const { day } of affected) {
    await seals.delete({ day })
    const range = { from: fromLocal(day, core.timeZone), to: fromLocal(addDays(day, 1), core.timeZone) }
    await sealDay(tx, { day, ...range, now: core.clock.now() })
  }
  return affected.map(({ day }) => day)
}
