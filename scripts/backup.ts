/**
 * Backs the installation up, rows and files, while it is running.
 *
 *     npm run backup                        into DATA_DIR/backups/genjin-<time>.backup.gz
 *     npm run backup -- --to <file>         into that file
 *     npm run backup -- --keep 14           afterwards keeps only the 14 newest in the folder
 */
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createFolderStore } from '../adapters/files/folder.js'
import { backUp } from '../core/db/backup/backup.js'
import { systemClock } from '../core/ports/clock.js'
import { localConfig, Refusal, runCommand } from './local/installation.js'

const ending = '.backup.gz'

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { to: { type: 'string' }, keep: { type: 'string' } } })
  const keep = values.keep === undefined ? null : Number(values.keep)
  if (keep !== null && !(Number.isInteger(keep) && keep >= 1))
    throw new Refusal('--keep 要跟一个正整数，例如 --keep 14')
  const config = localConfig()
  const { databaseUrl } = config
  if (databaseUrl.startsWith('sqlite:') && !existsSync(databaseUrl.slice('sqlite:'.length)))
    throw new Refusal(`还没有数据库：${databaseUrl}`)
  const stamp = systemClock.now().toISOString().replaceAll(':', '-').slice(0, 19)
  const target = resolve(values.to ?? join(config.dataDir, 'backups', `genjin-${stamp}${ending}`))
  await mkdir(dirname(target), { recursive: true })
  // Written beside and renamed when it is whole and on disk: a file with the right name is a whole backup.
  const draft = `${target}.part`
  try {
    const done = await backUp({
      url: databaseUrl,
      files: createFolderStore(join(config.dataDir, 'files')),
      clock: systemClock,
      to: createWriteStream(draft, { mode: 0o600 }),
    })
    const written = await open(draft, 'r+')
    await written.sync()
    const { size } = await written.stat()
    await written.close()
    await rename(draft, target)
    console.log(`备份完成：${target}`)
    console.log(`共 ${done.rows} 行、${done.files} 个文件，${Math.ceil(size / 1024)} KB。`)
    if (done.missingFiles.length > 0)
      console.log(`有 ${done.missingFiles.length} 个文件只有记录没有内容（已被清除），没有备份内容。`)
  } finally {
    await rm(draft, { force: true })
  }
  if (keep !== null) await removeOld(dirname(target), keep)
}

async function removeOld(folder: string, keep: number): Promise<void> {
  const backups = (await readdir(folder)).filter(
    (name) => name.startsWith('genjin-') && name.endsWith(ending),
  )
  const old = backups.sort().slice(0, -keep)
  for (const name of old) await rm(join(folder, name))
  if (old.length > 0) console.log(`已删除 ${old.length} 个旧备份，保留最新的 ${keep} 个。`)
}

await runCommand(main)
