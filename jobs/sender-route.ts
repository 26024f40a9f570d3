import type { EntityManager } from 'typeorm'
import type { Core } from '../core/app.js'
import type { Delivery } from '../core/deliveries/delivery.js'
import { chooseRoute, type NoRoute } from '../core/deliveries/routing.js'
import type { Account } from '../core/org/bindings.js'
import type { Address, Messenger } from '../core/ports/messenger.js'
import type { Platform } from '../core/ports/platform.js'

export type Messengers = ReadonlyMap<Platform, Messenger>

/** Where a delivery goes now. */
export interface Way {
  messenger: Messenger
  to: Address
  /** The person's account; null for a chat. */
  account: Account | null
  /** The platform refused this account before: taking a message now mends it. */
  wasRefused: boolean
}

/**
 * The chat it was addressed to, or the account that core chooses among those of running platforms; a card that is
 * meant for one platform, or may be there already, stays with it.
 */
export async function findWay(
  core: Core,
  tx: EntityManager,
  delivery: Delivery,
  messengers: Messengers,
): Promise<Way | NoRoute> {
  if (delivery.chatId && delivery.platform) {
    const messenger = messengers.get(delivery.platform)
    return messenger
      ? { messenger, to: { chatId: delivery.chatId }, account: null, wasRefused: false }
      : 'not-running'
  }
  if (!delivery.personId) return 'unbound'
  const accounts = await core.org.accountsOf(tx, delivery.personId)
  const running = [...messengers.keys()].filter(
    (platform) => delivery.platform === null || platform === delivery.platform,
  )
  const choice = chooseRoute(accounts, new Set(running), core.clock.now())
  const messenger = choice.route && messengers.get(choice.route.platform)
  if (!choice.route) return choice.why
  if (!messenger) return 'not-running'
  const { platform, externalId } = choice.route
  const wasRefused = accounts.some(
    (account) =>
      account.platform === platform && account.externalId === externalId && account.state === 'broken',
  )
  return { messenger, to: { externalId }, account: choice.route, wasRefused }
}

/** Other running platforms on which the person has an account that was not refused. */
export async function otherPlatforms(
  core: Core,
  tx: EntityManager,
  shown: Pick<Delivery, 'platform' | 'personId'>,
  messengers: Messengers,
): Promise<Platform[]> {
  const accounts = shown.personId ? await core.org.accountsOf(tx, shown.personId) : []
  const usable = accounts.filter(
    ({ platform, state }) => state !== 'broken' && platform !== shown.platform && messengers.has(platform),
  )
  return [...new Set(usable.map(({ platform }) => platform))]
}

/** The person's account on the platform that has the message already: updates and urges go where the card is. */
export async function wayOfShown(
  core: Core,
  tx: EntityManager,
  shown: Pick<Delivery, 'platform' | 'personId' | 'chatId'>,
  messengers: Messengers,
): Promise<Way | null> {
  const { platform, personId, chatId } = shown
  const messenger = platform ? messengers.get(platform) : undefined
  if (!platform || !messenger) return null
  if (chatId) return { messenger, to: { chatId }, account: null, wasRefused: false }
  const accounts = personId ? await core.org.accountsOf(tx, personId) : []
  const externalId = accounts.find((account) => account.platform === platform)?.externalId
  return {
    messenger,
    to: externalId ? { externalId } : {},
    account: externalId ? { platform, externalId } : null,
    wasRefused: false,
  }
}
