import { z } from 'zod'
import type { Storage } from './storage.js'
import type { WireSettings } from './wire.js'
import { limitsByName, type Limits } from './limits.js'

export const settingsSchema = z.strictObject({
  limits: z.enum(['none', 'wecom', 'dingtalk', 'feishu']),
  readReceipts: z.boolean(),
  doubleCallbacks: z.boolean(),
})

const defaults: WireSettings = { limits: 'none', readReceipts: true, doubleCallbacks: false }

/** The console's switches. They survive a restart. */
export function createSettings(storage: Storage) {
  let current = read(storage)
  return {
    get: (): WireSettings => current,
    set(changes: Partial<WireSettings>): WireSettings {
      current = settingsSchema.parse({ ...current, ...changes })
      storage.run(
        'INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)',
        'console',
        JSON.stringify(current),
      )
      return current
    },
    /** The limits that are imitated now, with the receipts switch applied. */
    limits(): Limits {
      const chosen = limitsByName[current.limits]
      const readReceipts = chosen.capabilities.readReceipts && current.readReceipts
      return { ...chosen, capabilities: { ...chosen.capabilities, readReceipts } }
    },
  }
}

export type Settings = ReturnType<typeof createSettings>

function read(storage: Storage): WireSettings {
  const row = storage.one<{ value: string }>('SELECT value FROM settings WHERE key = ?', 'console')
  if (!row) return defaults
  const stored = settingsSchema.safeParse({ ...defaults, ...JSON.parse(row.value) })
  return stored.success ? stored.data : defaults
}
