import type { EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import type { Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import type { Org } from '../org/org.js'
import { authorize } from '../permissions/permissions.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import type { Platform } from '../ports/platform.js'
import { attemptsOf } from './attempts.js'
import { DeliveryEntity, type Delivery } from './delivery.js'
import type { Deliveries } from './deliveries.js'
import { chooseRoute } from './routing.js'

/** Stations of a message, in the order in which it passes them. */
export const stations = ['bound', 'routed', 'handed', 'delivered', 'read', 'acted'] as const
export type Station = (typeof stations)[number]

export interface TestStep {
  station: Station
  /** `not-reported`: the message is further on, and the platform did not tell of this station. */
  state: 'done' | 'waiting' | 'stopped' | 'not-reported'
  at: Date | null
  /** The platform that was chosen, at `routed`. */
  platform?: Platform
  /** For admins, in Chinese. */
  note: string
}

interface TestMessageDeps {
  clock: Clock
  ids: Ids
  org: Org
  deliveries: Pick<Deliveries, 'queue'>
}

export type TestMessages = ReturnType<typeof createTestMessages>

/** A real message that walks the whole chain, and the stations that it has passed (P-28). */
export function createTestMessages({ clock, ids, org, deliveries }: TestMessageDeps) {
  return {
    /**
     * Queues a card with a button 收到 for a person.
     *
     * @returns the delivery's id. @throws DomainError `permission.denied`, `person.not_found`.
     */
    async send(tx: Tx, actor: Actor, personId: string): Promise<string> {
      authorize(actor, 'delivery.retry')
      const person = await org.person(tx, personId)
      const id = await deliveries.queue(tx, {
        card: 'test.message',
        subject: { type: 'person', id: person.id },
        params: actor.kind === 'person' ? { by: actor.personId } : {},
        to: { personId: person.id },
        urgent: true,
        dedupeKey: `test:${ids.next()}`,
      })
      if (!id) throw new Error('a test message has a key of its own')
      return id
    },

    /**
     * How far it has come, station by station; the first that is not done says where it stopped.
     *
     * @param running - the platforms that this installation is connected to.
     * @throws DomainError `permission.denied`, `delivery.not_found`.
     */
    async steps(
      tx: EntityManager,
      actor: Actor,
      id: string,
      running: ReadonlySet<Platform>,
    ): Promise<TestStep[]> {
      authorize(actor, 'delivery.read')
      const delivery = await tx.getRepository(DeliveryEntity).findOneBy({ id })
      if (!delivery) throw new DomainError('delivery.not_found', { id })
      const accounts = delivery.personId ? await org.accountsOf(tx, delivery.personId) : []
      const choice = chooseRoute(accounts, running, clock.now())
      const last = (await attemptsOf(tx, id)).at(-1)
      const before = [
        boundStep(accounts.length, delivery),
        routeStep(choice.route ? choice.route.platform : null, choice.route ? null : choice.why, delivery),
      ]
      const isStopped = before.some(({ state }) => state === 'stopped')
      return [...before, handedStep(delivery, last?.code ?? null, isStopped), ...receiptSteps(delivery)]
    },
  }
}

function boundStep(accounts: number, { queuedAt }: Delivery): TestStep {
  return accounts > 0
    ? { station: 'bound', state: 'done', at: queuedAt, note: `已绑定 ${accounts} 个账号` }
    : {
        station: 'bound',
        state: 'stopped',
        at: null,
        note: '还没有绑定账号：在“系统状态”里绑定后会立即补发；平台上有他而这里没有时，先做一次“组织同步”',
      }
}

const noRoute = {
  unbound: '没有账号可选',
  broken: '账号被平台拒收：原因见“系统状态”，改好后做一次“组织同步”',
  'not-running': '账号所在的平台没有接入这个系统',
}

function routeStep(
  platform: Platform | null,
  why: keyof typeof noRoute | null,
  delivery: Delivery,
): TestStep {
  const chosen = delivery.platform ?? platform
  if (chosen) return { station: 'routed', state: 'done', at: delivery.queuedAt, platform: chosen, note: '' }
  return { station: 'routed', state: 'stopped', at: null, note: why ? noRoute[why] : '没有可用的平台' }
}

function handedStep(delivery: Delivery, code: string | null, isStopped: boolean): TestStep {
  const { state, sentAt, deliveredAt, readAt, actedAt, failure, attempts, waitingFor } = delivery
  const step = (at: Date | null, now: TestStep['state'], note: string): TestStep => ({
    ...{ station: 'handed', state: now, at, note },
  })
  if (sentAt) return step(sentAt, 'done', '平台已接收')
  // The platform never answered, and what came back shows all the same that it has the message.
  const told = deliveredAt ?? readAt ?? actedAt
  if (told) return step(told, 'done', '平台已接收：没有答复，从回执得知')
  const why = failure ?? code ?? '原因未知'
  if (state === 'unknown') return step(null, 'stopped', '已交给平台，但没有收到答复')
  if (state === 'failed' || state === 'expired') return step(null, 'stopped', `平台没有接收：${why}`)
  if (isStopped || waitingFor !== null) return step(null, 'waiting', '尚未发出')
  return step(null, 'waiting', attempts > 0 ? `试过 ${attempts} 次（${why}），会继续重试` : '正在发送')
}

function receiptSteps({ state, deliveredAt, readAt, actedAt }: Delivery): TestStep[] {
  const told = { delivered: deliveredAt, read: readAt, acted: actedAt }
  const words = { delivered: '已送达', read: '已读', acted: '已点“收到”' }
  const order = ['delivered', 'read', 'acted'] as const
  const reached = order.findIndex((station) => station === state)
  return order.map((station, index): TestStep => {
    const at = told[station]
    if (at) return { station, state: 'done', at, note: words[station] }
    if (index < reached) return { station, state: 'not-reported', at: null, note: '平台没有报告这一步' }
    return { station, state: 'waiting', at: null, note: '还没有收到回执' }
  })
}
