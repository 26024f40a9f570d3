/**
 * Brings the database's tables up to date.
 *
 *     npm run migrate               runs what is waiting, and says what ran
 *     npm run migrate -- --check    only looks: exit code 1 when something is waiting
 */
import { MigrationExecutor } from 'typeorm'
import { connectDatabase } from '../core/db/database.js'
import { migrations } from '../core/db/migrations/index.js'
import { entities } from '../core/entities.js'
import { localConfig, runCommand } from './local/installation.js'

async function main(): Promise<void> {
  const config = localConfig()
  const database = await connectDatabase({ url: config.databaseUrl, entities, migrations })
  try {
    const waiting = await new MigrationExecutor(database.writer).getPendingMigrations()
    if (waiting.length === 0) return console.log('数据库已是最新，没有要运行的迁移。')
    if (process.argv.includes('--check')) {
      console.log(`还有 ${waiting.length} 个迁移没有运行：${waiting.map(({ name }) => name).join('、')}`)
      process.exitCode = 1
      return
    }
    const ran = await database.writer.runMigrations({ transaction: 'each' })
    for (const { name } of ran) console.log(`已运行：${name}`)
  } finally {
    await database.close()
  }
}

await runCommand(main)
