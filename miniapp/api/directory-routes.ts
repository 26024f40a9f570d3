import type { EntityManager } from 'typeorm'
import type { DirectoryRun } from '../../core/org/directory-entry.js'
import { isWaiting } from '../../core/org/directory-sync.js'
import { DomainError } from '../../core/errors.js'
import { authorize } from '../../core/permissions/permissions.js'
import type { Platform } from '../../core/ports/platform.js'
import type { DirectoryPageView, DirectoryRunView } from '../contract/system.js'
import type { AddRoute } from './api.js'
import type { ApiDeps } from './deps.js'

const shownRuns = 10
const shownOutside = 50

const causes: Record<string, string> = { admin: '手动', nightly: '每晚', event: '平台通知有变动' }

/** What the platforms tell of the organisation, and what of it they could not show. */
export function addDirectoryRoutes(add: AddRoute, { core, directories = [] }: ApiDeps): void {
  async function readPlatform(
    tx: EntityManager,
    platform: Platform,
  ): Promise<DirectoryPageView['platforms'][number]> {
    const outside = await core.directorySync.outside(tx, platform, shownOutside + 1)
    return {
      platform,
      runs: (await core.directorySync.runs(tx, platform, shownRuns)).map(presentRun),
      ...(await core.directorySync.sight(tx, platform)),
      outside: outside
        .slice(0, shownOutside)
        .map(({ externalId, name, title }) => ({ account: externalId, name, title })),
      outsideCut: outside.length > shownOutside,
    }
  }

  add('get', '/admin/directory', (_ctx, actor): Promise<DirectoryPageView> => {
    authorize(actor, 'organisation.edit')
    return core.read(async (tx) => {
      const shown: DirectoryPageView['platforms'] = []
      for (const platform of directories) shown.push(await readPlatform(tx, platform))
      return { platforms: shown }
    })
  })

  add('post', '/admin/directory/:platform/sync', async (ctx, actor): Promise<DirectoryRunView> => {
    authorize(actor, 'organisation.edit')
    const platform = directories.find((name) => name === ctx.params.platform)
    if (!platform) throw new DomainError('request.not_found')
    return presentRun(await core.write((tx) => core.directorySync.ask(tx, actor, platform)))
  })
}

const presentRun = (run: DirectoryRun): DirectoryRunView => ({
  id: run.id,
  state: isWaiting(run) ? 'waiting' : run.state,
  cause: causes[run.cause] ?? run.cause,
  startedAt: run.startedAt.toISOString(),
  finishedAt: run.finishedAt?.toISOString() ?? null,
  departments: run.departments,
  people: run.people,
  totalPeople: run.totalPeople,
  isPartial: run.isPartial,
  range: run.range,
  added: run.added,
  changed: run.changed,
  gone: run.gone,
  failure: run.failure,
})
