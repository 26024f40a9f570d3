import { expect } from 'vitest'
import type { Running } from '../../../bot/main.js'
import { renderCard } from '../../../bot/render.js'
import { verifyAll } from '../../../core/changes/verify.js'
import { outboxDepth } from '../../../core/changes/outbox.js'
import { select } from '../../../core/db/sql.js'
import { DeliveryEntity, shownStates } from '../../../core/deliveries/delivery.js'
import { cardsOf, type Stage } from './stage.js'

/** What must be there in the end, each once. */
export interface Outcome {
  lead: string
  /** `<key of the cast>` or null. */
  owner: string | null
  /** States of all offers there ever were. */
  offers: string[]
  /** `<kind> <state>` of all deadlines there ever were. */
  deadlines: string[]
  /** How the cards in each chat with the bot begin, oldest first. */
  cards: Record<string, string[]>
}

/** Compares the tables and the chats with what must have happened, however often the process died on the way. */
export async function expectWhole(running: Running, stage: Stage, outcome: Outcome): Promise<void> {
  const { core } = running
  const table = <Row>(sql: string) => core.read((tx) => select<Row>(tx, sql))
  const leads = await table<{ id: string; state: string; ownerId: string | null }>(
    'SELECT id, state, ownerId FROM leads',
  )
  const nameOf = (id: string | null) =>
    Object.entries(stage.company.people).find(([, person]) => person.id === id)?.[0] ?? null
  expect(leads.map((lead) => [lead.state, nameOf(lead.ownerId)])).toEqual([[outcome.lead, outcome.owner]])
  const offers = await table<{ state: string }>('SELECT state FROM offers ORDER BY id')
  expect(offers.map((offer) => offer.state)).toEqual(outcome.offers)
  const deadlines = await table<{ kind: string; state: string }>('SELECT kind, state FROM deadlines')
  expect(deadlines.map(({ kind, state }) => `${kind} ${state}`).toSorted()).toEqual(
    outcome.deadlines.toSorted(),
  )
  await expectNothingWaits(running)
  await expectPlaces(running, outcome, stage)
  await expectCards(running, outcome)
  const { subjects, breaks } = await core.read((tx) => verifyAll(tx))
  expect(breaks).toEqual([])
  expect(subjects).toBeGreaterThan(0)
}

async function expectNothingWaits({ core }: Running): Promise<void> {
  const inbox = await core.read((tx) =>
    select<{ state: string; n: number | string }>(
      tx,
      'SELECT state, COUNT(*) AS n FROM inbox GROUP BY state',
    ),
  )
  expect(inbox.map((row) => row.state)).toEqual(['done'])
  expect(await core.read((tx) => outboxDepth(tx))).toBe(0)
  const unfinished = await core.read((tx) =>
    select(
      tx,
      "SELECT id, state FROM deliveries WHERE channel = 'messenger' AND (workAt IS NOT NULL OR shownRev <> wantedRev)",
    ),
  )
  expect(unfinished).toEqual([])
}

/** The number of leads in somebody's hands is counted, never guessed: a step done twice would show here. */
async function expectPlaces({ core }: Running, outcome: Outcome, { company }: Stage): Promise<void> {
  const held = outcome.owner ?? (outcome.lead === 'offered' ? 'wang' : null)
  const people = await core.read((tx) => core.org.everybody(tx))
  const busy = people.filter((person) => person.openLeads !== 0)
  const expected = Object.entries(company.people).filter(([key]) => key === held)
  expect(busy.map((person) => [person.name, person.openLeads])).toEqual(
    expected.map(([, person]) => [person.name, 1]),
  )
}

/** Every delivery stands in its chat once and shows what a card drawn now would show. */
async function expectCards(running: Running, outcome: Outcome): Promise<void> {
  const { core } = running
  const deliveries = await core.read((tx) =>
    tx.getRepository(DeliveryEntity).find({ where: { channel: 'messenger' }, order: { id: 'ASC' } }),
  )
  const shown: string[] = []
  for (const account of ['wang', 'zhao', 'eastManager', 'director']) {
    const cards = await cardsOf(running, account)
    expect([account, ...cards.map((message) => message.text.split('：')[0])]).toHaveLength(cards.length + 1)
    expect([account, ...cards.map(({ card }) => card?.title.split('：')[0])]).toEqual([
      account,
      ...(outcome.cards[account] ?? []),
    ])
    for (const message of cards) {
      const delivery = deliveries.find((row) => row.platformMessageId === message.id)
      if (!delivery) throw new Error(`a card that no delivery knows: ${message.text}`)
      const today = await core.read((tx) => renderCard(core, tx, delivery))
      const { title, tone, actions } = today
      expect(message.card).toMatchObject({ title, tone, ...(actions ? { actions } : {}) })
      shown.push(delivery.id)
    }
  }
  expect(shown.toSorted()).toEqual(deliveries.map((row) => row.id).toSorted())
  expect(deliveries.filter((row) => !shownStates.includes(row.state) || row.failure)).toEqual([])
}
