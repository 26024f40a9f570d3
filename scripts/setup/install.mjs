import { existsSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join, sep } from 'node:path'
import { expected, pinnedNode, run } from './run.mjs'

const HIDDEN_LOCK = join('node_modules', '.package-lock.json')

/**
 * Why `npm ci` has to run, or null when node_modules holds exactly what package-lock.json asks for.
 *
 * npm writes node_modules/.package-lock.json as the last step of an install, so a broken-off one has none; contents
 * are compared rather than times, which a checkout or a copy changes.
 */
export function reasonToInstall(root) {
  if (!existsSync(join(root, 'node_modules'))) return 'there is no node_modules yet'
  const installed = readJson(join(root, HIDDEN_LOCK))
  if (!installed) return 'the last install was not finished'
  const wanted = readJson(join(root, 'package-lock.json'))
  if (!wanted) throw expected('package-lock.json is missing or damaged; restore it from the repository')
  const difference = firstDifference(wanted.packages, installed.packages)
  if (difference) return `${difference} differs from package-lock.json`
  const gone = Object.keys(installed.packages).find((path) => !existsSync(join(root, path, 'package.json')))
  if (gone) return `${gone} is missing`
  return pinnedNode(root) ? null : 'the pinned Node is missing'
}

/** The first package that is missing, extra or of another version; null when all agree. */
export function firstDifference(wanted, installed) {
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue
    const found = installed[path]
    // Optional packages for other platforms are in the lock file but not on disk.
    if (!found && (entry.optional || entry.devOptional || entry.peer)) continue
    if (!found || found.version !== entry.version || found.integrity !== entry.integrity) return path
  }
  return Object.keys(installed).find((path) => !(path in wanted)) ?? null
}

/** Installs the locked packages, development tools included: building and testing need them. */
export async function install(root) {
  // Without this a run that dies while deleting would leave the old list behind and look finished.
  rmSync(join(root, HIDDEN_LOCK), { force: true })
  const { code, output } = await run(
    'npm',
    ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      env: { ...process.env, PATH: pathOutside(root) },
      shell: process.platform === 'win32',
    },
  )
  if (code !== 0) throw expected(`npm ci failed · 依赖安装失败，请检查网络后重试\n${output}`)
  if (!pinnedNode(root)) {
    throw expected(
      'npm ci ran, but the pinned Node is missing: install scripts seem to be switched off (npm config ignore-scripts)',
    )
  }
}

// npm must not run on the Node that it is about to delete.
function pathOutside(root) {
  const inside = join(root, 'node_modules') + sep
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(inside))
    .join(delimiter)
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
