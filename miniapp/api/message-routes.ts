import type { EntityManager } from 'typeorm'
import type { Delivery, DeliveryState } from '../../core/deliveries/delivery.js'
import type { LogFilter } from '../../core/deliveries/log.js'
import { addDays, fromLocal } from '../../core/deadlines/working-time.js'
import { departmentNames } from '../../core/org/departments.js'
import { authorize, can } from '../../core/permissions/permissions.js'
import { platforms, type Platform } from '../../core/ports/platform.js'
import {
  colleaguesQuerySchema,
  messageQuerySchema,
  testMessageInputSchema,
  type Colleagues,
  type MessageList,
  type MessageOptions,
  type MessagePage,
  type MessageRow,
  type TestMessage,
  type TestMessageMade,
} from '../contract/messages.js'
import { platformWords } from '../contract/words.js'
import { moreCardLabels } from './admin-texts.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { presentMessage, wayOf } from './present-message.js'
import { parse } from './problems.js'
import { createRecordNames } from './record-names.js'
import { cardLabels } from './texts.js'
import { loadVocabulary, type Vocabulary } from './vocabulary.js'

const trouble: DeliveryState[] = ['failed', 'expired', 'unknown']
const mostColleagues = 50
/** States from which nothing more comes by itself. */
const over: DeliveryState[] = ['acted', 'failed', 'expired', 'folded', 'skipped']

/** The ledger of what goes out, and a message that walks the whole way to show where it stops. */
export function addMessageRoutes(add: AddRoute, deps: ApiDeps): void {
  const { core, config, identities } = deps
  const running = new Set(platforms.filter((platform) => identities[platform]))
  const tellsReading = deps.tellsReading ?? (() => true)

  async function present(
    tx: EntityManager,
    deliveries: Delivery[],
    words?: Vocabulary,
  ): Promise<MessageRow[]> {
    const known =
      words ??
      (await loadVocabulary(
        tx,
        core,
        deliveries.map(({ personId }) => personId),
      ))
    const nameOf = createRecordNames(core, tx)
    const rows: MessageRow[] = []
    for (const delivery of deliveries) {
      const about = await nameOf(delivery.subjectType, delivery.subjectId)
      rows.push(presentMessage(delivery, { words: known, about, tellsReading }))
    }
    return rows
  }

  add('get', '/admin/messages', async (ctx, actor): Promise<MessageList> => {
    authorize(actor, 'delivery.read')
    const { person, card, state, platform, channel, from, to, cursor } = parse(messageQuerySchema, ctx.query)
    const filter: LogFilter = {
      ...(person ? { personId: person } : {}),
      ...(card ? { card } : {}),
      ...(state ? { states: state === 'trouble' ? trouble : [state] } : {}),
      ...(platform ? { platform } : {}),
      ...(channel ? { channel } : {}),
      ...(from ? { from: fromLocal(from, config.timeZone) } : {}),
      ...(to ? { to: fromLocal(addDays(to, 1), config.timeZone) } : {}),
    }
    return core.read(async (tx) => {
      const page = await core.deliveries.log.list(tx, actor, filter, cursor)
      return { rows: await present(tx, page.deliveries), next: page.next }
    })
  })

  add('get', '/admin/message-options', async (_ctx, actor): Promise<MessageOptions> => {
    authorize(actor, 'delivery.read')
    const cards = Object.entries({ ...cardLabels, ...moreCardLabels }).map(([key, label]) => ({ key, label }))
    return { cards, platforms: [...running] }
  })

  add('get', '/admin/messages/:id', (ctx, actor): Promise<MessagePage> => {
    return core.read(async (tx) => {
      const way = await core.deliveries.log.way(tx, actor, ctx.params.id ?? '')
      const { delivery, reminders, digest, folded } = way
      const retriedBy = way.attempts.filter(({ outcome }) => outcome === 'retried').map(({ code }) => code)
      const words = await loadVocabulary(tx, core, [
        ...[delivery, ...reminders, ...folded, ...(digest ? [digest] : [])].map(({ personId }) => personId),
        ...[...retriedBy, way.cause?.actorId ?? null, ...peopleOf(way.cause)],
      ])
      const [row] = await present(tx, [delivery], words)
      if (!row) throw new Error('a delivery gives one row')
      const [digestRow] = await present(tx, digest ? [digest] : [], words)
      return {
        ...row,
        way: wayOf(way, words, row.unreported),
        reminders: await present(tx, reminders, words),
        digest: digestRow ?? null,
        folded: await present(tx, folded, words),
        foldedCount: way.foldedCount,
        abilities: { retry: trouble.includes(delivery.state) && can(actor, 'delivery.retry') },
      }
    })
  })

  add('post', '/admin/messages/:id/retry', async (ctx, actor) => ({
    ok: await core.write((tx) => core.deliveries.log.retry(tx, actor, ctx.params.id ?? '')),
  }))

  add('get', '/admin/people', async (ctx, actor): Promise<Colleagues> => {
    authorize(actor, 'organisation.edit')
    const { q } = parse(colleaguesQuerySchema, ctx.query)
    return core.read(async (tx) => {
      const departments = await departmentNames(tx)
      const found = (await core.org.everybody(tx)).filter(({ name }) => name.includes(q))
      return {
        rows: found.slice(0, mostColleagues).map(({ id, name, title, departmentId }) => ({
          ...{ id, name, title },
          department: departments.get(departmentId) ?? '',
        })),
      }
    })
  })

  add('post', '/admin/test-messages', async (ctx, actor): Promise<TestMessageMade> => {
    authorize(actor, 'delivery.retry')
    const { personId } = parse(testMessageInputSchema, await readJson(ctx))
    return { id: await core.write((tx) => core.testMessages.send(tx, actor, personId)) }
  })

  add('get', '/admin/test-messages/:id', (ctx, actor): Promise<TestMessage> => {
    const id = ctx.params.id ?? ''
    return core.read(async (tx) => {
      const steps = await core.testMessages.steps(tx, actor, id, running)
      const { delivery } = await core.deliveries.log.way(tx, actor, id)
      const words = await loadVocabulary(tx, core, [delivery.personId])
      return {
        to: words.person(delivery.personId)?.name ?? '',
        steps: steps.map((step) => presentStep(step, delivery.platform, tellsReading)),
        over: over.includes(delivery.state),
      }
    })
  })
}

type CoreStep = Awaited<ReturnType<ApiDeps['core']['testMessages']['steps']>>[number]

/** A platform that tells of no receipts is not waited for. */
function presentStep(
  step: CoreStep,
  platform: Platform | null,
  tellsReading: (platform: Platform) => boolean,
): TestMessage['steps'][number] {
  const isSilent = platform !== null && !tellsReading(platform)
  const isReceipt = step.station === 'delivered' || step.station === 'read'
  const shown = { station: step.station, at: step.at?.toISOString() ?? null }
  if (isReceipt && isSilent && step.state === 'waiting')
    return { ...shown, state: 'not-reported', note: '这个平台不报告这一步' }
  return {
    ...shown,
    state: step.state,
    note: step.platform ? `走 ${platformWords[step.platform]}` : step.note,
  }
}

function peopleOf(
  cause: { fields: Record<string, [unknown, unknown]>; data: Record<string, unknown> } | null,
) {
  if (!cause) return []
  const named = ['ownerId', 'offeredToId', 'askedId'].flatMap((field) => cause.fields[field] ?? [])
  return [...named, cause.data['personId']].filter((id): id is string => typeof id === 'string')
}
