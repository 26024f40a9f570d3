import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutBytes, encodeCard, encodeText, mostCardBytes } from '../../../adapters/feishu/encode.js'
import type { Card, CardAction, CardBlock, CardInput } from '../../../core/ports/card.js'
import { checkCard, elementsOf } from '../../simulators/feishu/card-check.js'
import { press } from '../../simulators/feishu/taps.js'
import { usualSwitches } from '../../simulators/feishu/world.js'

const context = { ref: 'd1', isGroup: false, pageUrl: (path: string) => `https://crm.example.com/app${path}` }
const platform = { mostComponents: 200 }
const encode = (card: Card) => encodeCard(card, context) as Record<string, unknown>

const form: Card = {
  kind: 'follow-up',
  title: '记录跟进',
  subtitle: '宏达机械',
  tone: 'info',
  blocks: [
    {
      type: 'fields',
      fields: [
        { label: '金额', value: '3 万' },
        { label: '需求', value: '', wide: true },
      ],
    },
    { type: 'divider' },
    { type: 'quote', text: '想要一份报价', by: '张总' },
    { type: 'text', text: '请补全' },
  ],
  inputs: [
    {
      type: 'text',
      name: 'note',
      label: '内容',
      required: true,
      multiline: true,
      value: '已电话',
      maxLength: 5000,
    },
    { type: 'select', name: 'stage', label: '阶段', options: [{ value: 's2', label: '方案' }], value: 's2' },
    { type: 'date', name: 'next', label: '下次', value: '2026-03-05' },
    { type: 'date', name: 'at', label: '时间', withTime: true, value: '2026-03-05T09:30' },
  ],
  actions: [
    { id: 'save', label: '保存', style: 'primary', submit: true },
    { id: 'drop', label: '不用记', style: 'danger', confirm: '确定不记录？' },
  ],
  page: { label: '打开', path: '/leads/1' },
  footnote: '王小虎 10:00',
}

describe('a card for Feishu', () => {
  it('has a form for what is sent along, and its other buttons and the page beside it', () => {
    const card = encode(form)
    expect(checkCard(card, platform)).toBeNull()
    const buttons = elementsOf(card).filter(({ one }) => one['tag'] === 'button')
    expect(buttons.map(({ one, inForm }) => [(one['text'] as { content: string }).content, inForm])).toEqual([
      ['保存', true],
      ['不用记', false],
      ['打开', false],
    ])
    expect(JSON.stringify(card)).toContain('https://crm.example.com/app/leads/1')
    expect(press(card, 'save', { next: '2026-03-06' }, usualSwitches)).toMatchObject({
      value: { r: 'd1', a: 'save', i: { note: 'text', stage: 'select', next: 'date', at: 'time' } },
      formValue: { note: '已电话', stage: 's2', next: '2026-03-06 +0800', at: '2026-03-05 09:30 +0800' },
    })
  })

  it('draws inputs as questions for the chat where no button sends them', () => {
    const card = encode({
      ...form,
      inputs: [],
      actions: [{ id: 'ok', label: '知道了', style: 'default', submit: true }],
    })
    expect(checkCard(card, platform)).toBeNull()
    expect(press(card, 'ok', {}, usualSwitches).value).toEqual({ r: 'd1', a: 'ok' })
  })

  it('reads no markup out of what customers write', () => {
    const text = '<at id=all></at> **急** [点我](https://evil.example) <font color=red>'
    const card = encode({
      ...form,
      title: text,
      blocks: [
        { type: 'quote', text },
        { type: 'text', text },
      ],
    })
    const tags = JSON.stringify(card).match(/"tag":"(markdown|lark_md)"/g)
    expect(tags).toBeNull()
    const { zh_cn } = encodeText(`${text}\n二`) as { zh_cn: { content: { tag: string; text: string }[][] } }
    expect(zh_cn.content).toEqual([[{ tag: 'text', text }], [{ tag: 'text', text: '二' }]])
  })

  it('keeps within 30 KB whatever is in it, and keeps its buttons', () => {
    const blocks: CardBlock[] = Array.from({ length: 40 }, () => ({
      type: 'text',
      text: '😀报价'.repeat(3000),
    }))
    const options = Array.from({ length: 300 }, (_, n) => ({
      value: `person-${n}`,
      label: `同事${n}`.repeat(30),
    }))
    const card = encode({
      ...form,
      blocks,
      inputs: [{ type: 'select', name: 'who', label: '指派给', options, value: 'person-299' }],
    })
    expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(mostCardBytes)
    expect(checkCard(card, platform)).toBeNull()
    expect(press(card, 'save', {}, usualSwitches).formValue).toEqual({ who: 'person-299' })
    expect(JSON.stringify(card).isWellFormed()).toBe(true)
  })

  it('is taken by the platform whatever the product draws', () => {
    const words = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 400 }))
    const block: fc.Arbitrary<CardBlock> = fc.oneof(
      fc.record({ type: fc.constant('text' as const), text: words }),
      fc.record({ type: fc.constant('quote' as const), text: words, by: words }),
      fc.record({
        type: fc.constant('fields' as const),
        fields: fc.array(fc.record({ label: words, value: words, wide: fc.boolean() }), { maxLength: 6 }),
      }),
      fc.constant({ type: 'divider' as const }),
    )
    const kinds: CardInput[] = form.inputs ?? []
    const action = (n: number): fc.Arbitrary<CardAction> =>
      fc.record({
        id: fc.constant(`a${n}`),
        label: words,
        style: fc.constantFrom('primary' as const, 'default' as const, 'danger' as const),
        submit: fc.boolean(),
        confirm: words,
      })
    const cards: fc.Arbitrary<Card> = fc.record({
      kind: fc.constant('any'),
      title: words,
      subtitle: words,
      tone: fc.constantFrom(
        'neutral' as const,
        'info' as const,
        'success' as const,
        'warning' as const,
        'danger' as const,
      ),
      blocks: fc.array(block, { maxLength: 12 }),
      inputs: fc.subarray(kinds),
      actions: fc.tuple(action(1), action(2), action(3)),
      footnote: words,
    })
    fc.assert(
      fc.property(cards, (card) => {
        const drawn = encode(card)
        const text = JSON.stringify(drawn)
        expect(checkCard(drawn, platform)).toBeNull()
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(mostCardBytes)
        for (const { id } of card.actions ?? []) expect(text).toContain(`"a":"${id}"`)
      }),
      { numRuns: 300 },
    )
  })
})

describe('cutting to bytes', () => {
  it('never halves a character and never goes beyond', () => {
    expect(cutBytes('报价', 6)).toBe('报价')
    expect(cutBytes('报价单', 8)).toBe('报…')
    expect(cutBytes('😀😀', 7)).toBe('😀…')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 50 }), (text, max) => {
        const cut = cutBytes(text.toWellFormed(), max)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max)
        expect(cut.isWellFormed()).toBe(true)
      }),
    )
  })
})
