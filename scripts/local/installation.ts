import { join } from 'node:path'
import { createFolderStore } from '../../adapters/files/folder.js'
import { storedOffset } from '../../bot/sandbox-clock.js'
import { createCore, type Core } from '../../core/app.js'
import { readConfig, type Config } from '../../core/config.js'
import { openDatabase, type Database } from '../../core/db/database.js'
import { migrations } from '../../core/db/migrations/index.js'
import { entities } from '../../core/entities.js'
import { ConfigError, DomainError } from '../../core/errors.js'
import { createAdjustableClock } from '../../core/ports/clock.js'
import type { FileStore } from '../../core/ports/files.js'
import { createIds } from '../../core/ports/ids.js'

/** The installation that the settings around this command describe, opened beside a server that may be running. */
export interface Installation {
  config: Config
  database: Database
  core: Core
  files: FileStore
}

/** Reads the settings as `npm start` does: `.env` where there is one, then the environment. */
export function localConfig(): Config {
  try {
    process.loadEnvFile()
  } catch {
    // No .env file: everything has a default.
  }
  return readConfig()
}

/** Opens the configured database and gives it to `work`; the clock is the sandbox's, pushed forward as far as it was. */
export async function withInstallation(work: (installation: Installation) => Promise<void>): Promise<void> {
  const config = localConfig()
  const database = await openDatabase({ url: config.databaseUrl, entities, migrations })
  try {
    const clock = createAdjustableClock()
    const core = createCore({ database, clock, ids: createIds(clock), timeZone: config.timeZone })
    if (config.sandbox) clock.advance(await storedOffset(core))
    await work({ config, database, core, files: createFolderStore(join(config.dataDir, 'files')) })
  } finally {
    await database.close()
  }
}

/** A reason to stop that needs no stack: the sentence says it all. */
export class Refusal extends Error {}

/** Runs a command; what went wrong is one calm sentence, and the exit code is 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    process.exitCode = 1
    if (error instanceof Refusal) console.error(error.message)
    else if (error instanceof ConfigError)
      console.error(error.problems.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n'))
    else if (error instanceof DomainError) console.error(`${error.code} ${JSON.stringify(error.data)}`)
    else console.error(error)
  }
}
