import type { Writable } from 'node:stream'
import type { Clock } from '../../ports/clock.js'
import type { FileStore } from '../../ports/files.js'
import { writeArchive, type ArchiveLine, type Contents } from './archive.js'
import { openSnapshot, type Snapshot } from './raw-tables.js'

export interface BackupInput {
  /** The database's address, as in the configuration. */
  url: string
  files: FileStore
  clock: Clock
  to: Writable
}

export interface BackupDone extends Contents {
  /** Files that have a row but no contents: erased, or lost before. */
  missingFiles: string[]
}

const partBytes = 1024 * 1024

/**
 * Writes the whole installation, rows and files, as it was at one instant. The program may go on working meanwhile.
 *
 * @throws whatever the database or the writable throws; what was written until then is no whole archive.
 */
export async function backUp({ url, files, clock, to }: BackupInput): Promise<BackupDone> {
  const snapshot = await openSnapshot(url)
  const missingFiles: string[] = []
  try {
    const contents = await writeArchive(linesOf(snapshot, files, clock, missingFiles), to)
    return { ...contents, missingFiles }
  } finally {
    await snapshot.close()
  }
}

async function* linesOf(
  snapshot: Snapshot,
  files: FileStore,
  clock: Clock,
  missingFiles: string[],
): AsyncGenerator<ArchiveLine> {
  const tables = await snapshot.tables()
  const migrations: { id: number; name: string }[] = []
  if (tables.some(({ name }) => name === 'migrations'))
    for await (const [id, name] of snapshot.rows('migrations', ['id', 'name']))
      migrations.push({ id: Number(id), name: String(name) })
  migrations.sort((a, b) => a.id - b.id)
  yield {
    format: 'genjin-backup',
    version: 1,
    madeAt: clock.now().toISOString(),
    migrations: migrations.map(({ name }) => name),
  }
  for (const { name, columns } of tables) {
    // What has run is in the head; the restored tables are made by running it again.
    if (name === 'migrations') continue
    yield { table: name, columns }
    for await (const row of snapshot.rows(name, columns)) yield row
  }
  if (!tables.some(({ name }) => name === 'files')) return
  for await (const [id] of snapshot.rows('files', ['id'])) {
    const file = String(id)
    const bytes = await files.get(file)
    if (!bytes) missingFiles.push(file)
    else yield* partsOf(file, bytes)
  }
}

function* partsOf(file: string, bytes: Buffer): Generator<ArchiveLine> {
  let from = 0
  do {
    const part = bytes.subarray(from, from + partBytes)
    from += partBytes
    yield { file, data: part.toString('base64'), more: from < bytes.length }
  } while (from < bytes.length)
}
