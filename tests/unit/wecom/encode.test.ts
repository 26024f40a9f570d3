import fc from 'fast-check'
import { createManualClock } from '../../../core/ports/clock.js'
import type { Card, CardInput } from '../../../core/ports/card.js'
import { describe, expect, it } from 'vitest'
import { cutBytes } from '../../../adapters/wecom/bytes.js'
import { encodeCard, looksOf } from '../../../adapters/wecom/encode.js'
import { botText, groupCard, messageText } from '../../../adapters/wecom/plain-text.js'
import { checkCard } from '../../simulators/wecom/card-rules.js'
import { createWorld } from '../../simulators/wecom/world.js'

const pageUrl = (path: string) => `https://crm.example.com/app${path}`
const context = { taskId: 'd1@0123456789ab', pageUrl, interactive: true }
const world = () => createWorld({ clock: createManualClock('2026-11-16T01:00:00.000Z') })
const base: Card = { kind: 'k', title: '标题', tone: 'info', blocks: [] }
const select = (name: string, count: number): CardInput => ({
  ...{ type: 'select', name, label: `选${name}` },
  options: Array.from({ length: count }, (_, i) => ({ value: `${name}${i}`, label: `选项${i}` })),
})
const submit = { id: 'save', label: '保存', style: 'primary' as const, submit: true }
const leave = { id: 'leave', label: '不改了', style: 'default' as const }
const shows = (card: Card): string => JSON.stringify(encodeCard(card, context))

describe('cards as WeCom shows them', () => {
  it('is accepted by WeCom whatever the card', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 400 })
    const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/)
    const option = fc.record({ value: fc.string({ minLength: 1, maxLength: 200 }), label: text })
    const options = fc.uniqueArray(option, { maxLength: 30, selector: ({ value }) => value })
    const input = fc.oneof(
      fc.record({
        type: fc.constant('select' as const),
        name: word,
        label: text,
        options,
        required: fc.boolean(),
      }),
      fc.record({ type: fc.constant('text' as const), name: word, label: text }),
      fc.record({ type: fc.constant('date' as const), name: word, label: text, required: fc.boolean() }),
    )
    const field = fc.record({ label: text, value: text })
    const block = fc.oneof(
      fc.record({ type: fc.constant('text' as const), text }),
      fc.record({ type: fc.constant('quote' as const), text, by: text }),
      fc.record({ type: fc.constant('fields' as const), fields: fc.array(field, { maxLength: 15 }) }),
    )
    const style = fc.constantFrom('primary' as const, 'default' as const, 'danger' as const)
    const action = fc.record({
      id: word,
      label: text.map((label) => label || '好'),
      style,
      submit: fc.boolean(),
    })
    const card = fc.record(
      {
        ...{ kind: fc.constant('k'), title: text.map((title) => title || '题'), subtitle: text },
        tone: fc.constantFrom('neutral' as const, 'info' as const, 'success' as const, 'warning' as const),
        blocks: fc.array(block, { maxLength: 6 }),
        inputs: fc.uniqueArray(input, { maxLength: 6, selector: ({ name }) => name }),
        actions: fc.uniqueArray(action, { maxLength: 9, selector: ({ id }) => id }),
        page: fc.record({ label: text, path: fc.constant('/leads/1') }),
      },
      { requiredKeys: ['kind', 'title', 'tone', 'blocks'] },
    )
    fc.assert(
      fc.property(card, fc.boolean(), fc.boolean(), (drawn, interactive, hadButtons) => {
        const encoded = encodeCard(drawn, { ...context, interactive, hadButtons })
        const place = world()
        place.isCallbackSet = interactive
        if (interactive || !hadButtons) expect(checkCard(place, { ...encoded }, 'send')).toBe(0)
      }),
      { numRuns: 400 },
    )
  })

  it('shows facts in rows, more facts and long ones as lines, words as a quotation', () => {
    const fields = Array.from({ length: 9 }, (_, i) => ({
      label: `项${i}`,
      value: i === 2 ? '长'.repeat(40) : `值${i}`,
    }))
    const card = encodeCard(
      {
        ...base,
        blocks: [
          { type: 'quote', text: '要报价', by: '张' },
          { type: 'fields', fields },
        ],
      },
      context,
    )
    expect(card.quote_area).toMatchObject({ title: '张', quote_text: '要报价' })
    expect(card.horizontal_content_list).toHaveLength(6)
    for (const { label } of fields) expect(JSON.stringify(card)).toContain(label)
    expect(card.sub_title_text).toContain('项2：长长')
  })

  it('keeps every choice and button of a form with two selects', () => {
    const card = encodeCard(
      { ...base, inputs: [select('a', 3), select('b', 3)], actions: [submit, leave] },
      context,
    )
    expect(card.card_type).toBe('multiple_interaction')
    expect(card.select_list?.map(({ question_key }) => question_key)).toEqual(['a', 'b', '@action'])
    expect(card.select_list?.[2]).toMatchObject({
      selected_id: 'save',
      option_list: [{ id: 'save' }, { id: 'leave' }],
    })
  })

  it('puts one select beside the buttons, and a long bare one into a vote', () => {
    const one = encodeCard({ ...base, inputs: [select('a', 3)], actions: [submit, leave] }, context)
    expect(one).toMatchObject({ card_type: 'button_interaction', button_selection: { question_key: 'a' } })
    const many = encodeCard({ ...base, inputs: [select('a', 15)], actions: [submit] }, context)
    expect(many.card_type).toBe('vote_interaction')
    expect(many.checkbox?.option_list).toHaveLength(15)
  })

  it('sends what it cannot ask to the page, or asks in the chat', () => {
    const date: CardInput = { type: 'date', name: 'd', label: '下次联系', required: true }
    const page = { label: '查看', path: '/x' }
    expect(shows({ ...base, inputs: [date], actions: [submit], page })).toContain('在页面填写')
    const say = '下次联系改到下周五'
    expect(shows({ ...base, inputs: [{ ...date, say }], actions: [submit] })).toContain(
      `可以直接回复“${say}”`,
    )
    const four = ['a', 'b', 'c', 'd'].map((name) => select(name, 2))
    expect(shows({ ...base, inputs: four, actions: [submit] })).toContain('选d')
  })

  it('keeps a list together in its order when several of it are too long for rows', () => {
    const fields = [
      { label: '我的线索', value: '在手的线索' },
      { label: '查 <姓名 / 公司 / 电话>', value: '找线索和客户' },
      { label: '跟进 <客户或线索>', value: '写一条跟进' },
    ]
    const shown = encodeCard({ ...base, blocks: [{ type: 'fields', fields }] }, context)
    expect(shown.horizontal_content_list).toBeUndefined()
    expect(shown.sub_title_text).toBe(fields.map(({ label, value }) => `${label}：${value}`).join('\n'))
  })

  it('ends as one grey button in place of those that were there', () => {
    const ended = encodeCard({ ...base, title: '已接单：宏达机械' }, { ...context, hadButtons: true })
    expect(ended).toMatchObject({ card_type: 'button_interaction', replace_text: '已接单' })
  })

  it('looks the same with and without the words for the one who tapped', () => {
    const notice = { text: '接单成功', tone: 'success' as const }
    expect(looksOf(base, { ...context, notice })).toBe(looksOf(base, context))
    expect(looksOf(base, context)).not.toBe(looksOf({ ...base, title: '别的' }, context))
  })
})

describe('lengths and plain words', () => {
  it('cuts to bytes and never inside a character or a joined emoji', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.integer({ min: 3, max: 120 }),
        (text, max) => {
          const cut = cutBytes(text, max)
          expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max)
          expect(cut.isWellFormed()).toBe(true)
        },
      ),
    )
    expect(cutBytes('👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 30)).toBe('👨‍👩‍👧‍👦…')
  })

  it('leaves nothing for WeCom to read as markup', () => {
    expect(messageText('5<6 <a href="x">链接</a>')).toBe('5<6 ＜a href="x">链接＜/a>')
    expect(botText('# 标题\n> 引用 **粗** [a](b)\n1. 一')).toBe(
      '＃ 标题\n＞ 引用 ＊＊粗＊＊ ［a］(b)\n1． 一',
    )
    const text = '<div class="gray">好</div>'.repeat(60)
    const card = JSON.stringify(groupCard({ ...base, blocks: [{ type: 'text', text }] }, pageUrl, false))
    expect(card).not.toContain('<div')
    expect(Buffer.byteLength(messageText('😀'.repeat(900)))).toBeLessThanOrEqual(2048)
  })
})
