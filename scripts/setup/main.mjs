import { fileURLToPath } from 'node:url'
import { install, reasonToInstall } from './install.mjs'
import { build, buildsOf, reasonToBuild } from './builds.mjs'
import { withLock } from './lock.mjs'
import { say } from './run.mjs'

export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '')

/** Installs and builds what is missing or out of date; under 150 ms and silent when nothing is. */
export async function setUp({ build: withBuilds = true, force = false } = {}) {
  if (!workLeft()) return
  // Two commands started at once must not delete each other's node_modules; the second looks again when it is let in.
  await withLock(root, async () => {
    const why = reasonToInstall(root)
    if (why) {
      say(`installing packages, ${why} · 正在安装依赖，通常不到一分钟`)
      await install(root)
    }
    const stale = staleBuilds()
    if (stale.length === 0) return
    say(`building ${stale.map(({ name, reason }) => `${name} (${reason})`).join(', ')} · 正在构建，请稍候`)
    await build(root, stale)
  })

  function workLeft() {
    return reasonToInstall(root) !== null || staleBuilds().length > 0
  }

  function staleBuilds() {
    if (!withBuilds) return []
    return buildsOf(root)
      .map((item) => ({ ...item, reason: force ? 'asked for' : reasonToBuild(root, item) }))
      .filter(({ reason }) => reason !== null)
  }
}
