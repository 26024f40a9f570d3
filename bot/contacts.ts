import { systemActor } from '../core/actor.js'
import type { Core } from '../core/app.js'
import type { Tx } from '../core/db/unit-of-work.js'
import { findMatches } from '../core/dedupe/keys.js'
import type { Receiver } from '../core/intake/intake.js'
import { isOpen } from '../core/leads/lead.js'
import type { CustomerEvent } from '../core/ports/inbound.js'

const capture = systemActor('capture')

/**
 * A customer became, or is no longer, a colleague's contact in the messenger. Becoming one is interest: a lead in the
 * colleague's hands, or a touch on what is known. Going is a fact on the record, and its owner is told.
 */
export async function takeContact(core: Core, tx: Tx, event: CustomerEvent): Promise<void> {
  const colleague = await core.org.findByAccount(tx, event.platform, event.colleagueExternalId)
  switch (event.change) {
    case 'added':
      await added(core, tx, event, colleague?.state === 'left' ? null : (colleague?.id ?? null))
      return
    case 'removed':
      await removed(core, tx, event, colleague?.id ?? null)
      return
    case 'edited':
      // A note or a tag of the colleague's in the messenger: nothing that the record knows.
      return
  }
}

async function added(core: Core, tx: Tx, event: CustomerEvent, colleagueId: string | null): Promise<void> {
  const { platform, sender } = event
  const sources = await core.playbook.get(tx, 'sources')
  const isKey = (key: string | undefined) => sources.some((source) => source.key === key)
  const mark = event.source ?? ''
  const own = `${platform}-contact`
  // The colleague talks to the customer already: an offer to somebody else would part them.
  const receiver: Receiver = colleagueId
    ? { by: 'person', personId: colleagueId, via: 'manual' }
    : { by: 'offer' }
  await core.intake.capture(
    tx,
    capture,
    {
      lead: {
        name: (sender.name ?? '').slice(0, 60),
        source: isKey(mark) ? mark : isKey(own) ? own : 'other',
      },
      channel: platform,
      chatName: '',
      senderName: sender.name ?? '',
      text: mark ? `添加为好友，来自渠道“${mark}”` : '添加为好友',
      account: { platform, externalId: sender.externalId },
    },
    receiver,
  )
}

async function removed(core: Core, tx: Tx, event: CustomerEvent, colleagueId: string | null): Promise<void> {
  const { platform, sender } = event
  const matches = await findMatches(tx, { account: { platform, externalId: sender.externalId } })
  for (const { type, id } of matches) {
    const lead = type === 'lead' ? await core.leads.find(tx, id) : null
    if (type === 'lead' && !(lead && isOpen(lead))) continue
    await core.changes.append(tx, capture, {
      subject: { type, id },
      kind: `${type}.contact-removed`,
      data: { platform, colleagueId },
    })
  }
}
