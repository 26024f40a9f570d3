import type { WecomSettings } from '../../core/ports/platform-settings.js'
import type { AdapterDeps } from '../platforms.js'
import { createWecom, type WecomAdapter } from './adapter.js'
import { loadArchive } from './archive-module.js'

/**
 * WeCom with what the installation brings of its own.
 *
 * @throws ConfigError when its archive does not fit.
 */
export async function openWecom(settings: WecomSettings, deps: AdapterDeps): Promise<WecomAdapter> {
  const { archiveModule, corpId } = settings
  const archive = archiveModule === null ? null : await loadArchive(archiveModule, corpId)
  return createWecom(settings, deps, { archive })
}
