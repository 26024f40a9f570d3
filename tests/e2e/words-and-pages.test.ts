import { describe, expect, it } from 'vitest'
import { repAccepts, useWhole } from '../support/walk-stand.js'

const stand = useWhole()
const pdf = {
  name: '盖章合同.pdf',
  mimeType: 'application/pdf',
  buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'),
}

describe('one sentence to the bot', () => {
  it('becomes a follow-up that is corrected on its card, and taken back', async () => {
    const me = await stand.open()
    await repAccepts(me)
    await me.says('刚和刘志远通了电话，要报价，下周三再联系')
    const card = me.card('已记录跟进：刘志远')
    await card
      .filter({ hasText: '12月2日' })
      .or(card.filter({ hasText: '周三' }))
      .waitFor()
    await me.card('已接单：刘志远').filter({ hasText: '已联系过客户' }).waitFor()
    await me.taps('已记录跟进', '修改')
    await card.locator('[data-input=action]').selectOption({ label: '上门拜访' })
    await me.taps('已记录跟进', '保存修改')
    await card.filter({ hasText: '上门拜访' }).filter({ hasText: '已人工核对' }).waitFor()
    await me.taps('已记录跟进', '撤销')
    await me.page.locator('[role=alertdialog]').filter({ hasText: '提醒都会取消' }).waitFor()
    await me.confirms()
    await me.card('跟进已撤销').waitFor()
    await me.card('已接单：刘志远').filter({ hasText: '记得尽快联系客户' }).waitFor()
  })

  it('sets a reminder, whose card comes at its minute', async () => {
    const me = await stand.open()
    await repAccepts(me)
    await me.says('刚和刘志远通了电话，要报价，半小时后再联系')
    await me.card('已记录跟进：刘志远').waitFor()
    const reminder = me.page.locator('[data-testid=panel-deadline][data-kind="task.due"]').first()
    expect(await reminder.textContent()).toContain('刘志远')
    await me.page.locator('[data-testid=clock-custom]').fill('31')
    await me.page.locator('[data-testid=clock-custom-go]').click()
    await me.card('该联系客户了：刘志远').waitFor()
    await me.taps('该联系客户了：刘志远', '已完成')
    await me.card('已完成').waitFor()
  })

  it('asks for help, leads, tasks or a name, and always gets an answer', async () => {
    const me = await stand.open()
    await repAccepts(me)
    for (const [words, answer] of [
      ['帮助', '我能帮你做这些'],
      ['我的线索', '条在手线索'],
      ['今日待办', '今天'],
      ['查 刘志远', '找到 1 条'],
      ['天气不错', '这句话我没有看懂'],
    ] as const) {
      await me.says(words)
      await me.card(answer).waitFor()
    }
  })

  it('tells an account that nobody knows how to be let in', async () => {
    stand.whole.running.sandbox?.accounts.put({ externalId: 'new-colleague', name: '方晓', group: 'rep' })
    const me = await stand.open()
    await me.be('方晓')
    await me.opens('跟进')
    await me.says('我的线索')
    await me.card('还不认识你').filter({ hasText: '请联系管理员' }).waitFor()
  })
})

describe('a page opened from a card', () => {
  it('is signed in, shows the lead, and follows a tap in the messenger within a second', async () => {
    const [me, other] = [await stand.open(), await stand.open()]
    const rep = await repAccepts(me)
    await me.card('已接单：刘志远').locator('[data-testid=card-page]').click()
    const page = me.frame().locator('[data-testid=lead-page]')
    await page.getByText('138 0013 8000').or(page.getByText('13800138000')).first().waitFor()
    await page.locator('[data-testid=source]').filter({ hasText: '想了解下你们的报价' }).waitFor()
    const entry = page.locator('[data-testid=time-line-entry][data-kind="lead.contacted"]')
    expect(await entry.count()).toBe(0)
    await other.be(rep)
    await other.opens('跟进')
    await other.taps('已接单：刘志远', '已联系客户')
    await entry.waitFor({ timeout: 1000 })
  })

  it('makes a deal whose stage moves by the card, once the contract is uploaded', async () => {
    const me = await stand.open()
    await repAccepts(me)
    await me.card('已接单：刘志远').locator('[data-testid=card-page]').click()
    const page = me.frame()
    await page.locator('[data-testid=more]').click()
    await page.locator('[data-testid=convert]').click()
    await page.locator('[data-testid=convert-save]').click()
    await page.locator('[data-testid=deal-page]').waitFor()
    await me.page.locator('[data-testid=page-close]').click()
    const card = me.card('商机：')
    await card.locator('[data-input=stage]').selectOption({ value: 'signed' })
    await me.taps('商机：', '更新阶段')
    await me.hears('还没有上传盖章合同的扫描件')
    await card.locator('[data-testid=card-page]').click()
    await page.locator('[data-testid=upload]').setInputFiles(pdf)
    await page.locator('[data-testid=file]').filter({ hasText: '盖章合同.pdf' }).waitFor()
    await me.page.locator('[data-testid=page-close]').click()
    await card.locator('[data-input=stage]').selectOption({ value: 'signed' })
    await me.taps('商机：', '更新阶段')
    await card.filter({ hasText: '恭喜，已签约' }).waitFor()
  })
})
