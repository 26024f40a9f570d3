import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configVariables, services } from '../../../core/config.js'
import { repoRoot } from './source-files.js'

const read = (file: string) => readFileSync(join(repoRoot, file), 'utf8')
const known = new Set([...configVariables.map(({ name }) => name), 'NODE_ENV'])
/** An exact version, never a moving name. */
const pinned = /:\d+\.\d+\.\d+(-[a-z]+)*$/

describe('the Dockerfile', () => {
  const text = read('Dockerfile')
  const lines = text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
  const lastStage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))

  it('builds in one stage and ships from another, both of exact versions', () => {
    const images = lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1])
    expect(images).toHaveLength(2)
    for (const image of images) expect(image).toMatch(pinned)
  })

  it('runs as nobody special, is asked whether it lives, and gets the stop signal itself', () => {
    expect(lastStage).toContain('USER node')
    expect(lastStage.some((line) => line.startsWith('HEALTHCHECK ') && line.includes('/healthz'))).toBe(true)
    expect(lastStage.at(-1)).toMatch(/^CMD \["node",/)
  })

  it('ships no development tools and no secrets', () => {
    expect(text).toContain('npm prune --omit=dev')
    expect(lastStage.filter((line) => line.startsWith('COPY ') && !line.includes('--from=build'))).toEqual([])
    const ignored = read('.dockerignore').split('\n')
    for (const name of ['.env', '.git', 'data', 'node_modules']) expect(ignored).toContain(name)
  })

  it('sets variables that there are', () => {
    const set = lastStage
      .filter((line) => line.startsWith('ENV '))
      .flatMap((line) => line.match(/\b[A-Z_]+(?==)/g))
    expect(set.filter((name) => !known.has(name ?? ''))).toEqual([])
  })
})

describe('the compose file', () => {
  const text = read('docker-compose.yml')
  const body = text.slice(text.indexOf('\nservices:'), text.indexOf('\nvolumes:'))
  const parts = new Map(
    body
      .split(/\n {2}(?=[a-z]+:\n)/)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf(':')), part]),
  )

  it('starts each service of the product once, beside a database and Redis', () => {
    expect([...parts.keys()]).toEqual([...services, 'mariadb', 'redis'])
    for (const service of services) expect(parts.get(service)).toContain(`SERVICES: ${service} `.trimEnd())
  })

  it('waits for what it needs until that is healthy', () => {
    expect(text.match(/condition: service_healthy/g)).toHaveLength(2)
    for (const name of ['mariadb', 'redis']) expect(parts.get(name)).toContain('healthcheck:')
  })

  it('names exact versions and no password', () => {
    const images = [...text.matchAll(/image: (\S+)/g)].map(([, image]) => image)
    expect(images).toHaveLength(3)
    for (const image of images) expect(image).toMatch(pinned)
    for (const [, name, rest] of text.matchAll(/\$\{([A-Z_]+)([^}]*)\}/g)) {
      expect(['MARIADB_PASSWORD', 'REDIS_PASSWORD', 'PUBLIC_URL']).toContain(name)
      expect(rest).toMatch(/^:\?/)
    }
  })

  it('sets variables that there are, and opens one door to this machine alone', () => {
    const shared = text.slice(text.indexOf('x-environment:'), text.indexOf('\nservices:'))
    const set = [...shared.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name)
    const own = services.flatMap((service) =>
      [...(parts.get(service) ?? '').matchAll(/[ {,]([A-Z_]+): /g)].map(([, name]) => name),
    )
    expect([...set, ...own].filter((name) => !known.has(name ?? ''))).toEqual([])
    expect([...text.matchAll(/ports: \[(.*)\]/g)].map(([, ports]) => ports)).toEqual([
      "'127.0.0.1:3000:3000'",
    ])
  })
})

describe('the systemd unit', () => {
  const text = read('docs/deploy/genjin.service')

  it('runs as a user of its own that may write to its data alone', () => {
    for (const line of [
      'User=genjin',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'ProtectHome=yes',
      'CapabilityBoundingSet=',
      'StateDirectory=genjin',
    ])
      expect(text.split('\n')).toContain(line)
  })

  it('gives the product longer to stop than it takes', () => {
    expect(Number(/TimeoutStopSec=(\d+)/.exec(text)?.[1])).toBeGreaterThan(25)
    expect(text).toContain('dist/bot/main.js')
    const set = [...text.matchAll(/^Environment=(.*)$/gm)].flatMap(([, list = '']) =>
      list.match(/[A-Z_]+(?==)/g),
    )
    expect(set.filter((name) => !known.has(name ?? ''))).toEqual([])
  })
})
