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
}

/** The chat it was addressed to, or the account that core chooses among those of running platforms. */
export async function findWay(
  core: Core,
  tx: EntityManager,
  delivery: Delivery,
  messengers: Messengers,
): Promise<Way | NoRoute> {
  if (delivery.chatId && delivery.platform) {
    const messenger = messengers.get(delivery.platform)
    return messenger ? { messenger, to: { chatId: delivery.chatId }, account: null } : 'not-running'
  }
  if (!delivery.personId) return 'unbound'
  const accounts = await core.org.accountsOf(tx, delivery.personId)
  const choice = chooseRoute(accounts, new Set(messengers.keys()), core.clock.now())
  const messenger = choice.route && messengers.get(choice.route.platform)
  if (!choice.route) return choice.why
  if (!messenger) return 'not-running'
  return { messenger, to: { externalId: choice.route.externalId }, account: choice.route }
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
  if (chatId) return { messenger, to: { chatId }, account: null }
  const accounts = personId ? await core.org.accountsOf(tx, personId) : []
  const externalId = accounts.find((account) => account.platform === platform)?.externalId
  return {
    messenger,
    to: externalId ? { externalId } : {},
    account: externalId ? { platform, externalId } : null,
  }
}
