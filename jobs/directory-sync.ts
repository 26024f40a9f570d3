import { setTimeout as pause } from 'node:timers/promises'
import type { Core } from '../core/app.js'
import { backoffMs } from '../core/db/backoff.js'
import { PlatformError } from '../core/errors.js'
import type { DirectoryRun } from '../core/org/directory-entry.js'
import type { Directory, Whereabouts } from '../core/ports/directory.js'
import type { JobLog } from './job-log.js'

export interface DirectorySyncJobDeps {
  core: Core
  directories: readonly Directory[]
  log: JobLog
  /** Waits between two tries of one page. Default: the machine's clock, ending early when the job is stopped. */
  pause?: (ms: number) => Promise<void>
}

/** After so many tries of one page in a row the run is given up, and says why. */
const mostTries = 6
/** A platform whose process died is walked on by another one after this long; a page takes a few seconds at most. */
const leaseMs = 120_000

/**
 * Works on the unfinished runs: pages outside of any transaction, each page's contents in one of its own. One process
 * at a time walks a platform.
 */
export function createDirectorySyncJob({ core, directories, log, pause: wait }: DirectorySyncJobDeps) {
  const ending = new AbortController()
  const pauseFor =
    wait ??
    ((ms: number) => pause(ms, undefined, { signal: ending.signal, ref: false }).catch(() => undefined))

  async function work(directory: Directory): Promise<void> {
    const { platform } = directory
    if (!(await core.read((tx) => core.directorySync.isDue(tx, platform)))) return
    const lease = `directory:${platform}`
    // A holder for each walk: a second one in this very process keeps away, too.
    const holder = core.ids.next()
    try {
      await walk(directory, async () => (await core.leases.hold(lease, holder, leaseMs)) !== null)
    } finally {
      await core.leases.release(lease, holder)
    }
  }

  async function walk(directory: Directory, isOurs: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; !ending.signal.aborted && (await isOurs());) {
      const run = await unfinished(directory)
      if (!run) return
      try {
        if (!(await step(directory, run))) return
        tries = 0
      } catch (error) {
        tries += 1
        if (!(error instanceof PlatformError)) throw error
        log.warn({ platform: directory.platform, code: error.code, tries }, 'the directory could not be read')
        if (run.state === 'asking' && (!error.retryable || tries >= mostTries)) {
          // What was read is worth carrying out; those who could not be asked for are asked for by the next run.
          await core.write((tx) => core.directorySync.takeAnswers(tx, run, new Map()))
          tries = 0
          continue
        }
        if (!error.retryable || tries >= mostTries) {
          const why = `通讯录读取失败（${error.code}），已读到 ${run.people} 人，可以重新同步`
          return core.write((tx) => core.directorySync.fail(tx, run, why))
        }
        await pauseFor(Math.min(error.retryAfterMs ?? backoffMs(tries), leaseMs / 2))
      }
    }
  }

  async function unfinished({ platform }: Directory): Promise<DirectoryRun | null> {
    const open = await core.read((tx) => core.directorySync.unfinished(tx, platform))
    if (open) return open
    await core.write((tx) => core.directorySync.beginWaiting(tx, platform))
    return core.read((tx) => core.directorySync.unfinished(tx, platform))
  }

  /** @returns false when nothing is left to do. */
  async function step(directory: Directory, run: DirectoryRun): Promise<boolean> {
    if (run.state === 'applying') {
      await core.write((tx) => core.directorySync.apply(tx, run.id))
      return true
    }
    if (run.state === 'asking') {
      const answers = await ask(directory, run)
      await core.write((tx) => core.directorySync.takeAnswers(tx, run, answers))
      return true
    }
    if (run.cursor === null && run.people + run.departments === 0) {
      const scope = await directory.scope()
      await core.write((tx) => core.directorySync.noteScope(tx, run, scope))
      const page = await directory.page(null)
      return core.write((tx) => core.directorySync.takePage(tx, { ...run, isPartial: scope.isPartial }, page))
    }
    const page = await directory.page(run.cursor)
    return core.write((tx) => core.directorySync.takePage(tx, run, page))
  }

  /** Asks for some of the accounts that the walk did not meet; none where nothing is left, or nobody could say. */
  async function ask(directory: Directory, run: DirectoryRun): Promise<Map<string, Whereabouts>> {
    if (!directory.whereabouts) return new Map()
    const accounts = await core.read((tx) => core.directorySync.toAsk(tx, run))
    const answers = accounts.map(async (account): Promise<[string, Whereabouts]> => [
      account,
      (await directory.whereabouts?.(account)) ?? 'out-of-sight',
    ])
    return new Map(await Promise.all(answers))
  }

  return {
    /** Works until no run is unfinished; a platform that answers slowly holds no other one up. */
    async run(): Promise<void> {
      const ends = await Promise.allSettled(directories.map(work))
      const failed = ends.find((end) => end.status === 'rejected')
      if (failed) throw failed.reason
    },
    /** The nightly reconcile: events get lost on every platform. */
    async plan(): Promise<void> {
      for (const { platform } of directories) await core.write((tx) => core.directorySync.plan(tx, platform))
    },
    stop() {
      ending.abort()
    },
  }
}
