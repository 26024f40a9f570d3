import { createHash } from 'node:crypto'
import { systemActor, type Actor, type PersonActor } from '../actor.js'
import type { Core } from '../app.js'
import type { Tx } from '../db/unit-of-work.js'
import { toLocal } from '../deadlines/working-time.js'
import type { CaptureResult, Receiver } from '../intake/intake.js'
import type { Lead } from '../leads/lead.js'
import { readNote } from '../understanding/note.js'
import { outsiders } from './company.js'
import type { DemoInterest } from './interests.js'
import { writeNote, type NoteKind } from './notes.js'
import type { Planner } from './plan.js'
import type { Chance } from './random.js'

/** A contract's record needs the content that it vouches for: made up before the walk, handed to the file store by the caller. */
export interface DemoFile {
  id: string
  bytes: Buffer
}

export interface WorldDeps {
  core: Core
  tx: Tx
  chance: Chance
  plan: Planner
  /** Actors by person id. */
  actors: ReadonlyMap<string, PersonActor>
  contracts: DemoFile[]
}

export type World = ReturnType<typeof createWorld>

const channels: Record<DemoInterest['source'], string> = {
  chat: 'sandbox',
  form: 'form:website',
  'douyin-ad': 'douyin',
  'douyin-dm': 'douyin',
  'call-400': 'call',
  expo: 'expo',
  import: 'import',
}

/** What the people of the demo company do, by the same use-cases as everybody else. */
export function createWorld({ core, tx, chance, plan, actors, contracts }: WorldDeps) {
  const usedContracts: DemoFile[] = []

  function actor(personId: string | null): PersonActor {
    const found = actors.get(personId ?? '')
    if (!found) throw new Error('the demo company has lost somebody')
    return found
  }

  return {
    chance,
    plan,
    now: () => core.clock.now(),
    usedContracts,

    lead: (id: string): Promise<Lead> => core.leads.byId(tx, id),

    /** Interest comes in, and finds its receiver. */
    capture(interest: DemoInterest): Promise<CaptureResult> {
      const { source, company, need, name, city, budget } = interest
      const known = outsiders.find((outsider) => company === outsider.lead)
      const by: Actor =
        source === 'import' ? actor(managerOf(city)) : systemActor(source === 'form' ? 'form' : 'capture')
      const receiver: Receiver = interest.route === 'imported' ? { by: 'allot' } : { by: 'offer' }
      const account = known ? { platform: 'sandbox' as const, externalId: known.key } : null
      const cents = budget === null ? null : budget * 1_000_000
      return core.intake.capture(
        tx,
        by,
        {
          lead: {
            name,
            company: `${city}${company}有限公司`,
            phone: phoneOf(company),
            need,
            source,
            budgetMinCents: cents,
            budgetMaxCents: cents,
            demo: true,
          },
          channel: channels[source],
          chatName: source === 'chat' ? '客户交流群' : '',
          senderName: name,
          text: budget === null ? need : `${need}，预算${budget}万左右`,
          place: city,
          ...(account ? { account } : {}),
        },
        receiver,
      )
    },

    accept: (lead: Lead) => core.assignment.acceptOffer(tx, actor(lead.offeredToId), lead.id),

    decline: (lead: Lead, reason: string) =>
      core.assignment.declineOffer(tx, actor(lead.offeredToId), lead.id, reason),

    /** The manager whose turn it is gives the lead to the rep of the department with most room. */
    async dispatch(lead: Lead): Promise<void> {
      const departmentIds = await core.org.departmentsBelow(tx, lead.departmentId ?? '')
      const reps = await core.org.reps(tx, departmentIds)
      const [freest] = reps.sort((a, b) => a.openLeads / a.openLeadCap - b.openLeads / b.openLeadCap)
      if (freest) await core.assignment.dispatch(tx, actor(lead.askedId), lead.id, freest.id)
    },

    view: (lead: Lead) => core.leads.markViewed(tx, actor(lead.ownerId), lead.id),

    /** The owner writes one sentence about a contact. `next` is a local day. */
    async note(lead: Lead, kind: NoteKind, interest: DemoInterest, next: string | null): Promise<void> {
      const text = writeNote(chance, kind, interest, next)
      const reference = toLocal(core.clock.now(), core.timeZone)
      const draft = readNote(text, { reference, knownNames: [lead.name, lead.company] })
      const about = lead.customerId
        ? { type: 'customer' as const, id: lead.customerId }
        : { type: 'lead' as const, id: lead.id }
      await core.followUps.say(tx, actor(lead.ownerId), { text, draft, readBy: 'rules', demo: true }, about)
    },

    convert: (lead: Lead, title: string) =>
      core.conversion.convert(tx, actor(lead.ownerId), lead.id, { title, now: core.clock.now() }),

    giveUp: (lead: Lead, reason: string) => core.leads.close(tx, actor(lead.ownerId), lead.id, reason),

    /** Moves the lead's deal to a stage, with what the stage asks for. */
    async moveDeal(lead: Lead, stage: string, closeOn: string | null): Promise<void> {
      if (!lead.dealId) return
      const owner = actor(lead.ownerId)
      if (closeOn) await core.deals.edit(tx, owner, lead.dealId, { expectedCloseOn: closeOn })
      const contract = stage === 'signed' ? contracts[usedContracts.length] : undefined
      if (contract) {
        usedContracts.push(contract)
        await core.files.add(tx, owner, {
          ...contract,
          name: `${lead.company}合同.pdf`,
          purpose: 'contract',
          subject: { type: 'deal', id: lead.dealId },
        })
      }
      const moved = await core.deals.moveStage(tx, owner, lead.dealId, stage)
      if (!moved.ok)
        throw new Error(`a demo deal cannot enter ${stage}: ${moved.missing.map((m) => m.need).join(', ')}`)
    },
  }

  function managerOf(city: string): string {
    const managers = [...actors.values()].filter(
      (one) => one.role === 'manager' && one.departmentIds.length === 1,
    )
    return (southern.test(city) ? managers[1] : managers[0])?.personId ?? ''
  }
}

const southern = /广州|深圳|东莞|佛山|珠海|惠州|厦门|南宁|海口/

/** Numbers in a row that nobody was given when this was written, the same one for the same company. */
function phoneOf(company: string): string {
  const tail = createHash('sha256').update(company).digest().readUInt32BE(0) % 10_000
  return `1990000${String(tail).padStart(4, '0')}`
}
