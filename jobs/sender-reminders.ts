import type { Core } from '../core/app.js'
import type { ShareWrite } from '../core/db/shared-writes.js'
import type { Claimed } from '../core/deliveries/claims.js'
import type { Delivery } from '../core/deliveries/delivery.js'
import { PlatformError } from '../core/errors.js'
import { faultPoint } from '../core/fault-points.js'
import type { UrgeLevel } from '../core/ports/messenger.js'
import type { OutreachChannel } from '../core/ports/outreach.js'
import type { Settle } from './sender-cards.js'
import { otherPlatforms, wayOfShown } from './sender-route.js'
import type { SenderDeps } from './sender.js'
import type { WaysOut } from './sender-ways.js'

interface ReminderSenderDeps extends Pick<SenderDeps, 'messengers' | 'render' | 'outreach'> {
  core: Core
  share: ShareWrite
  ways: WaysOut
}

/** Longest text of a reminder, characters: one long SMS, half a minute of speech. */
const longestText = 120

/**
 * Gives reminders of cards, each at most once: an order is marked before it is placed, and one whose fate is unknown is
 * not placed again. What is not possible here is skipped with the reason.
 */
export function createReminderSender({
  core,
  messengers,
  render,
  outreach,
  share,
  ways,
}: ReminderSenderDeps) {
  const skip = (delivery: Claimed, why: string): Settle => {
    const passOn = !useless.has(why)
    return () => share((tx) => core.deliveries.markSkipped(tx, delivery, why, { passOn }))
  }

  /** Marks the order as placed, in a unit of its own: nothing is asked of anybody before that is on disk. */
  async function mark(delivery: Claimed): Promise<void> {
    faultPoint('delivery.before-urge')
    await share((tx) => core.deliveries.markHanded(tx, delivery))
    faultPoint('reminder.after-handed')
  }

  async function urge(delivery: Claimed, parent: Delivery, level: UrgeLevel): Promise<Settle> {
    const way = await core.read((tx) => wayOfShown(core, tx, parent, messengers))
    const { platformMessageId } = parent
    if (!way || !platformMessageId || !way.messenger.capabilities().urges.includes(level))
      return skip(delivery, 'not-supported')
    const { platform } = way.messenger
    ways.enter(platform)
    await mark(delivery)
    const reached = await ways.call(platform, () =>
      way.messenger.urge(platformMessageId, way.to, level, delivery.id),
    )
    faultPoint('reminder.after-send')
    if (!reached) throw new PlatformError({ platform, code: 'nobody_reached', retryable: false })
    return sent(delivery, { platform, platformMessageId: null, state: 'sent' })
  }

  /** The copies are deliveries of their own, queued in the unit that ends the reminder. */
  async function copy(delivery: Claimed, parent: Delivery): Promise<Settle> {
    const others = await core.read((tx) => otherPlatforms(core, tx, parent, messengers))
    if (others.length === 0) return skip(delivery, 'no-other-account')
    return () =>
      share(async (tx) => {
        for (const platform of others)
          await core.deliveries.reminders.copyTo(tx, parent, platform, core.clock.now())
        await core.deliveries.markSent(tx, delivery, {
          platform: null,
          platformMessageId: null,
          state: 'sent',
        })
        await core.deliveries.markShown(tx, delivery)
      })
  }

  async function call(delivery: Claimed, parent: Delivery, channel: OutreachChannel): Promise<Settle> {
    if (!outreach.channels().includes(channel)) return skip(delivery, 'not-configured')
    const person = await core.read((tx) => core.org.findPerson(tx, delivery.personId ?? ''))
    const to = channel === 'mail' ? person?.email : person?.phone
    if (!person || !to) return skip(delivery, channel === 'mail' ? 'no-mail' : 'no-phone')
    const { title } = await core.read((tx) => render(tx, parent))
    const text = reminderText(title)
    ways.enter(channel)
    await mark(delivery)
    const { provider, providerMessageId } = await ways.call(channel, () =>
      outreach.send({
        channel,
        to,
        text,
        ...(channel === 'mail' ? { subject: title } : {}),
        template: { key: 'reminder', params: { name: person.name, title } },
        idempotencyKey: delivery.id,
      }),
    )
    faultPoint('reminder.after-send')
    return sent(delivery, { platform: null, provider, platformMessageId: providerMessageId, state: 'sent' })
  }

  const sent =
    (delivery: Claimed, taken: Parameters<Core['deliveries']['markSent']>[2]): Settle =>
    () =>
      share(async (tx) => {
        await core.deliveries.markSent(tx, delivery, taken)
        await core.deliveries.markShown(tx, delivery)
      })

  return {
    async send(delivery: Claimed): Promise<Settle> {
      if (delivery.interrupted && delivery.handedAt)
        return () => share((tx) => core.deliveries.markUnknown(tx, delivery, 'interrupted'))
      const now = core.clock.now()
      const { parent, useless: why } = await core.read((tx) =>
        core.deliveries.reminders.check(tx, delivery, now),
      )
      if (!parent || why) return skip(delivery, why ?? 'gone')
      switch (delivery.channel) {
        case 'urge.app':
          return urge(delivery, parent, 'app')
        case 'urge.sms':
          return urge(delivery, parent, 'sms')
        case 'urge.phone':
          return urge(delivery, parent, 'phone')
        case 'messengers':
          return copy(delivery, parent)
        case 'sms':
        case 'voice':
        case 'mail':
          return call(delivery, parent, delivery.channel)
        case 'messenger':
        case 'todo':
          throw new Error('neither a card nor an entry in a list is a reminder')
      }
    },
  }
}

/** Reasons that hold for every way: nothing takes the skipped one's place. */
const useless = new Set(['gone', 'read', 'acted', 'late', 'settled'])

/** What is read out or written: the card's title, which carries no phone number, and where to go. */
export const reminderText = (title: string): string =>
  `${title}，请尽快打开工作消息处理。`.slice(-longestText)
