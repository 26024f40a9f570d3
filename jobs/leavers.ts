import type { Core } from '../core/app.js'

/** Records in one unit: taps and messages of others stand behind it on the embedded database. */
const batch = 20

/** Hands over what people who left still have in hand, a part at a time until nothing is left. */
export function createLeaversJob({ core }: { core: Core }) {
  let isStopping = false
  return {
    async run(): Promise<void> {
      while (!isStopping && (await core.write((tx) => core.leavers.handOver(tx, batch))) > 0);
    },
    stop() {
      isStopping = true
    },
  }
}
