import { systemActor } from '../core/actor.js'
import type { Core } from '../core/app.js'
import type { Tx } from '../core/db/unit-of-work.js'
import { toLocal } from '../core/deadlines/working-time.js'
import { findMatches } from '../core/dedupe/keys.js'
import type { CaptureResult, Interest } from '../core/intake/intake.js'
import type { MessageEvent } from '../core/ports/inbound.js'
import type { CaptureDocument } from '../core/playbook/capture.js'
import { readChat, type ChatReading } from '../core/understanding/chat.js'

/** What was read in a message, before anything is looked up. */
export interface MessageReading {
  interest: Interest
  isLead: boolean
  /** Says how the sender can be reached. */
  tells: boolean
}

/** Words of somebody outside the company → a lead, a touch, or nothing (P-48). */
export async function captureMessage(core: Core, tx: Tx, event: MessageEvent): Promise<CaptureResult | null> {
  return captureReading(core, tx, readMessage(core, event, await core.playbook.get(tx, 'capture')))
}

/** Reads a message; needs no database, so it is done outside of a unit of work where many are taken in. */
export function readMessage(core: Core, event: MessageEvent, capture: CaptureDocument): MessageReading {
  const reading = readChat(event.text, {
    sender: 'external',
    chat: event.chat.type === 'direct' ? 'single' : 'group',
    reference: toLocal(new Date(event.at), core.timeZone),
    capture,
  })
  const tells =
    reading.phones.length + reading.maskedPhones.length + reading.wechat.length + reading.emails.length
  return { interest: interestOf(event, reading), isLead: reading.isLead, tells: tells > 0 }
}

/** What `readMessage` read → a lead, a touch, or nothing. */
export async function captureReading(
  core: Core,
  tx: Tx,
  { interest, isLead, tells }: MessageReading,
): Promise<CaptureResult | null> {
  if (!isLead && !(tells && (await isKnown(tx, interest)))) return null
  return core.intake.capture(tx, systemActor('capture'), interest)
}

/** “138… 找我就行” is no interest by itself; from somebody who has just shown some, it is the missing number. */
const isKnown = async (tx: Tx, { account }: Interest): Promise<boolean> =>
  (await findMatches(tx, { account })).length > 0

function interestOf(event: MessageEvent, reading: ChatReading): Interest {
  const { budget } = reading
  const wanted = reading.times[0]?.value.split('/')[0]
  return {
    lead: {
      name: (reading.persons[0] ?? event.sender.name ?? '').slice(0, 60),
      company: (reading.companies[0] ?? '').slice(0, 120),
      phone: reading.phones[0]?.value ?? null,
      maskedPhone: reading.maskedPhones[0] ?? null,
      email: reading.emails[0] ?? null,
      wechat: reading.wechat[0] ?? null,
      need: event.text,
      source: 'chat',
      budgetMinCents: budget?.minCents ?? budget?.valueCents ?? null,
      budgetMaxCents: budget?.maxCents ?? budget?.valueCents ?? null,
      quantity: reading.quantity ?? null,
      wantedAt: wanted && /^\d{4}-\d{2}-\d{2}/.test(wanted) ? wanted : null,
    },
    channel: event.platform,
    chatName: event.chat.name ?? '',
    senderName: event.sender.name ?? '',
    text: event.text,
    account: { platform: event.platform, externalId: event.sender.externalId },
  }
}
