import { In, type EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'
import { CustomerEntity } from '../../core/customers/customer.js'
import type { Board, DealPage, StageAnswer } from '../contract/deals.js'
import { dealEditSchema, stageMoveSchema } from '../contract/deals.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { presentFile } from './file-routes.js'
import { presentDeal } from './present-deal.js'
import { parse } from './problems.js'
import { readTimeLine } from './time-line.js'
import { loadVocabulary } from './vocabulary.js'

/** As many as core's board gives. */
const boardLimit = 500

export function addDealRoutes(add: AddRoute, { core, config }: ApiDeps): void {
  const sight = () => ({ at: core.clock.now(), timeZone: config.timeZone })

  add('get', '/deals', (_ctx, actor): Promise<Board> => {
    return core.read(async (tx) => {
      const deals = await core.deals.board(tx, actor)
      const words = await loadVocabulary(
        tx,
        core,
        deals.map(({ ownerId }) => ownerId),
      )
      const customers = await customersOf(
        tx,
        deals.map(({ customerId }) => customerId),
      )
      const columns = (await core.playbook.get(tx, 'stages')).map((stage) => {
        const inStage = deals.filter((deal) => deal.stage === stage.key)
        return {
          key: stage.key,
          label: stage.label,
          outcome: stage.outcome,
          probabilityPercent: stage.probabilityPercent,
          sumCents: inStage.reduce((sum, deal) => sum + (deal.amountCents ?? 0), 0),
          deals: inStage.map((deal) =>
            presentDeal(deal, { actor, words, customer: customers.get(deal.customerId) ?? null, ...sight() }),
          ),
        }
      })
      return { columns, cut: deals.length >= boardLimit }
    })
  })

  add('get', '/deals/:id', (ctx, actor) => core.read((tx) => readDealPage(tx, actor, ctx.params.id ?? '')))

  add('patch', '/deals/:id', async (ctx, actor) => {
    const { title, amountCents, expectedCloseOn } = parse(dealEditSchema, await readJson(ctx))
    const set = {
      ...(title === undefined ? {} : { title }),
      ...(amountCents === undefined ? {} : { amountCents }),
      ...(expectedCloseOn === undefined ? {} : { expectedCloseOn }),
    }
    await core.write((tx) => core.deals.edit(tx, actor, ctx.params.id ?? '', set))
    return { ok: true }
  })

  add('post', '/deals/:id/stage', async (ctx, actor): Promise<StageAnswer> => {
    const { stage } = parse(stageMoveSchema, await readJson(ctx))
    const result = await core.write((tx) => core.deals.moveStage(tx, actor, ctx.params.id ?? '', stage))
    return result.ok ? { ok: true } : { ok: false, stage: result.stage.label, missing: result.missing }
  })

  async function readDealPage(tx: EntityManager, actor: PersonActor, id: string): Promise<DealPage> {
    const deal = await core.deals.require(tx, actor, id)
    const subject = { type: 'deal' as const, id }
    const files = await core.files.of(tx, subject)
    const words = await loadVocabulary(tx, core, [deal.ownerId, ...files.map((file) => file.uploadedBy)])
    const customer = await core.customers.find(tx, deal.customerId)
    const gates = await core.deals.gates(tx, deal)
    return {
      ...presentDeal(deal, { actor, words, customer, ...sight() }),
      createdAt: deal.createdAt.toISOString(),
      leadId: deal.leadId,
      stages: gates.map(({ stage, missing }) => ({
        key: stage.key,
        label: stage.label,
        outcome: stage.outcome,
        missing,
      })),
      files: files.map((file) => presentFile(file, words)),
      timeLine: await readTimeLine(tx, core, [subject], { showPhones: false }),
    }
  }
}

async function customersOf(tx: EntityManager, ids: string[]) {
  const unique = [...new Set(ids)]
  if (unique.length === 0) return new Map<string, { id: string; name: string }>()
  const rows = await tx
    .getRepository(CustomerEntity)
    .find({ where: { id: In(unique) }, select: { id: true, name: true } })
  return new Map(rows.map((row) => [row.id, row]))
}
