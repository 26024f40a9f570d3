import type { Item, Predict } from './item.js'

/** One loader a platform: the part of `op` before the dot says whose wire it is. */
const platforms: Record<string, () => Promise<Predict>> = {
  wecom: async () => (await import('./wire-wecom.js')).predictWecomWire,
  dingtalk: async () => (await import('./wire-dingtalk.js')).predictDingtalkWire,
  feishu: async () => (await import('./wire-feishu.js')).predictFeishuWire,
}

/** The wires of the platforms: `{op, input}` → `{output}`; what is to be refused is `{output: {ok: false, reason}}`. */
export async function predictWire(item: Item): Promise<object> {
  const platform = String(item['op']).split('.')[0] ?? ''
  const load = Object.hasOwn(platforms, platform) ? platforms[platform] : undefined
  if (!load) throw new TypeError(`no platform of "${platform}"`)
  return (await load())(item)
}
