import type { Clock } from '../core/ports/clock.js'
import type { Ids } from '../core/ports/ids.js'
import type { KeyStore } from '../core/ports/key-store.js'
import type { Platform } from '../core/ports/platform.js'
import type { PlatformAdapter } from '../core/ports/platform-adapter.js'
import type { PlatformSettings } from '../core/ports/platform-settings.js'
import type { SharedState } from '../core/ports/shared-state.js'

/** What every platform adapter is given. */
export interface AdapterDeps {
  /** Where browsers and platforms reach this installation, without a slash at the end. */
  publicUrl: string
  clock: Clock
  ids: Ids
  state: SharedState
  keys: KeyStore
  log: AdapterLog
  /** Whether an account is somebody's who works here; without it nobody is taken for one. */
  isBound?: (platform: Platform, externalId: string) => Promise<boolean>
}

export interface AdapterLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/**
 * The platforms that this installation uses. Each is loaded only when it is: their SDKs are heavy.
 *
 * @throws ConfigError when something of the installation's own does not fit.
 */
export async function openPlatforms(
  settings: PlatformSettings,
  deps: AdapterDeps,
): Promise<PlatformAdapter[]> {
  const adapters: PlatformAdapter[] = []
  if (settings.wecom) adapters.push(await (await import('./wecom/open.js')).openWecom(settings.wecom, deps))
  if (settings.dingtalk)
    adapters.push((await import('./dingtalk/adapter.js')).createDingtalk(settings.dingtalk, deps))
  if (settings.feishu)
    adapters.push((await import('./feishu/adapter.js')).createFeishu(settings.feishu, deps))
  return adapters
}
