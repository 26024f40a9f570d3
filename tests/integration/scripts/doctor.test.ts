import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAdjustableClock } from '../../../core/ports/clock.js'
import type { Finding } from '../../../core/ports/doctor.js'
import { examineInstallation, type ExamineInput } from '../../../scripts/doctor/examine.js'
import { startDingtalk } from '../../simulators/dingtalk/start.js'
import { startFeishu } from '../../simulators/feishu/start.js'
import { startWecom } from '../../simulators/wecom/start.js'
import { startCore, type TestCore } from '../../support/test-core.js'

describe('the doctor of a whole installation', () => {
  let test: TestCore
  let front: Server
  let env: Record<string, string>
  const running: { stop(): unknown }[] = []
  beforeEach(async () => {
    test = await startCore()
    front = createServer((request, response) => {
      response.statusCode = request.url === '/healthz' ? 200 : 404
      response.end('ok')
    })
    await new Promise<void>((done) => front.listen(0, '127.0.0.1', done))
    const { port } = front.address() as AddressInfo
    env = { DATABASE_URL: test.url, SANDBOX: 'off', PUBLIC_URL: `http://127.0.0.1:${port}` }
  })
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop()
    front.closeAllConnections()
    front.close()
    await test.close()
  })

  async function examine(input: ExamineInput = {}): Promise<Map<string, Finding>> {
    const found = new Map<string, Finding>()
    for await (const { finding } of examineInstallation(env, input)) found.set(finding.check, finding)
    return found
  }
  const clock = createAdjustableClock()
  async function withFeishu() {
    const sim = await startFeishu({ clock })
    running.push(sim)
    const { appId, appSecret, domain } = sim.settings
    Object.assign(env, { FEISHU_APP_ID: appId, FEISHU_APP_SECRET: appSecret, FEISHU_DOMAIN: domain })
    return sim
  }
  async function withWecom() {
    const sim = await startWecom({ clock })
    running.push(sim)
    const { corpId, agentId, secret, apiUrl } = sim.settings
    Object.assign(env, {
      WECOM_CORP_ID: corpId,
      WECOM_AGENT_ID: agentId,
      WECOM_SECRET: secret,
      WECOM_API_URL: apiUrl,
    })
    return sim
  }
  async function withDingtalk() {
    const sim = await startDingtalk({ clock })
    running.push(sim)
    const { corpId, clientId, clientSecret, apiUrl, oldApiUrl, templates } = sim.settings
    Object.assign(env, {
      DINGTALK_CORP_ID: corpId,
      DINGTALK_CLIENT_ID: clientId,
      DINGTALK_CLIENT_SECRET: clientSecret,
      DINGTALK_API_URL: apiUrl,
      DINGTALK_OLD_API_URL: oldApiUrl,
      DINGTALK_NOTICE_TEMPLATE: templates.notice ?? '',
      DINGTALK_FORM_TEMPLATE: templates.form ?? '',
    })
    return sim
  }

  it('looks at everything in order, and says what is not used as well as what is wrong', async () => {
    await withFeishu()
    const found = await examine()
    const states = Object.fromEntries([...found].map(([check, { state }]) => [check, state]))
    expect(states).toMatchObject({
      config: 'ok',
      'database.tables': 'ok',
      'organisation.admin': 'warning',
      'feishu.credentials': 'ok',
      'feishu.connection': 'warning',
      'outreach.sms': 'skipped',
      'public-url': 'warning',
    })
    expect(Object.keys(states)[0]).toBe('config')
    expect(Object.keys(states).at(-1)).toBe('public-url')
  })

  it('names every wrong setting and looks no further', async () => {
    Object.assign(env, { PORT: 'many', FEISHU_APP_ID: 'cli_0123456789abcdef' })
    delete env['DATABASE_URL']
    expect([...(await examine()).keys()]).toEqual(['config.PORT'])
    delete env['PORT']
    const found = await examine()
    expect([...found.keys()]).toEqual(['config.FEISHU_APP_SECRET'])
    expect(found.get('config.FEISHU_APP_SECRET')?.mend).toContain('.env')
  })

  it('says where to click for a wrong secret', async () => {
    await withFeishu()
    env['FEISHU_APP_SECRET'] = 'wrong'
    const found = await examine()
    expect(found.get('feishu.credentials')).toMatchObject({ state: 'failed', mend: expect.any(String) })
  })

  it('says where to click for an address that WeCom does not trust', async () => {
    const sim = await withWecom()
    sim.world.trustedIp = false
    expect((await examine()).get('wecom.trusted-ip')).toMatchObject({
      state: 'failed',
      mend: expect.stringContaining('企业可信IP'),
    })
  })

  it('says what fails without a permission, and which card template is missing', async () => {
    const sim = await withDingtalk()
    sim.world.grants.denied.add('members')
    for (const template of sim.world.templates.values()) template.isPublished = false
    const found = await examine({ platform: 'dingtalk', testRecipient: 'u-wang' })
    expect(found.get('dingtalk.permission.members')?.mend).toContain('权限管理')
    expect(found.get('dingtalk.template.form')).toMatchObject({ state: 'failed' })
  })

  it('tells which process holds the long connection, and when the platform lets no more in', async () => {
    const sim = await withFeishu()
    await test.core.leases.hold('connection:feishu', 'crm-1:4711:x', 3_600_000 * 24 * 3650)
    const seen = async () => (await examine({ platform: 'feishu' })).get('feishu.connection')
    expect(await seen()).toMatchObject({ state: 'ok', found: expect.stringContaining('crm-1:4711:x') })
    sim.limitConnections(0)
    expect((await seen())?.state).toBe('failed')
  })

  it('sends the test message only to whom it was told', async () => {
    const sim = await withWecom()
    expect((await examine({ platform: 'wecom' })).get('wecom.test-message')?.state).toBe('skipped')
    expect(sim.textsTo('wang')).toHaveLength(0)
    await examine({ platform: 'wecom', testRecipient: 'wang' })
    expect(sim.textsTo('wang')).toHaveLength(1)
  })

  it('says so when a platform is asked for that is not configured, and when nothing answers outside', async () => {
    env['PUBLIC_URL'] = 'http://127.0.0.1:9'
    const found = await examine({ platform: 'feishu' })
    expect(found.get('platforms')?.state).toBe('failed')
    expect(found.get('public-url')).toMatchObject({ state: 'failed', mend: expect.any(String) })
  })

  it('says in one line that the database or Redis cannot be had', async () => {
    env['DATABASE_URL'] = 'mysql://genjin:wrong@127.0.0.1:1/none'
    env['REDIS_URL'] = 'redis://127.0.0.1:1'
    const found = await examine()
    expect(found.get('database.open')?.state).toBe('failed')
    expect(found.get('redis')?.state).toBe('failed')
    expect(JSON.stringify([...found.values()])).not.toContain('wrong')
  })
})
