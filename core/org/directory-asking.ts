import { IsNull, Not, type EntityManager } from 'typeorm'
import { z } from 'zod'
import { updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Whereabouts } from '../ports/directory.js'
import type { Platform } from '../ports/platform.js'
import { apartId } from './directory-plan.js'
import { DirectoryEntryEntity, DirectoryRunEntity, type DirectoryRun } from './directory-entry.js'
import { DepartmentEntity, PersonEntity } from './person.js'

/** So many accounts are asked for in one run: a minute or so of the platform's patience. The next run goes on there. */
export const mostAsked = 1000
/** Asked for at once: below what every platform answers in a second. */
export const askedAtOnce = 5

/** `after`: the account that the runs before this one got to; `asked`: how many of those behind it this one did. */
const cursorSchema = z.object({ after: z.string(), asked: z.number().int().min(0) })
type Cursor = z.infer<typeof cursorSchema>

/** What became of the people whom a platform's newest walk could not place, or did not meet at all. */
export interface Sight {
  /** Colleagues without a visible department, and the department that they are in; null while there are none. */
  apart: { department: string; people: number } | null
  /** Colleagues whom the newest walk did not meet. They stay as they are until the platform says that they are gone. */
  unseen: number
  /** Some of them were not asked for yet. */
  isUnasked: boolean
}

/**
 * An app with a partial range does not meet those who left, nor those who are out of its range. Which of the two
 * somebody is, the platform says when it is asked for their account.
 */
export function createAsking() {
  /** Colleagues whom this run did not meet, from where the runs before it had got to. */
  async function unseen(tx: EntityManager, run: DirectoryRun, { after }: Cursor): Promise<string[]> {
    const rows = await tx.getRepository(DirectoryEntryEntity).find({
      select: { externalId: true },
      where: { platform: run.platform, kind: 'person', localId: Not(IsNull()), seenRun: Not(run.id) },
    })
    const all = rows.map(({ externalId }) => externalId).sort()
    return [...all.filter((id) => id > after), ...all.filter((id) => id <= after)]
  }

  async function end(tx: Tx, run: DirectoryRun): Promise<void> {
    const cursor = read(run.cursor)
    const all = await unseen(tx, run, cursor)
    const last = cursor.asked < all.length ? (all[cursor.asked - 1] ?? cursor.after) : null
    await updateRows(
      tx,
      DirectoryRunEntity,
      { id: run.id, state: 'asking' },
      { state: 'applying', cursor: last === null ? null : written({ after: last, asked: 0 }) },
    )
  }

  return {
    /** Where a run begins to ask: behind the last account that the one before it got to. */
    async cursor(tx: EntityManager, platform: Platform): Promise<string> {
      return written({ after: read((await lastAsking(tx, platform))?.cursor ?? null).after, asked: 0 })
    },

    /** The accounts to ask for next; none when the run has asked for all of them, or for as many as it may. */
    async next(tx: EntityManager, run: DirectoryRun): Promise<string[]> {
      const cursor = read(run.cursor)
      return (await unseen(tx, run, cursor)).slice(
        cursor.asked,
        Math.min(cursor.asked + askedAtOnce, mostAsked),
      )
    },

    /** Takes what the platform said of these accounts; without any the run goes on to carry out what it knows. */
    async take(tx: Tx, run: DirectoryRun, answers: ReadonlyMap<string, Whereabouts>): Promise<void> {
      if (answers.size === 0) return end(tx, run)
      const cursor = read(run.cursor)
      const moved = await updateRows(
        tx,
        DirectoryRunEntity,
        { id: run.id, state: 'asking', cursor: run.cursor ?? '' },
        { cursor: written({ ...cursor, asked: cursor.asked + answers.size }) },
      )
      if (moved !== 1) return
      for (const [externalId, found] of answers)
        if (found === 'gone')
          await updateRows(
            tx,
            DirectoryEntryEntity,
            { platform: run.platform, kind: 'person', externalId },
            { isActive: false },
          )
    },

    /** For the admin's page; about the newest run that ended well. */
    async sight(tx: EntityManager, platform: Platform): Promise<Sight> {
      const entries = tx.getRepository(DirectoryEntryEntity)
      const order = { startedAt: 'DESC', id: 'DESC' } as const
      const newest = await tx
        .getRepository(DirectoryRunEntity)
        .findOne({ where: { platform, state: 'done' }, order })
      const localId = (await entries.findOneBy({ platform, kind: 'department', externalId: apartId }))
        ?.localId
      const department = localId && (await tx.getRepository(DepartmentEntity).findOneBy({ id: localId }))
      const people = localId
        ? await tx.getRepository(PersonEntity).countBy({ departmentId: localId, state: Not('left') })
        : 0
      return {
        apart: department && people > 0 ? { department: department.name, people } : null,
        unseen: newest?.isPartial
          ? await entries.countBy({
              ...{ platform, kind: 'person', isActive: true },
              ...{ localId: Not(IsNull()), seenRun: Not(newest.id) },
            })
          : 0,
        isUnasked: (await lastAsking(tx, platform))?.cursor !== null,
      }
    },
  }
}

/** The newest run that asked: events come too often for that. */
function lastAsking(tx: EntityManager, platform: Platform): Promise<DirectoryRun | null> {
  return tx.getRepository(DirectoryRunEntity).findOne({
    where: { platform, state: 'done', cause: Not('event') },
    order: { startedAt: 'DESC', id: 'DESC' },
  })
}

const written = (cursor: Cursor): string => JSON.stringify(cursor)

function read(cursor: string | null): Cursor {
  if (cursor === null) return { after: '', asked: 0 }
  return cursorSchema.parse(JSON.parse(cursor))
}
