/**
 * Starts the platforms' simulators on loopback and prints the settings that point the product at them, one variable a
 * line, until it is stopped:
 *
 *     npm run sim > .env.sim
 *
 * `SIM_HOOKS_URL` (default `http://127.0.0.1:3000/hooks`) is where callbacks are sent.
 */
import { createAdjustableClock, type AdjustableClock } from '../core/ports/clock.js'

interface Running {
  settings: object
  stop(): unknown
}

const hooks = process.env['SIM_HOOKS_URL'] ?? 'http://127.0.0.1:3000/hooks'

const simulators: Record<string, (clock: AdjustableClock) => Promise<Running>> = {
  async wecom(clock) {
    const { startWecom } = await import('../tests/simulators/wecom/start.js')
    const sim = await startWecom({ clock })
    sim.connect(hooks)
    return sim
  },
  async dingtalk(clock) {
    const { startDingtalk } = await import('../tests/simulators/dingtalk/start.js')
    return startDingtalk({ clock })
  },
  async feishu(clock) {
    const { startFeishu } = await import('../tests/simulators/feishu/start.js')
    return startFeishu({ clock })
  },
}

/** Names as in .env.example: `callback.aesKey` of `WECOM` is `WECOM_AES_KEY`. */
function envOf(prefix: string, settings: object): [string, string][] {
  return Object.entries(settings).flatMap(([name, value]): [string, string][] => {
    const word = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
    if (value === null) return []
    if (typeof value === 'object') return envOf(`${prefix}_${word}`, value as object)
    const key = `${prefix}_${word}`
      .replace('_CALLBACK_', '_')
      .replace('_CUSTOMER_SERVICE_', '_KF_')
      .replace(/_TEMPLATES_(\w+)$/, '_$1_TEMPLATE')
    return [[key, String(value)]]
  })
}

async function main(): Promise<void> {
  const clock = createAdjustableClock()
  const running: Running[] = []
  for (const [name, start] of Object.entries(simulators)) {
    const simulator = await start(clock)
    running.push(simulator)
    for (const [key, value] of envOf(name.toUpperCase(), simulator.settings)) console.log(`${key}=${value}`)
    console.error(`${name}: started`)
  }
  const stop = () => void Promise.all(running.map((one) => one.stop())).then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

await main()
