import { afterEach, describe, expect, it } from 'vitest'
import type { Finding, WayIn } from '../../core/ports/doctor.js'
import { signPage } from '../../adapters/shared/page-signature.js'
import { startWecomStand, type WecomStand } from '../support/wecom-stand.js'

async function examine(
  stand: WecomStand,
  testRecipient?: string,
  wayIn?: WayIn,
): Promise<Record<string, Finding>> {
  const findings: Record<string, Finding> = {}
  const input = { ...(testRecipient === undefined ? {} : { testRecipient }), ...(wayIn ? { wayIn } : {}) }
  for await (const finding of stand.adapter.doctor?.examine(input) ?? []) findings[finding.check] = finding
  return findings
}

describe('people in WeCom', () => {
  let stand: WecomStand
  afterEach(() => stand.stop())

  it('walks the whole organisation over pages that resume, by one spelling of each account', async () => {
    stand = await startWecomStand()
    const { departments } = stand.sim.world
    for (let id = 3; id < 48; id += 1)
      departments.set(id, { ...{ id, name: `部门${id}` }, parentid: 1, department_leader: [] })
    stand.sim.world.members.set('last', { userid: 'Last', name: '末', departments: [47, 2], status: 1 })
    const people = new Map<string, object>()
    let next: string | null = null
    let pages = 0
    do {
      const page = await stand.adapter.directory.page(next)
      for (const person of page.people) people.set(person.externalId, person)
      if (pages === 0) expect(page.departments).toHaveLength(47)
      next = page.next
      pages += 1
    } while (next !== null && pages < 20)
    expect([...people.keys()].sort()).toEqual(['gone', 'last', 'li', 'wang'])
    expect(people.get('last')).toMatchObject({ departmentExternalIds: ['47', '2'] })
    expect(people.get('gone')).toMatchObject({ isActive: false })
    expect(people.get('wang')).toMatchObject({ name: '王伟', managerExternalId: 'li' })
    expect(pages).toBe(4)
  })

  it('tells that it sees a part, and finds those who are in the range one by one', async () => {
    stand = await startWecomStand({ visible: ['Wang', 'li'] })
    expect(await stand.adapter.directory.scope()).toEqual({
      ...{ totalPeople: 3, isPartial: true, range: '应用可见范围：销售一部，单独选择的 2 位成员' },
    })
    const { people } = await stand.adapter.directory.page('user:')
    expect(people.map(({ externalId }) => externalId)).toEqual(['li', 'wang'])
  })

  it.each([true, false])('names people as far as WeCom tells their names (%s)', async (tellsNames) => {
    stand = await startWecomStand({ facts: { tellsNames } })
    const { people, departments } = await stand.adapter.directory.page(null)
    expect(people.find(({ externalId }) => externalId === 'wang')?.name).toBe(tellsNames ? '王伟' : 'Wang')
    expect(departments[1]?.name).toBe(tellsNames ? '销售一部' : '部门 2')
  })

  it('signs nobody in who is no member, nor by a code that is too old', async () => {
    stand = await startWecomStand()
    const { sim, adapter } = stand
    expect(await adapter.identity.redeem(sim.signInCode('wmCustomer01', true), 'client')).toBe('outsider')
    expect(await adapter.identity.redeem(sim.signInCode('ww2/zhang'), 'client')).toBe('outsider')
    const old = sim.signInCode('Wang')
    stand.clock.advance(301_000)
    expect(await adapter.identity.redeem(old, 'browser')).toBeNull()
    expect(adapter.counters()['refused.sign-in-outsider']).toBe(2)
  })

  it('sends people to WeCom’s own sign-in and signs pages without their fragment', async () => {
    stand = await startWecomStand()
    const { bridge } = stand.adapter
    const back = { returnTo: 'https://crm.example.com/app/', state: 's1' }
    const client = new URL(bridge?.signInUrl({ ...back, way: 'client' }) ?? '')
    expect([client.pathname, client.hash]).toEqual(['/connect/oauth2/authorize', '#wechat_redirect'])
    expect(client.searchParams.get('redirect_uri')).toBe(back.returnTo)
    expect(bridge?.signInUrl({ ...back, way: 'browser' })).toContain('login_type=CorpApp')
    const url = 'https://crm.example.com/app/leads?x=1'
    const signed = await bridge?.sign(`${url}#top`)
    const { timestamp = 0, nonce = '' } = signed ?? {}
    expect(signed?.signature).toBe(signPage({ ticket: 'tkt', nonce, timestamp, url }))
    expect(JSON.stringify(bridge?.publicIds)).not.toContain('secret')
  })
})

describe('the doctor of WeCom', () => {
  let stand: WecomStand
  afterEach(() => stand.stop())

  it('finds a good installation good and sends one message', async () => {
    stand = await startWecomStand()
    await stand.listen()
    const findings = await examine(stand, 'wang')
    for (const check of [
      'credentials',
      'trusted-ip',
      'range',
      'contacts',
      'pages',
      'customer-service',
      'test-message',
    ])
      expect(findings[`wecom.${check}`], check).toMatchObject({ state: 'ok' })
    expect(stand.sim.textsTo('wang')).toHaveLength(1)
    expect(findings['wecom.callback']?.state).toBe('ok')
    expect(findings['wecom.customer-callback']?.state).toBe('ok')
    expect(findings['wecom.sign-in-client']?.mend).toMatch(/设置可信域名.*127\.0\.0\.1/)
    expect(findings['wecom.sign-in-browser']?.mend).toMatch(/设置授权回调域.*\/app\//)
  })

  it('asks the installation what came in and who is connected, not this process', async () => {
    stand = await startWecomStand()
    await stand.listen()
    const states = async (wayIn?: WayIn) => {
      const found = await examine(stand, undefined, wayIn)
      return [found['wecom.events']?.state, found['wecom.bot']?.state]
    }
    expect(await states({ lastAt: {}, connectionHolder: null })).toEqual(['warning', 'warning'])
    const sound = { lastAt: { tap: stand.clock.now() }, connectionHolder: 'crm-2:77:x' }
    expect(await states(sound)).toEqual(['ok', 'ok'])
  })

  it('says where customers’ contacts are permitted', async () => {
    stand = await startWecomStand()
    await stand.listen()
    expect((await examine(stand))['wecom.customer-contact']).toMatchObject({ state: 'ok' })
    stand.sim.world.mayCallContacts = false
    expect((await examine(stand))['wecom.customer-contact']).toMatchObject({
      ...{ state: 'warning', mend: expect.stringMatching(/客户联系.*可调用接口的应用/) },
    })
  })

  it('names the way into customer service that companies have today', async () => {
    stand = await startWecomStand({ settings: { customerService: null } })
    const today = expect.stringMatching(/可调用接口的应用.*WECOM_KF_SECRET.*微信客服消息和事件/)
    expect((await examine(stand))['wecom.customer-service']).toMatchObject({ state: 'skipped', mend: today })
    await stand.stop()
    // The app's own Secret, while the app is not among those that may call.
    const { secret, customerService } = stand.sim.settings
    if (!customerService) throw new Error('no customer service')
    stand = await startWecomStand({ settings: { customerService: { ...customerService, secret } } })
    await stand.listen()
    expect((await examine(stand))['wecom.customer-service']).toMatchObject({ state: 'failed', mend: today })
  })

  it('does not ask for customer service’s own callback where the app’s carries its events', async () => {
    const { callback } = (stand = await startWecomStand()).sim.settings
    await stand.stop()
    if (!callback) throw new Error('no callback')
    stand = await startWecomStand({ settings: { customerService: { secret: 'kf-secret', ...callback } } })
    await stand.listen()
    expect((await examine(stand))['wecom.customer-callback']).toMatchObject({
      ...{ state: 'ok', found: expect.stringContaining('应用的回调地址') },
    })
  })

  it('says that the callback does not answer when nothing behind the address does', async () => {
    stand = await startWecomStand()
    await stand.hooks.close()
    expect((await examine(stand))['wecom.callback']).toMatchObject({
      ...{ state: 'failed', mend: expect.stringContaining('PUBLIC_URL') },
    })
  })

  it('says where to click for a wrong secret, an unknown IP and a person out of range', async () => {
    stand = await startWecomStand({ settings: { secret: 'wrong' } })
    expect(Object.values(await examine(stand))).toMatchObject([
      { check: 'wecom.credentials', state: 'failed', mend: expect.stringContaining('WECOM_SECRET') },
    ])
    await stand.stop()
    stand = await startWecomStand({
      visible: ['li'],
      settings: { callback: null, customerService: null, bot: null },
    })
    stand.sim.world.trustedIp = false
    expect((await examine(stand))['wecom.trusted-ip']).toMatchObject({
      ...{ state: 'failed', mend: expect.stringContaining('企业可信IP') },
    })
    stand.sim.world.trustedIp = true
    const findings = await examine(stand, 'wang')
    expect(findings['wecom.range']).toMatchObject({ state: 'warning' })
    expect(findings['wecom.callback']).toMatchObject({
      state: 'warning',
      mend: expect.stringContaining('/hooks/wecom/app'),
    })
    expect(findings['wecom.test-message']).toMatchObject({
      state: 'failed',
      mend: expect.stringContaining('可见范围'),
    })
  })
})
