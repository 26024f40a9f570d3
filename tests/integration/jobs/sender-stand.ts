import { silentLog } from '../../../bot/log.js'
import { notify } from '../../../bot/notify.js'
import { renderCard } from '../../../bot/render.js'
import { select } from '../../../core/db/sql.js'
import { ChangeEntity } from '../../../core/changes/change.js'
import { DeliveryEntity, type Delivery } from '../../../core/deliveries/delivery.js'
import { spanMs } from '../../../core/deadlines/ladder.js'
import { updateRows } from '../../../core/db/rows.js'
import { systemActor } from '../../../core/actor.js'
import { PersonEntity } from '../../../core/org/person.js'
import type { OutreachChannel, OutreachMessage } from '../../../core/ports/outreach.js'
import type { Platform } from '../../../core/ports/platform.js'
import type { DocumentName, DocumentOf } from '../../../core/playbook/documents.js'
import { createSender } from '../../../jobs/sender.js'
import { makeCompany, type Cast } from '../../support/company.js'
import { startCore } from '../../support/test-core.js'
import type { createFakeMessenger } from './fake-messenger.js'

export type Fake = ReturnType<typeof createFakeMessenger>

/** A core with a company, a sender over fake platforms and providers, and short words for what tests do with them. */
export async function startSending(fakes: Fake[], channels: OutreachChannel[] = []) {
  const test = await startCore()
  const { core, clock } = test
  const company = await makeCompany(core)
  const orders: OutreachMessage[] = []
  let ordering: () => void = () => undefined
  const makeSender = (options: { patienceMs?: number } = {}) =>
    createSender({
      ...options,
      core,
      messengers: new Map<Platform, Fake['messenger']>(
        fakes.map(({ messenger }) => [messenger.platform, messenger]),
      ),
      outreach: {
        channels: () => channels,
        send(message) {
          orders.push(message)
          ordering()
          return Promise.resolve({ provider: 'fake', providerMessageId: `order-${orders.length}` })
        },
        webhooks: [],
        start: () => undefined,
      },
      log: silentLog,
      render: (tx, delivery) => renderCard(core, tx, delivery),
    })
  const rows = (where: Partial<Pick<Delivery, 'card' | 'channel'>> = {}) =>
    core.read((tx) => tx.getRepository(DeliveryEntity).find({ where, order: { id: 'ASC' } }))
  const handled = new Set<string>()
  return {
    ...test,
    company,
    orders,
    onOrder(work: () => void) {
      ordering = work
    },
    rows,
    sender: makeSender,
    run: (options?: { patienceMs?: number }) => makeSender(options).run(),
    async after(span: string | number) {
      clock.advance(typeof span === 'number' ? span : spanMs(span))
      await makeSender().run()
    },
    /** Queues a card for somebody; its rule in the playbook is that of its kind. */
    queue: (card: string, to: Cast | string, key = card) =>
      core.write((tx) =>
        core.deliveries.queue(tx, {
          card,
          subject: { type: 'person', id: 'S' },
          to: { personId: to in company.people ? company.people[to as Cast].id : to },
          dedupeKey: `${key}:${to}`,
        }),
      ),
    /** Puts a document of the playbook in force. */
    publish: <N extends DocumentName>(name: N, body: DocumentOf<N>) =>
      core.write(async (tx) => {
        const draft = await core.playbook.saveDraft(tx, systemActor('test'), name, body, '')
        await core.playbook.publish(tx, systemActor('test'), name, draft.version)
      }),
    setPhone: (to: Cast, phone: string | null) =>
      core.write((tx) => updateRows(tx, PersonEntity, { id: company.people[to].id }, { phone })),
    /** Lets the bot react to every change that there is and that it has not seen yet. */
    async notifyAll() {
      const changes = await core.read((tx) => tx.getRepository(ChangeEntity).find({ order: { id: 'ASC' } }))
      for (const change of changes) {
        if (handled.has(change.id)) continue
        handled.add(change.id)
        await core.write((tx) => notify(core, tx, change))
      }
    },
    count: async (sql: string) =>
      Number((await core.read((tx) => select<{ n: number | string }>(tx, sql)))[0]?.n ?? 0),
  }
}

export type Sending = Awaited<ReturnType<typeof startSending>>
