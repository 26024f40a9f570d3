import { addDays, fromLocal, localDay } from '../../core/deadlines/working-time.js'
import { can } from '../../core/permissions/permissions.js'
import { openOffersFor, queuedLeadsFor, unviewedLeadsOf } from '../../core/reports/today.js'
import type { Today } from '../contract/today.js'
import type { AddRoute } from './api.js'
import type { ApiDeps } from './deps.js'
import { presentLeadRow } from './present-lead.js'
import { presentTasks } from './present-work.js'
import { loadVocabulary } from './vocabulary.js'

/** How many reasons a card has room for. */
const mostReasons = 3

export function addTodayRoute(add: AddRoute, { core, config }: ApiDeps): void {
  add('get', '/today', (_ctx, actor): Promise<Today> => {
    return core.read(async (tx) => {
      const now = core.clock.now()
      const tomorrow = fromLocal(addDays(localDay(now, config.timeZone), 1), config.timeZone)
      const offers = await openOffersFor(tx, actor.personId)
      const queued = can(actor, 'lead.reassign') ? await queuedLeadsFor(tx, actor) : { rows: [], total: 0 }
      const unviewed = await unviewedLeadsOf(tx, actor.personId)
      const tasks = await core.tasks.openFor(tx, actor.personId, tomorrow)
      const due = tasks.filter((task) => task.dueAt <= now)
      const words = await loadVocabulary(
        tx,
        core,
        [...offers, ...queued.rows].flatMap(({ lead }) => [lead.ownerId, lead.offeredToId]),
      )
      return {
        now: now.toISOString(),
        offers: offers.map(({ offer, lead, run }) => ({
          lead: presentLeadRow(lead, words),
          offeredAt: offer.offeredAt.toISOString(),
          expiresAt: offer.expiresAt.toISOString(),
          why: (run?.candidates.find(({ personId }) => personId === actor.personId)?.reasons ?? [])
            .filter(({ points }) => points > 0)
            .toSorted((a, b) => b.points - a.points)
            .slice(0, mostReasons)
            .map(({ why }) => why),
        })),
        queued: queued.rows.map(({ lead, since }) => ({
          lead: presentLeadRow(lead, words),
          since: since.toISOString(),
          askedMe: lead.askedId === actor.personId,
        })),
        queuedTotal: queued.total,
        unviewed: unviewed.map((lead) => ({
          lead: presentLeadRow(lead, words),
          since: (lead.ownedAt ?? lead.createdAt).toISOString(),
        })),
        due: await presentTasks(tx, core, actor, due),
        planned: await presentTasks(tx, core, actor, tasks.slice(due.length)),
      }
    })
  })
}
