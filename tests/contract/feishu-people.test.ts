import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { DirectoryPage } from '../../core/ports/directory.js'
import type { Finding } from '../../core/ports/doctor.js'
import { signPage } from '../../adapters/shared/page-signature.js'
import { startFeishuStand, type FeishuStand } from '../simulators/feishu/stand.js'

describe('the people of a company on Feishu', () => {
  let stand: FeishuStand
  afterEach(() => stand.stop())
  const walk = async () => {
    const pages: DirectoryPage[] = []
    for (let cursor: string | null = null; ;) {
      const page: DirectoryPage = await stand.adapter.directory.page(cursor)
      pages.push(page)
      cursor = page.next
      if (cursor === null) return pages
    }
  }

  it('are told with departments, leaders and superiors, all pages of them', async () => {
    stand = await startFeishuStand({ connect: false })
    const { people } = stand.sim.world
    const model = people.get('ou_zhao')
    for (let n = 0; n < 120; n += 1)
      if (model) people.set(`ou_p${n}`, { ...model, openId: `ou_p${n}`, isResigned: n === 7 })
    const pages = await walk()
    const found = new Map(pages.flatMap((page) => page.people).map((one) => [one.externalId, one]))
    expect(found.size).toBe(123)
    expect(found.get('ou_zhao')).toEqual({
      externalId: 'ou_zhao',
      name: '赵经理',
      departmentExternalIds: ['od-team'],
      managerExternalId: 'ou_li',
      isActive: true,
    })
    expect(found.get('ou_p7')?.isActive).toBe(false)
    expect(pages.flatMap((page) => page.departments)).toEqual([
      { externalId: 'od-sales', name: '销售部', parentExternalId: null, leaderExternalIds: ['ou_li'] },
      { externalId: 'od-team', name: '销售一组', parentExternalId: 'od-sales', leaderExternalIds: [] },
    ])
    expect(Math.max(...pages.map((page) => page.next?.length ?? 0))).toBeLessThan(1000)
  })

  it('are walked on from where a failure or a restart stopped it', async () => {
    stand = await startFeishuStand({ connect: false })
    stand.sim.fault('GET /contact/v3/users/find_by_department', {
      kind: { code: 99991400, status: 429 },
      times: 1,
    })
    await expect(stand.adapter.directory.page(null)).rejects.toMatchObject({ retryable: true })
    const all = (await walk()).flatMap((page) => page.people.map((one) => one.externalId))
    expect(new Set(all)).toEqual(new Set(['ou_wang', 'ou_li', 'ou_zhao']))
    await expect(stand.adapter.directory.page('no cursor')).rejects.toMatchObject({ code: 'cursor' })
  })

  it('are told as few as the app may see, and the range is told truthfully', async () => {
    stand = await startFeishuStand({ connect: false })
    expect(await stand.adapter.directory.scope()).toMatchObject({ isPartial: false, totalPeople: null })
    stand.sim.visible.clear()
    stand.sim.visible.add('od-team').add('ou_wang')
    expect(await stand.adapter.directory.scope()).toEqual({
      totalPeople: null,
      isPartial: true,
      range: '通讯录权限范围：销售一组、1 名成员',
    })
    const pages = await walk()
    expect(pages.flatMap((page) => page.people.map((one) => one.externalId)).sort()).toEqual([
      'ou_wang',
      'ou_zhao',
    ])
    expect(pages.flatMap((page) => page.departments.map((one) => one.externalId))).toEqual(['od-team'])
  })

  it('are read in the user groups of the range, where the app may read groups', async () => {
    stand = await startFeishuStand({ connect: false })
    const { world, visible, granted } = stand.sim
    visible.clear()
    world.groups.set('g1', { people: ['ou_wang', 'ou_unknown'], departments: ['od-team'] })
    expect((await stand.adapter.directory.scope()).range).toBe(
      '通讯录权限范围：1 个用户组（组内成员读不到：请开通 contact:group:readonly，或直接选择部门和成员）',
    )
    expect((await walk()).flatMap((page) => page.people)).toEqual([])
    granted.add('contact:group:readonly')
    expect((await stand.adapter.directory.scope()).range).toBe('通讯录权限范围：1 个用户组')
    const pages = await walk()
    expect(pages.flatMap((page) => page.people.map((one) => one.externalId)).sort()).toEqual([
      'ou_wang',
      'ou_zhao',
    ])
    expect(pages.flatMap((page) => page.departments.map((one) => one.externalId))).toEqual(['od-team'])
  })

  it('sign in by the company’s word; outsiders, old and forged codes are nobody', async () => {
    stand = await startFeishuStand({ connect: false })
    const { identity } = stand.adapter
    const { api, clock, colleague, customer } = stand.sim
    expect(await identity.redeem(api.signInCode(colleague), 'browser')).toEqual({ externalId: colleague })
    expect(await identity.redeem(api.signInCode(customer), 'browser')).toBe('outsider')
    const old = api.signInCode(colleague)
    clock.advance(301_000)
    expect(await identity.redeem(old, 'client')).toBeNull()
    stand.sim.fault('POST /authen/v2/oauth/token', { kind: { code: 20002, status: 400 }, times: 1 })
    await expect(identity.redeem('any', 'client')).rejects.toMatchObject({ code: '20002' })
  })

  it('are at home in the pages: a sign-in address and signatures in milliseconds', async () => {
    stand = await startFeishuStand({ connect: false })
    const { bridge } = stand.adapter
    const url = new URL(
      bridge?.signInUrl({ returnTo: 'https://crm.example.com/app/?a=1', state: 's 1', way: 'browser' }) ?? '',
    )
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: stand.sim.settings.appId,
      response_type: 'code',
      redirect_uri: 'https://crm.example.com/app/?a=1',
      state: 's 1',
    })
    const page = 'https://crm.example.com/app/leads'
    const signed = await bridge?.sign(`${page}#top`)
    expect(signed).toEqual({
      timestamp: stand.sim.world.now(),
      nonce: signed?.nonce,
      signature: signPage({
        ticket: 'page-ticket',
        nonce: signed?.nonce ?? '',
        timestamp: stand.sim.world.now(),
        url: page,
      }),
    })
    await bridge?.sign(page)
    expect(stand.sim.calls.filter(({ path }) => path === '/jssdk/ticket/get')).toHaveLength(1)
  })
})

describe('the doctor of a Feishu installation', () => {
  let stand: FeishuStand
  afterEach(() => stand.stop())
  const examine = async (testRecipient?: string) => {
    const findings = new Map<string, Finding>()
    for await (const finding of stand.adapter.doctor?.examine(testRecipient ? { testRecipient } : {}) ?? [])
      findings.set(finding.check, finding)
    return findings
  }

  it('finds a good installation good, down to the receipt of the test message', async () => {
    stand = await startFeishuStand()
    const { world, colleague } = stand.sim
    const post = world.post.bind(world)
    world.post = (message) => {
      const posted = post(message)
      posted.readBy.set(colleague, world.now())
      return posted
    }
    stand.sim.console['security'] = { redirect_urls: ['https://crm.example.com/app/'] }
    const { api } = stand.sim
    await stand.adapter.identity.redeem(api.signInCode(colleague), 'client')
    const findings = await examine(colleague)
    expect([...findings.values()].filter((finding) => finding.state !== 'ok')).toEqual([])
    expect(findings.get('feishu.test-message')?.found).toContain('已读')
  })

  it('says of each fault what it is and where to click', async () => {
    stand = await startFeishuStand({ connect: false })
    const { granted, visible, console } = stand.sim
    granted.delete('im:message.group_msg')
    granted.delete('contact:user.base:readonly')
    visible.clear()
    console['event'] = { subscription_type: 'webhook', subscribed_events: [] }
    console['callback_info'] = { callback_type: 'websocket', subscribed_callbacks: [] }
    console['security'] = {
      redirect_urls: ['https://crm.example.com/app', 'https://crm.example.com.evil.example/app/'],
    }
    stand.sim.limitConnections(0)
    const findings = await examine()
    const states = Object.fromEntries([...findings].map(([check, { state }]) => [check, state]))
    expect(states).toMatchObject({
      'feishu.credentials': 'ok',
      'feishu.scope.im:message.group_msg': 'warning',
      'feishu.scope.contact:user.base:readonly': 'failed',
      'feishu.contact-range': 'failed',
      'feishu.event-mode': 'failed',
      'feishu.event.im.message.receive_v1': 'failed',
      'feishu.tap-callback': 'failed',
      'feishu.redirect': 'failed',
      'feishu.connection': 'failed',
      'feishu.test-message': 'skipped',
    })
    expect(findings.get('feishu.connection')?.found).toContain('1000040350')
    for (const finding of findings.values())
      if (finding.state === 'failed' || finding.state === 'warning')
        expect(finding.mend, finding.check).toMatch(/→|停掉/)
  })

  it('asks its own callback address from outside, in webhook mode', async () => {
    let status = 401
    const proxy = createServer((_request, response) => void response.writeHead(status).end())
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const publicUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    stand = await startFeishuStand({ mode: 'webhook', publicUrl })
    const seen = async () => (await examine()).get('feishu.callback')
    expect(await seen()).toMatchObject({ state: 'ok' })
    // Something else answers there, or nothing at all.
    status = 200
    expect(await seen()).toMatchObject({ state: 'failed', mend: expect.stringContaining('/hooks/') })
    proxy.closeAllConnections()
    await new Promise((resolve) => proxy.close(resolve))
    expect(await seen()).toMatchObject({ state: 'failed', found: expect.stringContaining('访问不到') })
  })

  it('stops at wrong credentials and asks for a look at what it may not read', async () => {
    stand = await startFeishuStand({ connect: false, settings: { appSecret: 'wrong' } })
    expect([...(await examine())].map(([check, { state }]) => [check, state])).toEqual([
      ['feishu.credentials', 'failed'],
      ['feishu.scopes', 'skipped'],
    ])
    await stand.stop()
    stand = await startFeishuStand({ connect: false })
    stand.sim.granted.delete('application:application:self_manage')
    const findings = await examine()
    expect(findings.get('feishu.subscriptions')).toMatchObject({ state: 'skipped' })
    expect(findings.get('feishu.redirect')).toMatchObject({
      ...{
        state: 'skipped',
        mend: expect.stringContaining('重定向 URL → 添加 https://crm.example.com/app/'),
      },
    })
    expect(findings.get('feishu.sign-in-client')?.mend).toContain(
      'H5 可信域名 → 添加 https://crm.example.com',
    )
    stand.sim.fault('GET /bot/v3/info', { kind: { code: 99991401, status: 400 }, times: 1 })
    expect((await examine()).get('feishu.bot')?.mend).toContain('IP 白名单')
  })
})
