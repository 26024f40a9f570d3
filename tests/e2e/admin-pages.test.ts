import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startAdminStand, type AdminStand } from '../support/admin-stand.js'
import { launchBrowser } from '../support/browser.js'
import { flawsOf, keepPicture } from '../support/walk-looks.js'
import { openBrowser, watchProblems } from '../support/walk.js'

const sizes = [
  { width: 360, height: 740 },
  { width: 1440, height: 900 },
]

let browser: Browser
let stand: AdminStand

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  stand = await startAdminStand()
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  await stand.end()
})

/** An admin on the page of their own, where the ways to the others are. */
async function open(size: { width: number; height: number }, who = 'admin') {
  const page = await openBrowser(browser, { size })
  const problems = watchProblems(page)
  await page.goto(stand.address(who, '/me'))
  await page.locator('[data-testid=me]').waitFor()
  const at = (testId: string) => page.locator(`[data-testid=${testId}]`)
  const flaws: string[] = []
  return {
    page,
    at,
    /** Everything that went wrong or looks wrong, for the end of a walk. */
    troubles: () => [...flaws, ...problems],
    /** By the links of 我的, from wherever one is. */
    async goes(name: string) {
      await page.goto(`${stand.origin}/app/me`)
      await at(`admin-${name}`).click()
      await at(name).waitFor()
      await at('bones').first().waitFor({ state: 'detached' })
    },
    /** To a page of rules, by its link. */
    async rules(name: string) {
      await page.goto(`${stand.origin}/app/me`)
      await at(`admin-${name}`).click()
      await page.locator(`[data-testid=rule][data-name=${name}] [data-testid=versions]`).waitFor()
    },
    field: (path: string) => page.locator(`[data-field="${path}"]`),
    /** Looks at the whole length of the page, in light and dark. */
    async looks(name: string) {
      flaws.push(...(await look(page, `admin-${name}`, size)))
    },
  }
}

async function look(page: Page, name: string, size: { width: number; height: number }): Promise<string[]> {
  const whole = Number(await page.evaluate('document.documentElement.scrollHeight'))
  await page.setViewportSize({ ...size, height: Math.max(size.height, Math.min(whole, 4000)) })
  const flaws: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    flaws.push(
      ...(await flawsOf(page, { touch: size.width < 720 })).map((flaw) => `${name} ${colorScheme}: ${flaw}`),
    )
    await keepPicture(page, `${name}-${size.width}-${colorScheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.setViewportSize(size)
  return flaws
}

describe.each(sizes)('an admin at $width × $height', (size) => {
  it('finds a lost message, reads its way, sends it again, and opens its record', async () => {
    const me = await open(size)
    await me.looks('me')
    await me.goes('messages')
    await me.looks('messages')
    await me.at('messages-filters').click()
    await me.at('messages-person').click()
    await me.at('colleague-search').fill('王')
    await me.page.locator('[data-testid=colleague][data-id=wang]').click()
    await me.looks('messages-filters')
    await me.at('messages-apply').click()
    await me.at('messages-state-trouble').click()
    const row = me.page.locator(`[data-testid=message-row][data-id="${stand.lost}"]`)
    await row.waitFor()
    expect(await me.at('message-row').count()).toBe(1)
    await row.click()
    await me.at('way-event').filter({ hasText: '第 2 次发送失败' }).waitFor()
    await me.looks('message')
    await me.at('message-retry').click()
    await me.at('way-event').filter({ hasText: '何敏点了重发' }).waitFor()
    await me.at('message-record').click()
    await me.at('lead-page').waitFor()
    expect(me.troubles()).toEqual([])
  })

  it('sees a test message pass each station, and what to do where it waits', async () => {
    const me = await open(size)
    await me.goes('test-message')
    await me.at('test-send').click()
    const station = (name: string, state: string) =>
      me.page.locator(`[data-testid=test-step][data-station=${name}][data-state=${state}]`).waitFor()
    await station('bound', 'done')
    await station('handed', 'waiting')
    await me.looks('test-message')
    await stand.pass({ state: 'sent', sentAt: stand.clock.now() })
    await station('handed', 'done')
    await stand.pass({ state: 'read', readAt: stand.clock.now() })
    await station('read', 'done')
    await station('delivered', 'not-reported')
    await stand.pass({ state: 'acted', actedAt: stand.clock.now() })
    await me.at('test-complete').waitFor()
    await me.looks('test-message-done')
    await me.at('test-way').click()
    await me.at('way-event').filter({ hasText: '已处理' }).waitFor()
    expect(me.troubles()).toEqual([])
  })

  it('sees what is stuck, tries a given-up event again and a stuck deadline', async () => {
    const me = await open(size)
    await me.goes('system')
    await me.at('dead-event').filter({ hasText: '138****8000' }).waitFor()
    await me.at('binding').first().waitFor()
    await me.looks('system')
    await me.at('dead-drop').click()
    await me.at('dead-why').waitFor()
    await me.looks('system-drop')
    await me.at('sheet-close').click()
    await me.at('dead-why').waitFor({ state: 'hidden' })
    await me.at('dead-retry').click()
    await me.at('dead-event').waitFor({ state: 'detached' })
    await me.at('reaction').filter({ hasText: '客户又来询问' }).waitFor()
    await me.at('reaction-retry').click()
    await me.at('reaction').waitFor({ state: 'detached' })
    await me.at('stuck-retry').click()
    await me.at('stuck-deadline').waitFor({ state: 'detached' })
    expect(me.troubles()).toEqual([])
  })

  it('has the organisation brought in, watches it, and reads who was left out', async () => {
    const me = await open(size)
    await me.goes('directory')
    await me.at('sync-now').click()
    await me.at('sync-progress').waitFor()
    await stand.walk(['赵晨', '钱会计', '孙悦'], false)
    await me.at('sync-progress').filter({ hasText: '已读 3 人' }).waitFor()
    await me.looks('directory-running')
    await stand.walk(['李默', '周会计'], true)
    await me.at('sync-run').filter({ hasText: '完成' }).waitFor()
    expect(await me.at('sync-visible').textContent()).toContain('可见 5 / 全公司 340 人')
    await me.at('outside').locator('summary').click()
    await me.at('outside').getByText('钱会计', { exact: true }).waitFor()
    await me.looks('directory')
    expect(me.troubles()).toEqual([])
  })

  it('has the platform examined, and reads how to mend what is wrong', async () => {
    const me = await open(size)
    await me.goes('doctor')
    await me.at('doctor-start').click()
    await me.at('doctor-summary').filter({ hasText: '1 项有问题，1 项需要注意' }).waitFor()
    await me.at('finding').filter({ hasText: '怎么改：管理后台' }).first().waitFor()
    await me.looks('doctor')
    expect(me.troubles()).toEqual([])
  })

  it('changes a ladder, sees beforehand what it touches, publishes it and takes it back', async () => {
    const me = await open(size)
    await me.goes('ladders')
    await me.looks('ladders')
    const ladder = me.page.locator('[data-testid=ladder][data-kind="lead.accept"]')
    await ladder.locator('[data-testid=ladder-open]').click()
    await ladder.locator('[data-testid=ladder-due] input').fill('20')
    await ladder.locator('[data-testid=step-add]').click()
    await ladder.locator('[data-testid=step-up]').last().click()
    await ladder.locator('[data-testid=step-remove]').first().click()
    await me.looks('ladder-open')
    await ladder.locator('[data-testid=ladder-preview]').click()
    await me.at('preview-row').first().waitFor()
    expect(await me.page.locator('[data-count=changed] dd').textContent()).toBe('4')
    await me.looks('ladder-preview')
    await me.at('ladder-note').fill('接单时间放宽到二十分钟')
    await me.at('ladder-replan').click()
    await me.at('version').filter({ hasText: '接单时间放宽到二十分钟' }).waitFor()
    await ladder.locator('[data-testid=ladder-due] input').fill('25')
    await ladder.locator('[data-testid=ladder-preview]').click()
    await me.at('ladder-publish').click()
    await me.at('version-back').click()
    await me.at('version-back-save').click()
    await me.at('version').filter({ hasText: '第 3 版' }).waitFor()
    await ladder.filter({ hasText: '20 分钟' }).waitFor()
    await me.looks('ladders-history')
    expect(me.troubles()).toEqual([])
  })

  it('reads at the field itself what the server refuses', async () => {
    const me = await open(size)
    await me.goes('ladders')
    const ladder = me.page.locator('[data-testid=ladder][data-kind="lead.dispatch"]')
    await ladder.locator('[data-testid=ladder-open]').click()
    const step = ladder.locator('[data-testid=ladder-step]').nth(1)
    await step.locator('[data-testid=step-span] input').fill('999')
    await step.locator('[data-testid=step-span] select').selectOption('d')
    await ladder.locator('[data-testid=ladder-preview]').click()
    await step.locator('[data-testid=step-problem]').filter({ hasText: '最长一年' }).waitFor()
    await me.looks('ladder-problem')
    // The refusal itself is the only thing that went wrong.
    expect(me.troubles().filter((trouble) => !trouble.includes('422'))).toEqual([])
  })

  it('has the nights quiet: changes it, reads what it means, publishes it, and it holds', async () => {
    const me = await open(size)
    await me.rules('notices')
    await me.looks('rules-notices')
    await me.field('quiet.enabled').locator('input').check()
    await me.field('quiet.from').locator('input').fill('21:30')
    await me.field('quiet.to').locator('input').fill('21:30')
    await me.at('rule-preview').click()
    await me.field('quiet.to').getByText('开始和结束不能相同').waitFor()
    await me.at('rule-problems').filter({ hasText: '有 1 处需要修改' }).waitFor()
    await me.looks('rules-notices-problem')
    await me.field('quiet.to').locator('input').fill('07:30')
    await me.at('rule-preview').click()
    await me.at('rule-meaning').filter({ hasText: '每天 21:30 到第二天 07:30' }).waitFor()
    await me.at('rule-note').fill('晚上不打扰')
    await me.looks('rules-notices-preview')
    await me.at('rule-publish').click()
    await me.at('version').filter({ hasText: '晚上不打扰' }).waitFor()
    const { quiet } = await stand.core.read((tx) => stand.core.playbook.get(tx, 'notices'))
    expect(quiet).toMatchObject({ enabled: true, from: '21:30', to: '07:30' })
    expect(me.troubles().filter((trouble) => !trouble.includes('422'))).toEqual([])
  })

  it('pastes the holidays of a year, keeps them as a draft, and publishes them later', async () => {
    const me = await open(size)
    await me.rules('holidays')
    await me
      .at('holiday-text')
      .fill('二、国庆节：10月1日（周五）至7日（周四）放假调休。9月26日（周日）上班。\n2027-01-01 元旦 休')
    await me.at('holiday-found').filter({ hasText: '国庆节' }).filter({ hasText: '班 2027-09-26' }).waitFor()
    await me.looks('rules-holidays-paste')
    await me.at('holiday-take').click()
    await me.at('rule-row-open').filter({ hasText: '2027 年' }).filter({ hasText: '放假 8 天' }).click()
    await me.looks('rules-holidays')
    await me.at('rule-preview').click()
    await me.at('rule-meaning').waitFor()
    await me.looks('rules-holidays-preview')
    await me.at('rule-save-draft').click()
    await me.at('rule-draft').filter({ hasText: '何敏' }).getByRole('button').click()
    await me.at('rule-preview').click()
    await me.at('rule-publish').click()
    await me.at('version').filter({ hasText: '生效中' }).waitFor()
    const { years } = await stand.core.read((tx) => stand.core.playbook.get(tx, 'holidays'))
    expect(years.map(({ year }) => year)).toEqual([2025, 2026, 2027])
    expect(me.troubles()).toEqual([])
  })

  it('puts somebody on duty, and finds every other page of rules in order', async () => {
    const me = await open(size)
    await me.rules('duty')
    await me.at('rule-row-add').click()
    await me.field('lists.0.label').locator('input').fill('夜间值班')
    await me.field('lists.0.turns').locator('[data-testid=rule-row-add]').click()
    await me.at('rule-person-add').click()
    await me.page.locator('[data-testid=colleague][data-id=wang]').click()
    await me.at('rule-person').filter({ hasText: '王小明' }).waitFor()
    await me.looks('rules-duty')
    await me.at('rule-preview').click()
    await me.at('rule-meaning').filter({ hasText: '18:00 起 王小明' }).waitFor()
    await me.looks('rules-duty-preview')
    await me.at('rule-publish').click()
    await me.at('version').filter({ hasText: '生效中' }).waitFor()
    for (const name of ['calendar', 'reminders', 'credentials']) {
      await me.rules(name)
      const folded = me.at('rule-row-open').first()
      if (await folded.count()) await folded.click()
      await me.looks(`rules-${name}`)
    }
    expect(me.troubles()).toEqual([])
  })

  it('enters leave, sees what it means and who is away, and takes it back', async () => {
    const me = await open(size, 'li')
    await me.at('leave-add').click()
    await me.at('leave-who').selectOption('wang')
    await me.at('leave-from').fill('2026-03-16')
    await me.at('leave-to').fill('2026-03-18')
    await me.at('leave-to-half').selectOption('am')
    await me.at('leave-meaning').filter({ hasText: '3月16日 周一 至 3月18日 周三上午' }).waitFor()
    await me.looks('leave-sheet')
    await me.at('leave-save').click()
    await me.at('leave').filter({ hasText: '王小明' }).waitFor()
    await me.looks('leave')
    await me.at('leave-cancel').click()
    await me.at('leave-cancel-save').click()
    await me.at('leave').waitFor({ state: 'detached' })
    expect(me.troubles()).toEqual([])
  })

  it('reads on a lead what will happen next, to whom', async () => {
    const me = await open(size, 'wang')
    expect(await me.at('admin-links').count()).toBe(0)
    await me.page.goto(`${stand.origin}/app/leads/${stand.lead}`)
    await me.at('plan').first().waitFor()
    expect(await me.at('plan-step').first().textContent()).toContain('收回推荐，转给主管')
    await me.looks('lead-next')
    expect(me.troubles()).toEqual([])
    await me.page.goto(`${stand.origin}/app/admin/system`)
    await me.at('state').filter({ hasText: '你没有权限' }).waitFor()
  })
})
