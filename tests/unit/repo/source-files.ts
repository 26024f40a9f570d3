import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of the repository. `path` is relative to its root, with forward slashes. */
export interface SourceFile {
  path: string
  text: string
}

export const repoRoot = fileURLToPath(new URL('../../../', import.meta.url))

/** Folders whose code ships; the tests and scripts around it have more freedom. */
export const productFolders = ['core', 'adapters', 'bot', 'jobs', 'miniapp']

const SOURCE = /\.(ts|mts|mjs|js|vue)$/

/** All source files below the given folders, in the order of their paths. */
export function readSources(folders: string[]): SourceFile[] {
  return folders
    .filter((folder) => existsSync(join(repoRoot, folder)))
    .flatMap((folder) =>
      readdirSync(join(repoRoot, folder), { recursive: true, encoding: 'utf8' })
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
        .filter((path) => SOURCE.test(path) && !/(^|\/)(node_modules|dist|output)\//.test(path)),
    )
    .sort()
    .map((path) => ({ path, text: readFileSync(join(repoRoot, path), 'utf8') }))
}

/** Whether the file runs in a browser, where there is no clock port and no environment. */
export function isWeb(path: string): boolean {
  return path.startsWith('miniapp/web/') || path.startsWith('adapters/sandbox/console/')
}
