import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insertRows } from '../../../core/db/rows.js'
import { BindingEntity } from '../../../core/org/person.js'
import type { Platform } from '../../../core/ports/platform.js'
import { startDingtalkStand } from '../../simulators/dingtalk/stand.js'
import { startFeishuStand } from '../../simulators/feishu/stand.js'
import { makeCompany, type Company } from '../../support/company.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'
import { startCore, type TestCore } from '../../support/test-core.js'
import { startWecomStand } from '../../support/wecom-stand.js'

const publicUrl = 'https://crm.example.com'

/** Each platform as its simulator plays it: a code for a colleague, and one for somebody of another company. */
const stands = {
  async wecom() {
    const stand = await startWecomStand()
    const { sim } = stand
    const codes = { colleague: () => sim.signInCode('wang'), outsider: () => sim.signInCode('wmOther', true) }
    return { ...stand, account: 'wang', ...codes }
  },
  async dingtalk() {
    const stand = await startDingtalkStand()
    const { sim } = stand
    const codes = {
      colleague: () => sim.signInCode('u-wang'),
      outsider: () => sim.signInCode('u-wang', 'dingother'),
    }
    return { ...stand, account: 'u-wang', ...codes }
  },
  async feishu() {
    const stand = await startFeishuStand({ connect: false })
    const { api, colleague, customer } = stand.sim
    const codes = { colleague: () => api.signInCode(colleague), outsider: () => api.signInCode(customer) }
    return { ...stand, account: colleague, ...codes }
  },
} satisfies Partial<Record<Platform, () => Promise<unknown>>>

describe.each(['wecom', 'dingtalk', 'feishu'] as const)('signing in by the page of %s', (platform) => {
  let test: TestCore
  let host: MiniappHost
  let company: Company
  let stand: Awaited<ReturnType<(typeof stands)[typeof platform]>>
  beforeEach(async () => {
    test = await startCore()
    stand = await stands[platform]()
    const { identity, bridge } = stand.adapter
    if (!bridge) throw new Error('no bridge')
    const given = {
      identities: { [platform]: identity },
      bridges: [bridge],
      pageScripts: { [platform]: 'https://cdn.example.com/sdk.js' },
      publicUrl,
    }
    host = await startMiniapp({ test, given })
    company = await makeCompany(test.core)
    await test.core.write((tx) =>
      insertRows(tx, BindingEntity, [
        {
          platform,
          externalId: stand.account,
          personId: company.people.wang.id,
          state: 'bound',
          boundAt: test.core.clock.now(),
        },
      ]),
    )
  })
  afterEach(async () => {
    await host.end()
    await test.close()
    await stand.stop()
  })

  /** Sets out as a browser does. */
  async function setOut({
    returnTo = '/leads/1',
    way = 'browser',
  }: { returnTo?: string; way?: string } = {}) {
    const answer = await host.api().post('/sign-in', { platform, way, returnTo })
    const cookie = String(answer.headers['set-cookie'] ?? '')
    const url = answer.status === 200 ? new URL(String(answer.body['url'])) : null
    return { answer, cookie, url, state: url?.searchParams.get('state') ?? '' }
  }
  const comeBack = (cookie: string, body: { code: string; state: string }) =>
    host.api(cookie.split(';')[0]).post('/sign-in/finish', body)

  it('comes back signed in, at the page that was asked for', async () => {
    const { cookie, url, state } = await setOut({ returnTo: '/leads/01J?tab=1' })
    expect(url?.searchParams.get('redirect_uri')).toBe(`${publicUrl}/app/`)
    expect(cookie).toMatch(/^gj_sign_in=[\w-]{43}; Path=\/api\/sign-in; HttpOnly; SameSite=Lax; Max-Age=600$/)
    const back = await comeBack(cookie, { code: stand.colleague(), state })
    expect(back).toMatchObject({
      status: 200,
      body: { returnTo: '/leads/01J?tab=1', me: { name: '王小明' } },
    })
    const session = String(back.headers['set-cookie']).split(';')[0] ?? ''
    expect((await host.api(session).get('/me')).body).toMatchObject({ name: '王小明' })
  })

  it('lets nobody of another company in', async () => {
    const { cookie, state } = await setOut()
    expect(await comeBack(cookie, { code: stand.outsider(), state })).toMatchObject({
      status: 403,
      body: { code: 'session.outsider', message: expect.stringContaining('另一家企业') },
    })
  })

  it('takes a code once, and a state once', async () => {
    const first = await setOut()
    const code = stand.colleague()
    expect((await comeBack(first.cookie, { code, state: first.state })).status).toBe(200)
    const again = await comeBack(first.cookie, { code: stand.colleague(), state: first.state })
    expect(again).toMatchObject({ status: 401, body: { code: 'session.state_invalid' } })
    const second = await setOut()
    const reused = await comeBack(second.cookie, { code, state: second.state })
    expect(reused).toMatchObject({ status: 401, body: { code: 'session.code_invalid' } })
  })

  it('signs no browser in that did not set out itself', async () => {
    const attacker = await setOut()
    const victim = await setOut()
    const body = { code: stand.colleague(), state: attacker.state }
    for (const cookie of ['', victim.cookie, 'gj_sign_in=x'])
      expect(await comeBack(cookie, body)).toMatchObject({ body: { code: 'session.state_invalid' } })
  })

  it('forgets a way out after ten minutes', async () => {
    const { cookie, state } = await setOut()
    test.clock.advance(10 * 60_000)
    const back = await comeBack(cookie, { code: stand.colleague(), state })
    expect(back.body).toMatchObject({ code: 'session.state_invalid' })
  })

  it.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    '\\\\evil.example',
    'javascript:alert(1)',
    'leads',
    '',
  ])('does not come back to %j', async (returnTo) => {
    const { answer } = await setOut({ returnTo })
    expect(answer).toMatchObject({ status: 422, body: { fields: [{ field: 'returnTo' }] } })
  })

  it('tells a page what its script needs, and nothing secret', async () => {
    const { text } = await host.api().get('/sign-in/options')
    expect(JSON.parse(text)).toEqual({
      platforms: [
        {
          platform,
          publicIds: stand.adapter.bridge?.publicIds,
          script: 'https://cdn.example.com/sdk.js',
          hasSignInPage: true,
        },
      ],
    })
    expect(text.toLowerCase()).not.toContain('secret')
  })

  it('signs its own pages for those who are signed in, and no other address', async () => {
    const { cookie, state } = await setOut()
    const back = await comeBack(cookie, { code: stand.colleague(), state })
    const wang = host.api(String(back.headers['set-cookie']).split(';')[0])
    const sign = (url: string, who = wang) =>
      who.get(`/js-signature?platform=${platform}&url=${encodeURIComponent(url)}`)
    expect(await sign(`${publicUrl}/app/leads/1#top`)).toMatchObject({
      status: 200,
      body: { signature: expect.stringMatching(/^[0-9a-f]{40}$/) },
    })
    for (const url of [
      'https://evil.example/app/',
      `${publicUrl}.evil.example/app/`,
      `https://crm.example.com@evil.example/app/`,
      'http://crm.example.com/app/',
      `${publicUrl}/elsewhere`,
    ])
      expect((await sign(url)).status, url).toBe(422)
    expect((await sign(`${publicUrl}/app/`, host.api())).status).toBe(401)
  })

  it('names a colleague’s account for the client’s chat, to colleagues only', async () => {
    const { cookie, state } = await setOut()
    const back = await comeBack(cookie, { code: stand.colleague(), state })
    const wang = host.api(String(back.headers['set-cookie']).split(';')[0])
    const path = (id: string) => `/people/${id}/account?platform=${platform}`
    const { wang: self, zhao } = company.people
    expect((await wang.get(path(self.id))).body).toEqual({ account: stand.account })
    expect((await wang.get(path(zhao.id))).body).toEqual({ account: null })
    expect((await host.api().get(path(self.id))).status).toBe(401)
  })
})
