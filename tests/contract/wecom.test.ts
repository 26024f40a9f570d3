import type { Card } from '../../core/ports/card.js'
import { record } from '../simulators/wecom/card-rules.js'
import { startWecomStand } from '../support/wecom-stand.js'
import { describePlatform, type PlatformStand } from './platform-contract.js'

/** The first line of a card that answers a tap: WeCom has no toasts. */
const noticeLine = /^(?:✅|⚠️|❗|ℹ️) (.*)$/m

describePlatform('WeCom', async (): Promise<PlatformStand> => {
  const stand = await startWecomStand()
  const { sim, adapter } = stand

  const shown = (account: string): Card | null => {
    const card = sim.newest(account).shown?.card
    if (!card) return null
    return { kind: 'shown', tone: 'neutral', title: String(record(card['main_title'])['title']), blocks: [] }
  }

  return {
    channel: adapter.channel,
    messenger: adapter.messenger,
    identity: adapter.identity,
    directory: adapter.directory,
    accounts: { colleague: sim.people.colleague, customer: sim.people.customer },
    // WeCom shows no customer group to anybody: customers are heard in customer service, one to one.
    groupId: sim.customerChat,
    customerChat: 'direct',
    async says(account, _chatId, text) {
      await (account === sim.people.customer ? sim.customerSays(text) : sim.says(account, text))
    },
    async taps(account, actionId, values) {
      const { text, card } = await sim.taps(account, actionId, values)
      const line = noticeLine.exec(String(card?.['sub_title_text'] ?? ''))
      return { notice: line?.[1] ?? text ?? null }
    },
    shownCard: async (account) => shown(account),
    cardCount: async (account) => sim.cardsOf(account).length,
    repeatCallbacks: async () => sim.repeatCallbacks(),
    signInCode: async (account) => sim.signInCode(account),
    idle: async () => undefined,
    stop: () => stand.stop(),
  }
})
