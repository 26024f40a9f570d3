import { describe, expect, it } from 'vitest'
import { isWeb, productFolders, readSources, repoRoot } from './source-files.js'
import { countLines, findClockReads, findEnvironmentReads, readEnvFile } from './source-rules.js'
import { configVariables } from '../../../core/config.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const MAX_LINES = 400

const server = readSources(productFolders).filter(({ path }) => !isWeb(path))

describe('the sources', () => {
  it(`have at most ${MAX_LINES} lines per file`, () => {
    const all = readSources([...productFolders, 'tests', 'scripts'])
    const long = all.filter((file) => countLines(file) > MAX_LINES)

    expect(long.map((file) => `${file.path} has ${countLines(file)} lines`)).toEqual([])
  })

  it('read the time only in core/ports/clock.ts', () => {
    const others = server.filter(({ path }) => path !== 'core/ports/clock.ts')

    expect(others.flatMap(findClockReads)).toEqual([])
  })

  it('read the environment only in core/config.ts', () => {
    const others = server.filter(({ path }) => path !== 'core/config.ts')

    expect(others.flatMap(findEnvironmentReads)).toEqual([])
  })

  it('make ids only in core/ports/ids.ts', () => {
    const makers = server
      .filter(({ text }) => /from 'ulid'|\brandomUUID\b/.test(text))
      .map(({ path }) => path)

    expect(makers.filter((path) => path !== 'core/ports/ids.ts')).toEqual([])
  })
})

describe('.env.example', () => {
  const documented = readEnvFile(readFileSync(join(repoRoot, '.env.example'), 'utf8'))

  it('lists exactly the variables of core/config.ts, in the same order', () => {
    expect(documented.map(({ name }) => name)).toEqual(configVariables.map(({ name }) => name))
  })

  it('shows the default of each variable and says what it is for', () => {
    expect(documented.map(({ name, value, comment }) => ({ name, value, comment }))).toEqual(
      configVariables.map(({ name, default: value = '', description }) => ({
        name,
        value,
        comment: description,
      })),
    )
  })
})

describe('the source checkers', () => {
  it.each(['new Date()', 'new Date', 'Date.now()', 'Date()', 'later(Date.now)'])(
    'find the clock in %s',
    (code) => {
      expect(findClockReads({ path: 'x.ts', text: `const a = 1\nconst b = ${code}\n` })).toHaveLength(1)
    },
  )

  it.each(['new Date(at)', 'Date.UTC(2026, 0)', 'clock.now()', '"new Date()"', '1 // Date.now()'])(
    'let %s pass',
    (code) => {
      expect(findClockReads({ path: 'x.ts', text: `const b = ${code}\n` })).toEqual([])
    },
  )

  it.each([
    'const a = process.env.PORT',
    "const a = process.env['PORT']",
    "import { env } from 'node:process'",
  ])('find the environment in %s', (text) => {
    expect(findEnvironmentReads({ path: 'x.ts', text })).toHaveLength(1)
  })

  it('count the lines of a file with and without a newline at its end', () => {
    expect(countLines({ path: 'x.ts', text: 'a\nb\n' })).toBe(2)
    expect(countLines({ path: 'x.ts', text: 'a\nb' })).toBe(2)
  })

  it('read set, empty and commented-out variables', () => {
    expect(readEnvFile('# About.\n\n# Port to\n# listen on.\nPORT=3000\n# KEY=\n')).toEqual([
      { name: 'PORT', value: '3000', comment: 'Port to listen on.' },
      { name: 'KEY', value: '', comment: '' },
    ])
  })
})
