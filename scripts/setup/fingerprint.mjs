import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** All files below the given files and folders, sorted, without those in `except`; paths are relative to `root`. */
export function listFiles(root, starts, except = []) {
  const files = []
  for (const start of starts) walk(start)
  return [...new Set(files)].sort()

  function walk(path) {
    if (except.includes(path) || !existsSync(join(root, path))) return
    if (!statSync(join(root, path)).isDirectory()) return void files.push(path)
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
      const child = `${path}/${entry.name}`
      if (entry.isDirectory()) walk(child)
      else if (!except.includes(child)) files.push(child)
    }
  }
}

/** Changes when a name, size or time changes: cheap, may cry wolf after a checkout. */
export function quickPrint(root, files) {
  return digest(
    files.map((file) => {
      const { size, mtimeMs } = statSync(join(root, file))
      return `${file}\0${size}\0${mtimeMs}\n`
    }),
  )
}

/** Changes only when a name or a byte changes. */
export function contentPrint(root, files) {
  return digest(files.flatMap((file) => [`${file}\0`, readFileSync(join(root, file)), '\0']))
}

function digest(parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
