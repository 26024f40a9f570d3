import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../../bot/log.js'
import { start, type Running } from '../../../bot/main.js'
import { readConfig } from '../../../core/config.js'
import { ask, postJson } from '../../support/http-client.js'
import { newDatabase } from '../../support/test-core.js'

describe('the HTTP server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-http-'))
  const dist = join(folder, 'dist')
  let running: Running
  let drop: () => Promise<void>

  beforeAll(async () => {
    for (const pages of ['web', 'console']) {
      mkdirSync(join(dist, pages, 'assets'), { recursive: true })
      writeFileSync(join(dist, pages, 'index.html'), `<title>${pages}</title>`)
      writeFileSync(join(dist, pages, 'assets', 'app-1a2b.js'), `export const pages = '${pages}'`)
    }
    writeFileSync(join(folder, 'secret.txt'), 'secret')
    writeFileSync(join(dist, 'secret.txt'), 'secret')
    const database = await newDatabase()
    drop = database.drop
    const env = { PORT: '0', DATA_DIR: folder, DATABASE_URL: database.url, DEMO: 'off' }
    running = await start(readConfig(env), { log: silentLog, dist })
  })
  afterAll(async () => {
    await running.stop()
    await drop()
    rmSync(folder, { recursive: true, force: true })
  })
  const get = (path: string, headers?: Record<string, string>) =>
    ask(running.origin, path, headers ? { headers } : {})

  it('says that it lives and that it can work', async () => {
    expect((await get('/healthz')).text).toBe('ok')
    const ready = await get('/readyz')
    expect(ready.status).toBe(200)
    expect(JSON.parse(ready.text)).toMatchObject({
      ready: true,
      services: ['web', 'bot', 'jobs'],
      database: 'ok',
      migrations: 'ok',
      redis: 'off',
    })
  })

  it('gives every request an id of its own', async () => {
    const ids = await Promise.all([get('/healthz'), get('/api/me'), get('/app/')])
    const given = ids.map((answer) => String(answer.headers['x-request-id']))
    expect(new Set(given).size).toBe(3)
    for (const id of given) expect(id).toMatch(/^[0-9A-Z]{26}$/)
  })

  it.each(['/', '/app/', '/healthz', '/api/me', '/sandbox/bootstrap', '/app/assets/app-1a2b.js'])(
    'protects %s by headers',
    async (path) => {
      const { headers } = await get(path)
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'self'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("object-src 'none'")
      expect(policy).toContain("frame-ancestors 'self'")
      expect(policy).not.toContain("script-src 'self' 'unsafe")
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['x-powered-by']).toBeUndefined()
    },
  )

  it('serves the pages, kept for ever only where the name carries a hash', async () => {
    expect((await get('/app/leads/01J')).text).toContain('web')
    expect((await get('/')).text).toContain('console')
    expect((await get('/app/')).headers['cache-control']).toBe('no-cache')
    const script = await get('/app/assets/app-1a2b.js')
    expect(script.headers['content-type']).toContain('javascript')
    expect(script.headers['cache-control']).toContain('immutable')
  })

  it.each([
    '/app/../secret.txt',
    '/app/../../secret.txt',
    '/app/%2e%2e/secret.txt',
    '/app/..%2fsecret.txt',
    '/app/..%5c..%5csecret.txt',
    '/app/assets/../../secret.txt',
    '/app//../secret.txt',
    '/../secret.txt',
    '/%2e%2e/%2e%2e/secret.txt',
    '/app/assets/%00.js',
    '/app/%zz.js',
  ])('gives nothing away at %s', async (path) => {
    const answer = await get(path)
    expect(answer.text).not.toContain('secret')
    expect([400, 403, 404]).toContain(answer.status)
  })

  it('answers unknown addresses of the interfaces as such, not with a page', async () => {
    for (const path of ['/api/nope', '/app/assets/nope.js', '/nope.txt', '/sandbox/nope']) {
      const answer = await get(path)
      expect([path, answer.status]).toEqual([path, 404])
      expect(answer.text).not.toContain('<title>')
    }
    expect((await postJson(running.origin, '/nope', {})).status).toBe(404)
    expect((await ask(running.origin, '/app/', { method: 'DELETE' })).status).toBe(404)
  })

  it('lets nobody in without a session', async () => {
    expect((await get('/api/leads')).status).toBe(401)
    expect((await get('/api/leads', { cookie: 'gj_session=made-up' })).status).toBe(401)
  })

  it('takes no order for the sandbox from another site', async () => {
    const other = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await postJson(running.origin, '/sandbox/clock', { ms: 60_000 }, other)).status).toBe(403)
    const asForm = await ask(running.origin, '/sandbox/clock', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"ms":60000}',
    })
    expect(asForm.status).toBe(415)
    expect(running.clock.offsetMs()).toBe(0)
  })
})
