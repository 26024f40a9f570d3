import { afterEach, describe, expect, it } from 'vitest'
import type { Finding, WayIn } from '../../core/ports/doctor.js'
import { startDingtalkStand } from '../simulators/dingtalk/stand.js'

let stand: Awaited<ReturnType<typeof startDingtalkStand>>
afterEach(() => stand.stop())

const quiet: WayIn = { lastAt: {}, connectionHolder: null }
async function examine(testRecipient?: string, wayIn = quiet): Promise<Map<string, Finding>> {
  const findings = new Map<string, Finding>()
  const input = { wayIn, ...(testRecipient ? { testRecipient } : {}) }
  for await (const finding of stand.adapter.doctor?.examine(input) ?? []) findings.set(finding.check, finding)
  return findings
}
const statesOf = (findings: Map<string, Finding>) =>
  Object.fromEntries([...findings].map(([check, { state }]) => [check.replace('dingtalk.', ''), state]))

describe('the doctor of DingTalk', () => {
  it('finds a sound installation sound, to the receipt of the test message', async () => {
    stand = await startDingtalkStand()
    // This process has seen and holds nothing: another one of the installation has.
    const findings = await examine('u-wang', {
      lastAt: { directory: new Date('2026-03-01T00:00:00Z') },
      connectionHolder: 'crm-2:77:x',
    })
    expect(findings.get('dingtalk.connection')?.found).toContain('crm-2:77:x')
    const { 'template.version': version, ...states } = statesOf(findings)
    const { 'sign-in-client': client, 'sign-in-browser': browser, ...rest } = states
    expect(version).toBe('skipped')
    // Here pages are on loopback, where no platform sends anybody.
    expect([client, browser]).toEqual(['warning', 'warning'])
    expect(findings.get('dingtalk.sign-in-browser')?.mend).toMatch(/安全设置 → 重定向URL.*\/app\//)
    expect(findings.get('dingtalk.sign-in-client')?.mend).toMatch(/应用首页地址.*\/app\//)
    expect(new Set(Object.values(rest))).toEqual(new Set(['ok']))
    expect(Object.keys(rest)).toHaveLength(16)
  })

  it('stops at wrong credentials and says where the right ones are', async () => {
    stand = await startDingtalkStand({ settings: { clientSecret: 'wrong' } })
    const findings = await examine()
    expect([...findings.values()]).toMatchObject([
      { state: 'failed', mend: expect.stringContaining('凭证与基础信息') },
    ])
  })

  it.each(['departments', 'members', 'member-details', 'robot', 'cards', 'todo', 'ding', 'jsapi'])(
    'names the missing permission %s, what fails without it and where to click',
    async (permission) => {
      stand = await startDingtalkStand()
      stand.sim.world.grants.denied.add(permission)
      const finding = (await examine()).get(`dingtalk.permission.${permission}`)
      expect(finding?.state).toMatch(/failed|warning/)
      expect(finding?.mend).toContain('权限管理')
    },
  )

  it('tells a closed whitelist apart from missing permissions', async () => {
    stand = await startDingtalkStand()
    stand.sim.world.grants.ips = 'refused'
    const findings = await examine()
    expect(findings.get('dingtalk.ip-whitelist')).toMatchObject({
      state: 'failed',
      mend: expect.stringContaining('出口IP'),
    })
    expect(findings.get('dingtalk.permission.robot')?.state).toBe('skipped')
  })

  it('sees that a template is not published, that its copy is old and that nobody holds the connection', async () => {
    stand = await startDingtalkStand()
    for (const template of stand.sim.world.templates.values()) template.isPublished = false
    await stand.keys.put('dingtalk:template-version', '0', null)
    const findings = await examine('u-wang')
    expect(findings.get('dingtalk.template.form')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('没有发布'),
    })
    expect(findings.get('dingtalk.template.version')?.state).toBe('warning')
    expect(findings.get('dingtalk.connection')?.state).toBe('warning')
    // Nobody came or went for a month: nothing is wrong with that.
    expect(findings.get('dingtalk.events')?.state).toBe('skipped')
  })

  it('reaches its own callbacks from outside in HTTP mode, each of the three', async () => {
    stand = await startDingtalkStand({ settings: { mode: 'http' } })
    const states = async () => {
      const found = await examine()
      return ['callback', 'callback.robot', 'callback.card'].map(
        (name) => found.get(`dingtalk.${name}`)?.state,
      )
    }
    expect(await states()).toEqual(['failed', 'failed', 'failed'])
    await stand.channel.start(async () => null)
    expect(await states()).toEqual(['ok', 'ok', 'ok'])
  })
})
