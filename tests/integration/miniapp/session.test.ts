import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BindingEntity } from '../../../core/org/person.js'
import { makeCompany } from '../../support/miniapp-data.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'

describe('signing in to the pages', () => {
  let host: MiniappHost

  beforeEach(async () => {
    host = await startMiniapp()
    await makeCompany(host.core)
  })
  afterEach(() => host.end())

  it('opens a session with a code, once', async () => {
    const code = host.issueCode('wang')
    const first = await host.api().post('/session', { platform: 'sandbox', code })
    const second = await host.api().post('/session', { platform: 'sandbox', code })

    expect(first).toMatchObject({ status: 200, body: { name: '王小明', role: 'rep', department: '华东区' } })
    expect(first.headers['set-cookie']).toMatch(
      /^gj_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/,
    )
    expect(second).toMatchObject({ status: 401, body: { code: 'session.code_invalid' } })
  })

  it('marks the account as verified, because it has shown itself', async () => {
    await host.signIn('wang')
    const binding = await host.core.read((tx) =>
      tx.getRepository(BindingEntity).findOneByOrFail({ externalId: 'wang' }),
    )

    expect(binding.state).toBe('verified')
  })

  it('tells an unbound account how to get bound', async () => {
    const code = host.issueCode('stranger')
    const answer = await host.api().post('/session', { platform: 'sandbox', code })

    expect(answer).toMatchObject({ status: 403, body: { code: 'account.unbound' } })
    expect(answer.body.message).toContain('管理员')
  })

  it.each(['', 'gj_session=forged', `gj_session=${'A'.repeat(43)}`, `gj_session=${'x'.repeat(5000)}`])(
    'answers 401 to the cookie %.30s',
    async (cookie) => {
      expect(await host.api(cookie).get('/me')).toMatchObject({
        status: 401,
        body: { code: 'session.needed' },
      })
    },
  )

  it('ends a session after seven days', async () => {
    const wang = await host.signIn('wang')
    host.clock.advance(7 * 86_400_000 - 1000)
    expect((await wang.get('/me')).status).toBe(200)
    host.clock.advance(1000)

    expect((await wang.get('/me')).status).toBe(401)
  })

  it('ends a session on signing out, also for a copy of the cookie', async () => {
    const wang = await host.signIn('wang')
    await wang.ask('DELETE', '/session')

    expect((await wang.get('/me')).status).toBe(401)
  })

  it.each([
    ['without the header of our pages', {}],
    ['from another site', { 'x-genjin': '1', origin: 'https://evil.example' }],
    ['from a frame on another site', { 'x-genjin': '1', 'sec-fetch-site': 'cross-site' }],
    ['from an opaque origin', { 'x-genjin': '1', origin: 'null' }],
  ])('refuses a write %s', async (_what, headers: Record<string, string>) => {
    const wang = await host.signIn('wang')
    const answer = await wang.ask('POST', '/tasks/t1/done', {}, headers)

    expect(answer).toMatchObject({ status: 403, body: { code: 'request.cross_site' } })
  })

  it.each([
    ['no JSON', 'POST', '/session', 400, 'request.not_json'],
    ['an unknown platform', 'POST', '/session', 422, 'request.invalid'],
  ])('answers %s with a sentence', async (what, method, path, status, code) => {
    const isText = what === 'no JSON'
    const body = isText ? new TextEncoder().encode('{oops') : { platform: 'icq', code: '12345678' }
    const headers = { 'x-genjin': '1', ...(isText ? { 'content-type': 'application/json' } : {}) }

    expect(await host.api().ask(method, path, body, headers)).toMatchObject({ status, body: { code } })
  })

  it('tells a stranger through which platforms people come in, and nothing else', async () => {
    expect((await host.api().get('/sign-in/options')).body).toEqual({
      platforms: [{ platform: 'sandbox', publicIds: {}, script: null, hasSignInPage: false }],
    })
  })

  it('answers a body that is too large with 413', async () => {
    const body = { platform: 'sandbox', code: 'x'.repeat(70_000) }

    expect(await host.api().post('/session', body)).toMatchObject({
      status: 413,
      body: { code: 'request.too_large' },
    })
  })
})
