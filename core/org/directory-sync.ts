import { In, IsNull, LessThan, LessThanOrEqual, Not, type EntityManager } from 'typeorm'
import { systemActor, type Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import type { DirectoryPage, DirectoryScope, Whereabouts } from '../ports/directory.js'
import type { Ids } from '../ports/ids.js'
import type { Platform } from '../ports/platform.js'
import {
  DirectoryEntryEntity,
  DirectoryRunEntity,
  type DirectoryEntry,
  type DirectoryRun,
} from './directory-entry.js'
import { requireAdmin, type Bindings } from './bindings.js'
import { applyDirectory } from './directory-apply.js'
import { createAsking } from './directory-asking.js'
import { renameAccount } from './directory-rename.js'
import { BindingEntity, PersonEntity } from './person.js'

export interface DirectorySyncDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  bindings: Bindings
  playbook: Playbook
}

/** Events come in bursts and many a minute: a run waits for the burst's end, and so long after the one before it. */
const burstMs = 30_000
const betweenEventsMs = 10 * 60_000

/** The run that waits until the platform's events have calmed down, and until the running one has ended. */
const nextKey = (platform: Platform): string => `${platform}:next`

/** It was asked for by an event and has not begun: its `startedAt` says from when on it may. */
export const isWaiting = ({ openKey, platform }: Pick<DirectoryRun, 'openKey' | 'platform'>): boolean =>
  openKey === nextKey(platform)

export type DirectorySync = ReturnType<typeof createDirectorySync>

/** Brings our organisation in line with what a platform tells, page by page, and says what it could not see. */
export function createDirectorySync(deps: DirectorySyncDeps) {
  const { clock, ids, changes, playbook } = deps
  const system = systemActor('directory')
  const asking = createAsking()

  async function leave(tx: Tx, personId: string): Promise<boolean> {
    const left = await updateRows(
      tx,
      PersonEntity,
      { id: personId, state: In(['active', 'away']) },
      { state: 'left' },
    )
    if (left === 0) return false
    await tx.getRepository(BindingEntity).delete({ personId })
    await changes.append(tx, system, { subject: { type: 'person', id: personId }, kind: 'person.left' })
    return true
  }

  async function begin(
    tx: Tx,
    actor: Actor,
    platform: Platform,
    cause: DirectoryRun['cause'],
  ): Promise<DirectoryRun> {
    const open = await tx.getRepository(DirectoryRunEntity).findOneBy({ openKey: platform })
    if (open) return open
    // It sees what the waiting one would have looked for.
    await tx.getRepository(DirectoryRunEntity).delete({ openKey: nextKey(platform) })
    const run = newRun(platform, cause, { openKey: platform, startedAt: clock.now() })
    await insertRows(tx, DirectoryRunEntity, [run])
    if (cause === 'admin')
      await changes.append(tx, actor, {
        subject: { type: 'organisation', id: 'directory' },
        kind: 'organisation.sync-asked',
        data: { platform },
      })
    return run
  }

  function newRun(
    platform: Platform,
    cause: DirectoryRun['cause'],
    when: Pick<DirectoryRun, 'openKey' | 'startedAt'>,
  ): DirectoryRun {
    return {
      id: ids.next(),
      platform,
      state: 'walking',
      ...when,
      cause,
      finishedAt: null,
      cursor: null,
      departments: 0,
      people: 0,
      totalPeople: null,
      isPartial: false,
      range: '',
      added: 0,
      changed: 0,
      gone: 0,
      failure: null,
    }
  }

  return {
    /** Asks for a run; the unfinished one is given when there is one. @throws DomainError `permission.denied`. */
    async ask(tx: Tx, actor: Actor, platform: Platform): Promise<DirectoryRun> {
      requireAdmin(actor)
      return begin(tx, actor, platform, 'admin')
    },

    /** The nightly run. */
    plan: (tx: Tx, platform: Platform) => begin(tx, system, platform, 'nightly'),

    /**
     * The platform says that something is different: a run soon, one for a whole burst of such events and at most one
     * in ten minutes. What is said while a run is under way is looked for by the next one.
     */
    async planSoon(tx: Tx, platform: Platform): Promise<void> {
      const repository = tx.getRepository(DirectoryRunEntity)
      if (await repository.existsBy({ openKey: nextKey(platform) })) return
      const last = await repository.findOne({
        where: { platform, cause: 'event' },
        order: { startedAt: 'DESC' },
      })
      const earliest = (last?.startedAt.getTime() ?? 0) + betweenEventsMs
      const startedAt = new Date(Math.max(clock.now().getTime() + burstMs, earliest))
      const run = newRun(platform, 'event', { openKey: nextKey(platform), startedAt })
      await insertRows(tx, DirectoryRunEntity, [run], { ignore: true })
    },

    /** Whether there is something to work on: a run under way, or one that waits and whose time has come. */
    async isDue(tx: EntityManager, platform: Platform): Promise<boolean> {
      return tx
        .getRepository(DirectoryRunEntity)
        .existsBy([
          { openKey: platform },
          { openKey: nextKey(platform), startedAt: LessThanOrEqual(clock.now()) },
        ])
    },

    /** Lets the waiting run begin when its time has come and none is under way. */
    async beginWaiting(tx: Tx, platform: Platform): Promise<void> {
      if (await tx.getRepository(DirectoryRunEntity).existsBy({ openKey: platform })) return
      const due = { openKey: nextKey(platform), startedAt: LessThanOrEqual(clock.now()) }
      await updateRows(tx, DirectoryRunEntity, due, { openKey: platform })
    },

    /** The unfinished run of a platform; null when none is. */
    unfinished: (tx: EntityManager, platform: Platform): Promise<DirectoryRun | null> =>
      tx.getRepository(DirectoryRunEntity).findOneBy({ openKey: platform }),

    /** Notes what the app may see. */
    async noteScope(tx: Tx, run: DirectoryRun, scope: DirectoryScope): Promise<void> {
      await updateRows(
        tx,
        DirectoryRunEntity,
        { id: run.id, state: 'walking' },
        { totalPeople: scope.totalPeople, isPartial: scope.isPartial, range: scope.range.slice(0, 500) },
      )
    },

    /**
     * Takes one page into the mirror. The cursor moves in the same unit, so a page that was taken before a crash is not
     * counted twice.
     *
     * @returns false when another process took this page.
     */
    async takePage(tx: Tx, run: DirectoryRun, page: DirectoryPage): Promise<boolean> {
      const entries = entriesOf(run, page)
      const isAsking = run.isPartial && run.cause !== 'event'
      const after =
        page.next === null && isAsking
          ? { state: 'asking' as const, cursor: await asking.cursor(tx, run.platform) }
          : { cursor: page.next, ...(page.next === null ? { state: 'applying' as const } : {}) }
      const moved = await updateRows(
        tx,
        DirectoryRunEntity,
        run.cursor === null
          ? { id: run.id, state: 'walking', departments: run.departments, people: run.people }
          : { id: run.id, state: 'walking', cursor: run.cursor },
        {
          ...after,
          departments: run.departments + page.departments.length,
          people: run.people + page.people.length,
        },
      )
      if (moved !== 1) return false
      for (const entry of entries) await put(tx, entry)
      // Somebody outside the app's range is out of sight, not out of the company: nothing is concluded from that.
      if (page.next === null && !run.isPartial)
        await tx
          .getRepository(DirectoryEntryEntity)
          .increment({ platform: run.platform, seenRun: Not(run.id) }, 'missing', 1)
      return true
    },

    /** The accounts to ask the platform for next; none when nothing is left to ask for in this run. */
    toAsk: (tx: EntityManager, run: DirectoryRun): Promise<string[]> => asking.next(tx, run),

    /**
     * Takes what the platform said of single accounts. Without any answers the asking is over, and what is known is
     * carried out.
     */
    takeAnswers: (tx: Tx, run: DirectoryRun, answers: ReadonlyMap<string, Whereabouts>): Promise<void> =>
      asking.take(tx, run, answers),

    /** What became of people without a visible department and of those who were not met; for the admin's page. */
    sight: (tx: EntityManager, platform: Platform) => asking.sight(tx, platform),

    /**
     * Carries a part of what the whole walk has seen over to people and departments.
     *
     * @returns true when there is more to do.
     */
    async apply(tx: Tx, runId: string): Promise<boolean> {
      const run = await tx.getRepository(DirectoryRunEntity).findOneBy({ id: runId, state: 'applying' })
      if (!run) return false
      const rules = await playbook.get(tx, 'directory')
      const repository = tx.getRepository(DirectoryEntryEntity)
      // Of people whom we never took in, only what the platform tells now is of any use.
      const outdated = { localId: IsNull(), seenRun: Not(run.id) }
      await repository.delete({ platform: run.platform, kind: 'person', ...outdated })
      const entries = await repository.findBy({ platform: run.platform })
      const { applied: now, isAll } = await applyDirectory(
        tx,
        { ...deps, actor: system, leave },
        run,
        entries,
        rules,
      )
      const applied = {
        added: run.added + now.added,
        changed: run.changed + now.changed,
        gone: run.gone + now.gone,
      }
      const moved = await updateRows(
        tx,
        DirectoryRunEntity,
        { id: run.id, state: 'applying', added: run.added, changed: run.changed, gone: run.gone },
        isAll ? { ...applied, state: 'done', openKey: null, finishedAt: clock.now() } : applied,
      )
      if (moved !== 1) throw new Error('this run is applied by another process')
      if (!isAll) return true
      await changes.append(tx, system, {
        subject: { type: 'organisation', id: 'directory' },
        kind: 'organisation.synced',
        data: {
          platform: run.platform,
          runId: run.id,
          people: run.people,
          isPartial: run.isPartial,
          ...applied,
        },
      })
      return false
    },

    /** Ends a run that cannot go on. */
    async fail(tx: Tx, run: DirectoryRun, why: string): Promise<void> {
      await updateRows(
        tx,
        DirectoryRunEntity,
        { id: run.id, state: In(['walking', 'asking', 'applying']) },
        { state: 'failed', openKey: null, finishedAt: clock.now(), failure: why.slice(0, 300) },
      )
    },

    /** The platform says that these people are gone: at once, without waiting for the night. @returns who left. */
    async removed(tx: Tx, platform: Platform, externalIds: readonly string[]): Promise<string[]> {
      if (externalIds.length === 0) return []
      const where = { platform, kind: 'person' as const, externalId: In([...externalIds]) }
      await updateRows(tx, DirectoryEntryEntity, where, { isActive: false })
      const bound = await tx
        .getRepository(BindingEntity)
        .findBy({ platform, externalId: In([...externalIds]) })
      const left: string[] = []
      for (const { personId, externalId } of bound) {
        if (await isElsewhere(tx, platform, personId)) {
          // Still there on another messenger: only this account is gone.
          await tx.getRepository(BindingEntity).delete({ platform, externalId })
        } else if (await leave(tx, personId)) left.push(personId)
      }
      return left
    },

    /** The platform gave an account another id. */
    rename: (tx: Tx, platform: Platform, from: string, to: string) => renameAccount(tx, platform, from, to),

    /** The last runs of a platform, newest first; for the admin's page. */
    async runs(tx: EntityManager, platform: Platform, limit: number): Promise<DirectoryRun[]> {
      return tx.getRepository(DirectoryRunEntity).find({
        where: { platform },
        order: { startedAt: 'DESC', id: 'DESC' },
        take: Math.min(limit, 50),
      })
    },

    /** People that the platform tells and that are not in the CRM, by name; for the admin's page. */
    async outside(tx: EntityManager, platform: Platform, limit: number): Promise<DirectoryEntry[]> {
      const all = await tx.getRepository(DirectoryEntryEntity).find({
        where: { platform, kind: 'person', isActive: true },
        order: { name: 'ASC' },
        take: 5000,
      })
      return all.filter(({ localId }) => localId === null).slice(0, limit)
    },

    /** Runs older than this are forgotten. @returns how many. */
    async prune(tx: Tx, before: Date): Promise<number> {
      const done = await tx
        .getRepository(DirectoryRunEntity)
        .delete({ startedAt: LessThan(before), state: In(['done', 'failed']) })
      return done.affected ?? 0
    },
  }
}

async function isElsewhere(tx: Tx, platform: Platform, personId: string): Promise<boolean> {
  return tx.getRepository(BindingEntity).existsBy({ personId, platform: Not(platform) })
}

async function put(tx: Tx, entry: Omit<DirectoryEntry, 'localId'>): Promise<void> {
  const { platform, kind, externalId } = entry
  const known = await updateRows(tx, DirectoryEntryEntity, { platform, kind, externalId }, entry)
  if (known === 0) await insertRows(tx, DirectoryEntryEntity, [{ ...entry, localId: null }])
}

function entriesOf(run: DirectoryRun, page: DirectoryPage): Omit<DirectoryEntry, 'localId'>[] {
  const seen = { platform: run.platform, seenRun: run.id, missing: 0 }
  const departments = page.departments.map((department) => ({
    ...seen,
    kind: 'department' as const,
    externalId: department.externalId,
    name: department.name.slice(0, 120),
    title: '',
    parentExternalId: department.parentExternalId,
    leaderExternalIds: department.leaderExternalIds.slice(0, 50),
    departmentExternalIds: [],
    managerExternalId: null,
    isActive: true,
  }))
  const people = page.people.map((person) => ({
    ...seen,
    kind: 'person' as const,
    externalId: person.externalId,
    name: person.name.slice(0, 120),
    title: (person.title ?? '').slice(0, 120),
    parentExternalId: null,
    leaderExternalIds: [],
    departmentExternalIds: person.departmentExternalIds.slice(0, 50),
    managerExternalId: person.managerExternalId ?? null,
    isActive: person.isActive ?? true,
  }))
  return [...departments, ...people]
}
