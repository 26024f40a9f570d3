import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { permissionProbes } from '../../../adapters/dingtalk/permissions.js'
import { eventNeeds, scopeNeeds, tapCallback, tenantNeed } from '../../../adapters/feishu/needs.js'
import { outreachVariables } from '../../../core/config-outreach.js'
import { configVariables, readConfig } from '../../../core/config.js'
import { repoRoot } from './source-files.js'

const pages = [
  ...readdirSync(repoRoot).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(repoRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.md')),
]
const read = (path: string) => readFileSync(join(repoRoot, path), 'utf8')
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

/** Those that are given to tests, tools and the database, and not read by the product's configuration. */
const others = [
  'NODE_ENV',
  'TEST_MYSQL_URL',
  'TEST_REDIS_URL',
  'CHROMIUM_PATH',
  'MARIADB_PASSWORD',
  'REDIS_PASSWORD',
]
const known = new Set([...configVariables.map(({ name }) => name), ...others])
const prefixes = [...new Set(configVariables.map(({ name }) => name.split('_')[0]))].join('|')

/** Everything of a pattern in a page that is not among what there is, as `page: what`. */
const strangers = (pattern: RegExp, isThere: (found: string, page: string) => boolean) =>
  pages.flatMap((page) =>
    [...read(page).matchAll(pattern)]
      .map(([, found = '']) => found)
      .filter((found) => !isThere(found, page))
      .map((found) => `${page}: ${found}`),
  )

describe('the documentation', () => {
  it('names commands that there are', () => {
    expect(strangers(/\bnpm run (?:-s )?([a-z][\w:]*)/g, (name) => name in scripts)).toEqual([])
  })

  it('tells of every command in both READMEs', () => {
    const told = (page: string) =>
      new Set([...read(page).matchAll(/\bnpm (?:run )?([a-z][\w:]*)/g)].map(([, name]) => name))
    const helpers = /^(pre|post)[a-z]+$/
    const commands = Object.keys(scripts).filter(
      (name) => !(helpers.test(name) && name.replace(/^(pre|post)/, '') in scripts),
    )
    for (const page of ['README.md', 'README.zh-CN.md'])
      expect(
        commands.filter((name) => !told(page).has(name)),
        page,
      ).toEqual([])
  })

  it('names variables that there are', () => {
    const names = new RegExp(`(?<![\\w.-])((?:${prefixes})_[A-Z0-9_]*[A-Z0-9])(?![\\w*])`, 'g')
    expect(strangers(names, (name) => known.has(name))).toEqual([])
  })

  it('links to files that there are', () => {
    const here = /\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g
    const isThere = (target: string, page: string) => existsSync(join(repoRoot, dirname(page), target))
    expect(strangers(here, isThere)).toEqual([])
    expect(strangers(/<img src="([^"]+)"/g, isThere)).toEqual([])
  })

  it('names files that there are', () => {
    const paths = /`((?:core|adapters|bot|jobs|miniapp|scripts|tests|docs)\/[\w./-]+)`/g
    const isThere = (path: string) => existsSync(join(repoRoot, posix.normalize(path)))
    expect(strangers(paths, isThere)).toEqual([])
  })
})

describe('the guide to each platform', () => {
  const guides = ['wecom', 'dingtalk', 'feishu'].map((platform) => ({
    platform,
    page: `docs/${platform}.md`,
  }))
  const missing = (page: string, wanted: readonly string[]) => {
    const text = read(page)
    return wanted.filter((what) => !text.includes(what))
  }

  it.each(guides)('$page names every variable of its platform', ({ platform, page }) => {
    const own = configVariables
      .map(({ name }) => name)
      .filter((name) => name.startsWith(platform.toUpperCase()))
    expect(own.length).toBeGreaterThan(5)
    expect(missing(page, own)).toEqual([])
  })

  it.each(guides)('$page says what every code of its platform means', ({ platform, page }) => {
    const entry = /^ {2}'?([\w.-]+)'?: \{\s*retryable/gm
    const codes = [...read(`adapters/${platform}/codes.ts`).matchAll(entry)].map(([, code = '']) => code)
    expect(codes.length).toBeGreaterThan(30)
    const text = read(page)
    const told = text.slice(text.indexOf('## 错误码')).split(/[^\w.-]+/)
    expect(codes.filter((code) => !told.includes(code))).toEqual([])
  })

  it('names every permission and event that the checks ask for, in the words of the checks', () => {
    const words = scopeNeeds.flatMap(({ anyOf, without }) => [...anyOf, without])
    expect(missing('docs/feishu.md', [...words, ...tenantNeed.anyOf])).toEqual([])
    expect(missing('docs/feishu.md', [...eventNeeds.map(({ event }) => event), tapCallback])).toEqual([])
    const { dingtalk } = readConfig({
      DINGTALK_CLIENT_ID: 'id',
      DINGTALK_CLIENT_SECRET: 'secret',
      DINGTALK_CORP_ID: 'corp',
    }).platforms
    const probes = dingtalk ? permissionProbes(dingtalk) : []
    expect(probes.length).toBeGreaterThan(5)
    expect(
      missing(
        'docs/dingtalk.md',
        probes.map(({ scope }) => scope),
      ),
    ).toEqual([])
  })
})

describe('the guide to text messages, calls and mail', () => {
  it('names every variable of theirs', () => {
    const text = read('docs/outreach.md')
    expect(Object.keys(outreachVariables).filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })
})

describe('the guide to running it', () => {
  const text = read('docs/operations.md')
  const quoted = (path: string, pattern: RegExp) =>
    [...read(path).matchAll(pattern)].map(([, found = '']) => found)

  it('says what every metric is', () => {
    const names = quoted('bot/metrics.ts', /'(genjin_\w+)'/g)
    expect(names.length).toBeGreaterThan(8)
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })

  it('explains every way in which a database cannot be opened', () => {
    const problems = quoted('core/db/open-problems.ts', /^ {2}\w+: '([^':…]+)/gm)
    expect(problems.length).toBeGreaterThan(15)
    expect(problems.filter((problem) => !text.includes(problem.trim()))).toEqual([])
  })
})
