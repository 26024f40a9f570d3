import { describe, expect, it } from 'vitest'
import { firstDifference } from '../../../scripts/setup/install.mjs'
import { countMissing, countRun, renderSummary } from '../../../scripts/test/summary.mjs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { repoRoot } from './source-files.js'

const pkg = (version: string, extra: object = {}) => ({ version, integrity: `sha512-${version}`, ...extra })

describe('the set-up before start and test', () => {
  it.each([
    ['the same packages', { a: pkg('1') }, { a: pkg('1') }, null],
    [
      'an optional package for another platform',
      { a: pkg('1'), b: pkg('1', { optional: true }) },
      { a: pkg('1') },
      null,
    ],
    ['the root entry of the lock file', { '': { version: '0.1.0' }, a: pkg('1') }, { a: pkg('1') }, null],
    ['another version', { a: pkg('2') }, { a: pkg('1') }, 'a'],
    ['other contents under the same version', { a: { version: '1', integrity: 'x' } }, { a: pkg('1') }, 'a'],
    ['a missing package', { a: pkg('1'), b: pkg('1') }, { a: pkg('1') }, 'b'],
    ['a package that is no longer wanted', { a: pkg('1') }, { a: pkg('1'), old: pkg('1') }, 'old'],
  ])('compares %s', (_, wanted, installed, difference) => {
    expect(firstDifference(wanted, installed)).toBe(difference)
  })

  it('tells an old Node what is needed, in both languages', () => {
    const pretend = "Object.defineProperty(process.versions, 'node', { value: '18.19.0' })"
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${encodeURIComponent(pretend)}`,
        join(repoRoot, 'scripts/setup.mjs'),
      ],
      { encoding: 'utf8' },
    )

    expect(status).toBe(1)
    expect(stderr).toContain('needs Node 20 or newer')
    expect(stderr).toContain('需要 Node 20')
  })
})

describe('the summary of a test run', () => {
  const file = (statuses: string[], status = 'passed') => ({
    name: 'x.test.ts',
    status,
    assertionResults: statuses.map((each, i) => ({ status: each, fullName: `case ${i}` })),
  })
  const run = (statuses: string[], extra: object = {}) => ({
    report: { testResults: [file(statuses)] },
    exitCode: 0,
    strict: false,
    ...extra,
  })

  it('counts what passed, failed and was skipped', () => {
    const counts = countRun(
      run(['passed', 'passed', 'failed', 'skipped', 'todo', 'pending'], { exitCode: 1 }),
    )

    expect(counts).toMatchObject({ passed: 2, failed: 1, skipped: 3 })
  })

  it('counts a file that could not be loaded as a failure', () => {
    const report = { testResults: [file([], 'failed'), file(['passed'])] }

    expect(countRun({ report, exitCode: 1, strict: false })).toMatchObject({ passed: 1, failed: 1 })
  })

  it('never calls a run green that ended with an error', () => {
    expect(countRun(run(['passed'], { exitCode: 1 })).failed).toBe(1)
    expect(countRun({ report: null, exitCode: 0, strict: false }).failed).toBe(1)
  })

  it('fails in CI for a skipped test, an empty kind and a missing server', () => {
    expect(countRun(run(['passed', 'skipped'], { strict: true }))).toMatchObject({ failed: 1, skipped: 0 })
    expect(countRun({ report: { testResults: [] }, exitCode: 0, strict: true }).failed).toBe(1)
    expect(countMissing('no MariaDB; run scripts/services', true)).toMatchObject({ failed: 1, skipped: 0 })
  })

  it('shows reasons and closes with the sums alone on the last line', () => {
    const text = renderSummary([
      { title: 'unit', seconds: 1, ...countRun(run(['passed', 'passed'])) },
      { title: 'mysql', seconds: 0, ...countMissing('no MariaDB; run scripts/services', false) },
    ])

    expect(text).toContain('mysql: not run: no MariaDB; run scripts/services')
    expect(text.trimEnd().split('\n').at(-1)).toBe('2 passed, 0 failed, 1 skipped')
  })
})
