/**
 * `npm test`: every kind of test that this machine can run, then a table of what ran and what did not and why, then
 * the sums alone on the last line. With CI=true nothing may be left out.
 *
 *   npm test                                  all kinds
 *   npm test -- --only unit,e2e               some kinds: unit, integration, mysql, contract, chaos, e2e
 *   npm test -- --only unit tests/unit/x.ts   what follows goes to vitest
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, setUp } from './setup/main.mjs'
import { pinnedNode } from './setup/run.mjs'
import { readArguments } from './test/kinds.mjs'
import { closingLine, countMissing, countRun, renderSummary } from './test/summary.mjs'
import { lookAround } from './test/surroundings.mjs'

const output = join(root, 'tests', 'output')
const strict = /^(1|true)$/i.test(process.env.CI ?? '')

try {
  const { chosen, rest } = readArguments(process.argv.slice(2))
  // `npm run e2e` and others come here without a pre-script of their own.
  await setUp({ build: chosen.some(({ name }) => name === 'e2e') })
  mkdirSync(output, { recursive: true })
  const { env, missing } = await lookAround(root)
  const rows = []
  for (const kind of chosen) rows.push(await runKind(kind, { env, missing, rest }))
  process.stdout.write(renderSummary(rows))
  writeFileSync(join(output, 'closing.txt'), `${closingLine(rows)}\n`)
  process.exitCode = rows.some(({ failed }) => failed > 0) ? 1 : 0
} catch (error) {
  process.stderr.write(`\ntest: ${error.message}\n`)
  process.exitCode = 1
}

async function runKind(kind, { env, missing, rest }) {
  const need = (kind.needs ?? []).find((name) => missing.has(name))
  if (need) return { title: kind.title, seconds: 0, ...countMissing(missing.get(need), strict) }
  process.stdout.write(`\n── ${kind.title} ──\n`)
  const file = join(output, `${kind.name}.json`)
  rmSync(file, { force: true })
  const startedAt = performance.now()
  const exitCode = await vitest(
    [
      'run',
      '--project',
      kind.project,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...(kind.args ?? []),
      ...rest,
    ],
    { ...process.env, ...env, ...kind.env },
  )
  const seconds = (performance.now() - startedAt) / 1000
  return {
    title: kind.title,
    seconds,
    ...countRun({ report: readReport(file), exitCode, strict, filtered: rest.length > 0 }),
  }
}

function vitest(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(pinnedNode(root), [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
      cwd: root,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
