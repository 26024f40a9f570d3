import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'

/**
 * What this machine offers to the tests.
 *
 * @returns {Promise<{env: object, missing: Map<string, string>}>} variables to set for the runs, and for each need
 * that is not met the reason together with the command that helps.
 */
export async function lookAround(root) {
  const env = { ...servicesEnv(root), ...present(process.env) }
  const missing = new Map()
  const mysqlProblem = await whyNoMysql(env.TEST_MYSQL_URL)
  if (mysqlProblem) missing.set('mysql', `${mysqlProblem}; run scripts/services`)
  const chromium = findChromium({ ...process.env, ...env })
  if (chromium) env.CHROMIUM_PATH = chromium
  else missing.set('chromium', 'no Chromium found; run scripts/services install, or set CHROMIUM_PATH')
  return { env, missing }
}

function present({ TEST_MYSQL_URL, TEST_REDIS_URL }) {
  return { ...(TEST_MYSQL_URL && { TEST_MYSQL_URL }), ...(TEST_REDIS_URL && { TEST_REDIS_URL }) }
}

// The servers that scripts/services has started in this checkout, if any; starting them is up to the person.
function servicesEnv(root) {
  const { stdout } = spawnSync('bash', [join(root, 'scripts', 'services'), 'env'], { encoding: 'utf8' })
  const lines = (stdout ?? '').split('\n').filter((line) => line.includes('='))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

async function whyNoMysql(url) {
  if (!url) return 'TEST_MYSQL_URL is not set and no MariaDB runs below .services/'
  const { createConnection } = await import('mysql2/promise')
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 3000 })
    await connection.query('SELECT 1')
    await connection.end()
    return null
  } catch (error) {
    return `the server of TEST_MYSQL_URL does not answer (${error.code ?? error.message})`
  }
}
