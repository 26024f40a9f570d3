import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemActor, type PersonActor } from '../../core/actor.js'
import { createCore, type Core } from '../../core/app.js'
import type { Subject } from '../../core/changes/change.js'
import { openDatabase } from '../../core/db/database.js'
import { migrations } from '../../core/db/migrations/index.js'
import { updateRows } from '../../core/db/rows.js'
import type { Tx } from '../../core/db/unit-of-work.js'
import { toLocal } from '../../core/deadlines/working-time.js'
import { DeliveryEntity, type Delivery } from '../../core/deliveries/delivery.js'
import { found } from '../../core/demo/found.js'
import { entities } from '../../core/entities.js'
import type { Interest } from '../../core/intake/intake.js'
import type { Lead } from '../../core/leads/lead.js'
import type { Card } from '../../core/ports/card.js'
import { createManualClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import { readNote } from '../../core/understanding/note.js'
import { renderCard } from '../render.js'

/** A Wednesday at ten in Shanghai: whatever day it is, the gallery shows the same. */
const opening = '2026-03-11T02:00:00.000Z'
const timeZone = 'Asia/Shanghai'

/** The demo company on a database of its own that goes when `tell` is done. */
export async function onScene<T>(tell: (scene: Scene) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-gallery-'))
  const database = await openDatabase({ url: `sqlite:${join(folder, 'gallery.db')}`, entities, migrations })
  const clock = createManualClock(opening)
  const core = createCore({ database, clock, ids: createIds(clock), timeZone })
  try {
    return await core.write(async (tx) => tell(await createScene(core, tx, clock.advance)))
  } finally {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

export type Scene = Awaited<ReturnType<typeof createScene>>

async function createScene(core: Core, tx: Tx, advance: (ms: number) => void) {
  const actors = [...(await found(tx, core)).values()]
  const byName = new Map<string, PersonActor>()
  for (const actor of actors) byName.set((await core.org.person(tx, actor.personId)).name, actor)
  let deliveries = 0

  const person = (name: string): PersonActor => {
    const actor = byName.get(name)
    if (!actor) throw new Error(`nobody in the demo company is called ${name}`)
    return actor
  }

  async function queue(
    card: string,
    subject: Subject,
    viewer: PersonActor | null,
    params: Record<string, string> = {},
  ): Promise<Delivery> {
    const id = await core.deliveries.queue(tx, {
      ...{ card, subject, params },
      to: viewer ? { personId: viewer.personId } : { platform: 'sandbox', chatId: 'gallery' },
      dedupeKey: `gallery:${(deliveries += 1)}`,
    })
    const delivery = await core.deliveries.find(tx, id ?? '')
    if (!delivery) throw new Error('the delivery is gone')
    return delivery
  }

  return {
    core,
    tx,
    person,

    /** A customer who writes in a group. @returns the lead; null where the customer is known already. */
    async asks(text: string, lead: Partial<Interest['lead']>, senderName: string): Promise<Lead | null> {
      const captured = await core.intake.capture(tx, systemActor('gallery'), interest(text, lead, senderName))
      return captured.outcome === 'customer-touched' ? null : captured.lead
    },
    /** A lead that a rep has entered and keeps. */
    async owns(owner: PersonActor, text: string, lead: Partial<Interest['lead']>): Promise<Lead> {
      const receiver = { by: 'person', personId: owner.personId, via: 'manual' } as const
      const captured = await core.intake.capture(tx, owner, interest(text, lead, ''), receiver)
      if (captured.outcome !== 'lead') throw new Error('this lead is known already')
      return captured.lead
    },

    /** What a rep says to the product. */
    async says(actor: PersonActor, text: string, about?: { type: 'lead' | 'customer'; id: string }) {
      const draft = readNote(text, { reference: toLocal(core.clock.now(), timeZone) })
      return core.followUps.say(tx, actor, { text, draft, readBy: 'rules' }, about)
    },

    /** Leads that came to one person at once, as the digest that stands for them. */
    async folds(owner: PersonActor, companies: readonly string[]): Promise<Card> {
      const digest = await queue('digest', { type: 'person', id: owner.personId }, owner, {
        kind: 'lead.given',
      })
      for (const company of companies) {
        const lead = await this.owns(owner, `${company}想了解产品`, { name: '', company })
        const { id } = await queue('lead.given', { type: 'lead', id: lead.id }, owner, {})
        await updateRows(tx, DeliveryEntity, { id }, { state: 'folded', foldedInto: digest.id })
      }
      return renderCard(core, tx, digest)
    },

    /** Time passes; what falls due on the way fires. */
    async passes(minutes: number): Promise<void> {
      advance(minutes * 60_000)
      const now = core.clock.now()
      for (const id of await core.deadlines.due(tx, now, 100)) await core.deadlines.fire(tx, id, now)
    },

    /** The card as it stands now before somebody's eyes. */
    async draws(...queued: Parameters<typeof queue>): Promise<Card> {
      return renderCard(core, tx, await queue(...queued))
    },
  }
}

const interest = (text: string, lead: Partial<Interest['lead']>, senderName: string): Interest => ({
  lead: { need: text, source: 'chat', ...lead } as Interest['lead'],
  ...{ channel: 'feishu', chatName: '华东客户交流群', senderName, text },
})
