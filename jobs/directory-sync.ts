import type { Core } from '../core/app.js'
import { backoffMs } from '../core/db/backoff.js'
import { PlatformError } from '../core/errors.js'
import type { DirectoryRun } from '../core/org/directory-entry.js'
import type { Directory } from '../core/ports/directory.js'
import type { Platform } from '../core/ports/platform.js'
import type { JobLog } from './job-log.js'

export interface DirectorySyncJobDeps {
  core: Core
  directories: readonly Directory[]
  log: JobLog
  /** Waits between two tries of one page; ends early when the process stops. */
  pause: (ms: number) => Promise<void>
}

/** After so many tries of one page in a row the run is given up, and says why. */
const mostTries = 6

/** Works on the unfinished runs: pages outside of any transaction, each page's contents in one of its own. */
export function createDirectorySyncJob({ core, directories, log, pause }: DirectorySyncJobDeps) {
  let isStopping = false

  async function work(directory: Directory): Promise<void> {
    for (let tries = 0; !isStopping;) {
      const run = await core.read((tx) => core.directorySync.unfinished(tx, directory.platform))
      if (!run) return
      try {
        if (!(await step(directory, run))) return
        tries = 0
      } catch (error) {
        tries += 1
        if (!(error instanceof PlatformError)) throw error
        log.warn({ platform: directory.platform, code: error.code, tries }, 'the directory could not be read')
        if (!error.retryable || tries >= mostTries) {
          const why = `通讯录读取失败（${error.code}），已读到 ${run.people} 人，可以重新同步`
          return core.write((tx) => core.directorySync.fail(tx, run, why))
        }
        await pause(error.retryAfterMs ?? backoffMs(tries))
      }
    }
  }

  /** @returns false when nothing is left to do. */
  async function step(directory: Directory, run: DirectoryRun): Promise<boolean> {
    if (run.state === 'applying') {
      await core.write((tx) => core.directorySync.apply(tx, run.id))
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

  return {
    /** Works until no run is unfinished. */
    async run(): Promise<void> {
      for (const directory of directories) await work(directory)
    },
    /** The nightly reconcile: events get lost on every platform. */
    async plan(): Promise<void> {
      for (const { platform } of directories)
        await core.write((tx) => core.directorySync.plan(tx, platform, 'nightly'))
    },
    platforms: directories.map(({ platform }): Platform => platform),
    stop() {
      isStopping = true
    },
  }
}
