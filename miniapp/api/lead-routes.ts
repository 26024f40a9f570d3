import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'
import { accountsOf } from '../../core/dedupe/keys.js'
import type { Tx } from '../../core/db/unit-of-work.js'
import { listLeads } from '../../core/leads/lead-list.js'
import type { Lead } from '../../core/leads/lead.js'
import { can } from '../../core/permissions/permissions.js'
import { wasOffered } from '../../core/reports/today.js'
import type { AcceptAnswer, ConvertAnswer, LeadList, LeadPage } from '../contract/leads.js'
import { leadActionSchemas, leadQuerySchema } from '../contract/leads.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import {
  leadAbilities,
  presentDelivery,
  presentLeadRow,
  presentReach,
  presentRun,
  presentTouch,
} from './present-lead.js'
import { presentFollowUp, presentTasks } from './present-work.js'
import { parse } from './problems.js'
import { readTimeLine } from './time-line.js'
import { loadVocabulary } from './vocabulary.js'

const ok = { ok: true } as const

export function addLeadRoutes(add: AddRoute, { core }: ApiDeps): void {
  add('get', '/leads', async (ctx, actor): Promise<LeadList> => {
    const { q, owner, ...query } = parse(leadQuerySchema, ctx.query)
    return core.read(async (tx) => {
      const filter = { ...query, ...(q ? { search: q } : {}), ...(owner ? { ownerId: owner } : {}) }
      const page = await listLeads(tx, actor, filter)
      const words = await loadVocabulary(
        tx,
        core,
        page.rows.flatMap((lead) => [lead.ownerId, lead.offeredToId]),
      )
      return { ...page, rows: page.rows.map((lead) => presentLeadRow(lead, words)) }
    })
  })

  add('get', '/leads/:id', (ctx, actor) => core.read((tx) => readLeadPage(tx, actor, ctx.params.id ?? '')))

  /** A lead's action: what it needs from the body, and what it does. */
  const act = (
    name: string,
    run: (tx: Tx, actor: PersonActor, id: string, body: unknown) => Promise<object>,
  ) => {
    add('post', `/leads/:id/${name}`, async (ctx, actor) => {
      const body = await readJson(ctx)
      return core.write((tx) => run(tx, actor, ctx.params.id ?? '', body))
    })
  }

  act('viewed', async (tx, actor, id) => {
    await core.leads.require(tx, actor, id)
    await core.leads.markViewed(tx, actor, id)
    return ok
  })

  act('accept', async (tx, actor, id): Promise<AcceptAnswer> => {
    // Somebody who lost a race may not read the lead any more, and still learns who has it; others learn nothing.
    if (!(await wasOffered(tx, id, actor.personId))) await core.leads.require(tx, actor, id)
    const result = await core.assignment.acceptOffer(tx, actor, id)
    return result.ok ? ok : { ok: false, why: result.why, holder: result.holder?.name ?? null }
  })

  act('decline', async (tx, actor, id, body) => {
    const { reason } = parse(leadActionSchemas.decline, body)
    return { ok: await core.assignment.declineOffer(tx, actor, id, reason) }
  })

  act('dispatch', async (tx, actor, id, body) => {
    await core.assignment.dispatch(tx, actor, id, parse(leadActionSchemas.dispatch, body).personId)
    return ok
  })

  act('take-over', async (tx, actor, id) => {
    await core.assignment.takeOver(tx, actor, id)
    await core.leads.markViewed(tx, actor, id)
    return ok
  })

  act('reassign', async (tx, actor, id, body) => {
    await core.assignment.reassign(tx, actor, id, parse(leadActionSchemas.reassign, body).personId)
    return ok
  })

  act('close', async (tx, actor, id, body) => {
    await core.leads.close(tx, actor, id, parse(leadActionSchemas.close, body).reason)
    return ok
  })

  act('contacted', async (tx, actor, id) => {
    await core.leads.contact(tx, actor, id)
    return ok
  })

  act('convert', async (tx, actor, id, body): Promise<ConvertAnswer> => {
    const { title, amountCents, expectedCloseOn } = parse(leadActionSchemas.convert, body)
    const deal = await core.conversion.convert(tx, actor, id, { title, now: core.clock.now() })
    const set = {
      ...(amountCents === null ? {} : { amountCents }),
      ...(expectedCloseOn === null ? {} : { expectedCloseOn }),
    }
    if (Object.keys(set).length > 0) await core.deals.edit(tx, actor, deal.id, set)
    return { dealId: deal.id, customerId: deal.customerId }
  })

  async function readLeadPage(tx: EntityManager, actor: PersonActor, id: string): Promise<LeadPage> {
    const lead = await core.leads.require(tx, actor, id)
    const subject = { type: 'lead' as const, id }
    const offer = await core.assignment.openOfferOf(tx, id)
    const touches = await core.leads.touchesOf(tx, { type: 'lead', ids: [id] })
    const runs = await core.assignment.runsOf(tx, id)
    const followUps = await core.followUps.about(tx, [subject])
    const deliveries = await core.deliveries.about(tx, subject)
    const words = await loadVocabulary(tx, core, [
      ...[lead.ownerId, lead.offeredToId, lead.askedId],
      ...followUps.map(({ authorId }) => authorId),
      ...deliveries.map(({ personId }) => personId),
    ])
    return {
      ...presentLeadRow(lead, words),
      ...presentReach(actor, lead),
      accounts: can(actor, 'phone.read', lead) ? await accountsOf(tx, subject) : [],
      phoneDoubtful: lead.phoneDoubtful,
      region: words.region(lead.regionId),
      productLine: words.productLine(lead.productLineId),
      quantity: lead.quantity,
      wantedAt: lead.wantedAt,
      scoreReasons: lead.scoreReasons.map(({ points, why }) => ({ points, why })),
      offer: offer && {
        id: offer.id,
        offeredAt: offer.offeredAt.toISOString(),
        expiresAt: offer.expiresAt.toISOString(),
        mine: offer.personId === actor.personId,
      },
      asked: words.person(lead.askedId),
      firstTouchAt: lead.firstTouchAt?.toISOString() ?? null,
      ...(await whatCameOfIt(tx, actor, lead)),
      abilities: leadAbilities(actor, lead, offer),
      touches: touches.map((touch) => presentTouch(touch, words)),
      runs: runs.map(presentRun),
      followUps: followUps.map((followUp) => presentFollowUp(followUp, actor, words)),
      tasks: await presentTasks(tx, core, actor, await core.tasks.openAbout(tx, subject)),
      deliveries: deliveries.map((delivery) => presentDelivery(delivery, words)),
      timeLine: await readTimeLine(tx, core, [subject], {
        showPhones: can(actor, 'phone.read', lead),
        followUps,
      }),
    }
  }

  async function whatCameOfIt(tx: EntityManager, actor: PersonActor, lead: Lead) {
    const customer = lead.customerId ? await core.customers.find(tx, lead.customerId) : null
    const deal = lead.dealId ? await core.deals.find(tx, lead.dealId) : null
    return {
      customer:
        customer && can(actor, 'customer.read', customer) ? { id: customer.id, name: customer.name } : null,
      deal: deal && can(actor, 'deal.read', deal) ? { id: deal.id, title: deal.title } : null,
    }
  }
}
