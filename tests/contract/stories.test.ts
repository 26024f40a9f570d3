import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { platforms } from '../../core/ports/platform.js'
import { wordsOf } from '../support/stage/seen.js'
import { startStage, type Stage } from '../support/stage/stage.js'

const wish = '我们在杭州，想了解下你们CRM的报价，预算20万左右，电话 13800138000'

/** Where the question is asked by the platform itself, before it sends the tap. */
const asksBefore: ReadonlySet<string> = new Set(['feishu', 'sandbox'])

for (const platform of platforms)
  describe(`on ${platform}`, () => {
    let stage: Stage
    beforeEach(async () => {
      stage = await startStage(platform)
    })
    afterEach(() => stage.stop())

    describe('a customer’s words', () => {
      it('come to a rep as a card, which becomes theirs by a tap', async () => {
        const { customer, rep, colleague } = stage
        await customer.writes(wish)
        const words = await rep.sees('新线索')
        expect(words).toContain('预算20万左右')
        expect(words).toContain('138****8000')
        expect(words).toContain('[接单]')
        await colleague.seesNo('新线索')
        expect(await rep.clicks('接单')).toContain('接单成功')
        expect(await rep.sees('已接单')).toContain('[已联系客户]')
        await rep.seesNo('[接单]')
        expect(await rep.clicks('已联系客户')).toContain('已记录首次联系')
        await rep.seesNo('[已联系客户]')
      })

      it('tell the loser of a race who took it, and show them today’s card', async () => {
        const { customer, rep, manager } = stage
        await customer.writes(wish)
        const card = await rep.card('新线索')
        await stage.passes('5m')
        await manager.clicks('自己接')
        expect(await rep.presses(card, '接单')).toContain('李经理')
        await rep.sees('已由主管接手')
        await rep.seesNo('[接单]')
      })

      it('make one lead, however often the platform tells them', async () => {
        const { customer, rep, core } = stage
        await customer.writes(wish)
        await customer.writes('上次说的报价什么时候能给？还是 13800138000 这个号')
        await rep.clicks('接单')
        const open = await core.read((tx) => core.leads.openOf(tx, rep.id, 10))
        expect(open).toHaveLength(1)
      })
    })

    describe('five minutes without an answer', () => {
      it('bring the lead to the manager with a ring, and tell the rep', async () => {
        const { customer, rep, manager } = stage
        await customer.writes(wish)
        await stage.passes('4m')
        await manager.seesNo('超时未接')
        await stage.passes('1m')
        const words = wordsOf(await manager.card('线索超时未接'))
        expect(words).toContain('[指派]')
        expect(words).toContain('[自己接]')
        expect(words).toContain('赵敏')
        expect(await manager.urges()).not.toEqual([])
        await rep.sees('超时未接')
        await rep.seesNo('[接单]')
      })

      it('let the manager take it', async () => {
        const { customer, rep, manager } = stage
        await customer.writes(wish)
        await stage.passes('5m')
        expect(await manager.clicks('自己接')).toContain('已在你名下')
        await manager.sees('线索归你')
        await manager.seesNo('[指派]')
        await rep.sees('现由李经理负责')
      })

      it('let the manager choose who gets it', async () => {
        const { customer, rep, colleague, manager } = stage
        await customer.writes(wish)
        await stage.passes('5m')
        expect(await manager.clicks('指派', { personId: colleague.id })).toContain('赵敏')
        expect(await colleague.sees('线索归你')).toContain('主管指派给你')
        await rep.sees('现由赵敏负责')
      })
    })

    describe('a rep’s sentence', () => {
      const note = '刚和张总通了电话，要报价，下周三再联系'
      beforeEach(async () => {
        await stage.customer.writes(wish.replace('我们', '我姓张，我们'))
        await stage.rep.clicks('接单')
      })

      it('is shown as it was understood, and undone by a tap', async () => {
        const { rep } = stage
        await rep.writes(note)
        const words = await rep.sees('已记录跟进')
        expect(words).toContain('3月18日')
        expect(words).toContain('[撤销]')
        expect(await rep.confirms('撤销')).toContain('已撤销')
        await rep.sees('跟进已撤销')
        await rep.seesNo('[撤销]')
      })

      it('is undone only after a question, and stays when somebody thinks better of it', async () => {
        const { rep } = stage
        await rep.writes(note)
        if (asksBefore.has(platform)) return
        expect(await rep.clicks('撤销')).toContain('确定吗')
        const words = await rep.sees('已记录跟进')
        expect(words).toContain('确定吗')
        expect(words).toContain('[确认撤销]')
        expect(await rep.clicks('取消')).toContain('没有改动')
        expect(await rep.sees('已记录跟进')).toContain('[修改]')
        // The same tap within a moment would be taken for a repeat of the first.
        await stage.passes('1m')
        await rep.clicks('撤销')
        expect(await rep.clicks('确认撤销')).toContain('已撤销')
        await rep.sees('跟进已撤销')
      })

      it('makes a lead of what a customer told them elsewhere', async () => {
        const { rep } = stage
        await rep.writes('刚接到宏达机械陈总的电话 13911112222，想要一份报价，下周一回电')
        await rep.sees('没有找到这位客户')
        expect(await rep.clicks('新建线索')).toContain('已新建线索')
        expect(await rep.sees('已记录跟进：宏达机械')).toContain('3月16日')
      })

      it('is corrected in the card, or on the page where a card cannot', async () => {
        const { rep } = stage
        await rep.writes(note)
        await rep.clicks('修改')
        expect(await rep.clicks('保存修改', { outcome: 'neutral' })).toContain('已按你的修改保存')
        // What the card cannot let anybody change has to stay as it was said.
        expect(await rep.sees('已沟通')).toContain('3月18日')
      })
    })
  })
