/**
 * Puts a backup into an empty database, of this version or an earlier one, from either engine into either engine.
 *
 *     npm run restore -- <file>             into DATABASE_URL, which must be empty
 */
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createFolderStore } from '../adapters/files/folder.js'
import { BrokenArchive } from '../core/db/backup/archive.js'
import { restore, RestoreRefused } from '../core/db/backup/restore.js'
import { migrations } from '../core/db/migrations/index.js'
import { entities } from '../core/entities.js'
import { localConfig, Refusal, runCommand } from './local/installation.js'

const refusals: Record<RestoreRefused['code'], string> = {
  not_empty:
    '目标数据库里已经有内容，没有恢复。请把 DATABASE_URL 指向一个空的数据库（SQLite：一个还不存在的文件）。',
  newer: '这份备份来自更新的版本，没有恢复。请先升级程序。',
}

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true })
  const [file] = positionals
  if (!file || !existsSync(file)) throw new Refusal('请给出备份文件：npm run restore -- <文件>')
  const config = localConfig()
  try {
    const done = await restore({
      url: config.databaseUrl,
      files: createFolderStore(join(config.dataDir, 'files')),
      entities,
      migrations,
      open: () => createReadStream(file),
    })
    console.log(`已恢复 ${done.madeAt} 的备份：${done.rows} 行、${done.files} 个文件。`)
    if (done.migrated.length > 0) console.log(`已升级到当前版本：${done.migrated.join('、')}`)
  } catch (error) {
    if (error instanceof RestoreRefused) throw new Refusal(`${refusals[error.code]}（${error.message}）`)
    if (error instanceof BrokenArchive)
      throw new Refusal(`这份备份不完整或被改动过，没有恢复：${error.message}`)
    throw error
  }
}

await runCommand(main)
