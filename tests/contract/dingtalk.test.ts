import { outsideAccount } from '../../adapters/dingtalk/decode.js'
import { startDingtalkStand } from '../simulators/dingtalk/stand.js'
import { describePlatform, type PlatformStand } from './platform-contract.js'

for (const mode of ['stream', 'http'] as const)
  describePlatform(`DingTalk by ${mode}`, async (): Promise<PlatformStand> => {
    const { sim, adapter, channel, stop } = await startDingtalkStand({ settings: { mode } })
    const customer = outsideAccount('$:LWCP_v1:$outside-zhang')
    return {
      channel,
      messenger: adapter.messenger,
      identity: adapter.identity,
      directory: adapter.directory,
      accounts: { colleague: 'u-wang', customer },
      groupId: 'cid-group-1==',
      // The robot hears only what addresses it.
      customersAddressBot: true,
      says: (account, chatId, text) =>
        sim.says(account === customer ? 'outside-zhang' : account, chatId, text),
      taps: sim.taps,
      shownCard: async (account) => sim.shownCard(account),
      cardCount: async (account) => sim.cardCount(account),
      repeatCallbacks: async () => sim.repeatCallbacks(),
      signInCode: async (account) => sim.signInCode(account),
      idle: sim.idle,
      stop,
    }
  })
