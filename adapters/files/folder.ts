import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileStore } from '../../core/ports/files.js'

/** Files in a folder, by id; never by a name that somebody chose. */
export function createFolderStore(folder: string): FileStore {
  const pathOf = (id: string): string => {
    if (!/^[0-9A-Z]{26}$/.test(id)) throw new RangeError('not a file id')
    return join(folder, id.slice(-2), id)
  }
  return {
    async put(id, bytes) {
      const path = pathOf(id)
      await mkdir(join(path, '..'), { recursive: true })
      // Written beside, flushed, then renamed: a crash leaves no half of a contract under its name.
      const draft = await open(`${path}.part`, 'w', 0o600)
      await draft.writeFile(bytes)
      await draft.sync()
      await draft.close()
      await rename(`${path}.part`, path)
    },
    async get(id) {
      try {
        return await readFile(pathOf(id))
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
        throw error
      }
    },
    remove: (id) => rm(pathOf(id), { force: true }),
  }
}
