import { startFeishuStand } from '../simulators/feishu/stand.js'
import { describePlatform, type PlatformStand } from './platform-contract.js'

for (const mode of ['socket', 'webhook'] as const)
  describePlatform(`Feishu by ${mode}`, async (): Promise<PlatformStand> => {
    const { sim, adapter, stop } = await startFeishuStand({ mode })
    return {
      channel: adapter.channel,
      messenger: adapter.messenger,
      identity: adapter.identity,
      directory: adapter.directory,
      accounts: { colleague: sim.colleague, customer: sim.customer },
      groupId: sim.groupId,
      says: async (account, chatId, text) => sim.says(account, chatId, text),
      taps: sim.taps,
      shownCard: async (account) => sim.shownCard(account),
      cardCount: async (account) => sim.cardsOf(account).length,
      repeatCallbacks: async () => sim.delivery.repeat(2),
      signInCode: async (account) => sim.api.signInCode(account),
      idle: sim.delivery.idle,
      stop,
    }
  })
