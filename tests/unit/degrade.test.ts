import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cut, degrade } from '../../adapters/shared/degrade.js'
import { limitsByName } from '../../adapters/sandbox/limits.js'
import type { Card, CardAction, CardBlock, CardInput } from '../../core/ports/card.js'
import type { Capabilities } from '../../core/ports/messenger.js'

const roomy = limitsByName.none.capabilities
const base: Card = { kind: 'x', title: '标题', tone: 'info', blocks: [] }
const note: CardInput = { type: 'text', name: 'note', label: '备注' }
const rep: CardInput = {
  type: 'select',
  name: 'rep',
  label: '指派给',
  options: [{ value: 'a', label: '甲' }],
}
const save: CardAction = { id: 'save', label: '保存', style: 'primary', submit: true }
const skip: CardAction = { id: 'skip', label: '跳过', style: 'default' }
const page = { label: '详情', path: '/leads/1' }
const noText: Capabilities = { ...roomy, inputs: { select: true, text: false, date: false } }

describe('degrade', () => {
  it('leaves a card alone that fits', () => {
    const card: Card = { ...base, inputs: [rep, note], actions: [save, skip], page, footnote: '刚刚' }
    expect(degrade(card, roomy)).toEqual(card)
  })

  it('sends people to the page when a required field cannot be shown', () => {
    const card: Card = { ...base, inputs: [rep, { ...note, required: true }], actions: [save, skip], page }
    expect(degrade(card, noText)).toEqual({
      ...base,
      actions: [skip],
      page: { ...page, label: '在页面填写' },
    })
  })

  it('keeps the submit button when only an optional field is missing', () => {
    const fitted = degrade({ ...base, inputs: [rep, note], actions: [save], page }, noText)
    expect(fitted).toMatchObject({ inputs: [{ name: 'rep' }], actions: [{ id: 'save' }] })
  })

  it('says what to answer in chat when there is no page', () => {
    const fitted = degrade({ ...base, inputs: [note], actions: [save] }, noText)
    expect(fitted.actions).toBeUndefined()
    expect(fitted.blocks).toEqual([{ type: 'text', text: '这里填不了备注' }])
    const said = degrade({ ...base, inputs: [{ ...note, say: '备注：已付款' }], actions: [save] }, noText)
    expect(said.blocks).toEqual([{ type: 'text', text: '可以直接回复“备注：已付款”' }])
  })

  it('says once what can be answered, of fields without room and of options left out', () => {
    const options = [
      { value: 'a', label: '甲' },
      { value: 'b', label: '乙' },
    ]
    const crowded: CardInput = { type: 'select', name: 'rep', label: '指派给', options, say: '给小李' }
    const inputs = [crowded, { ...note, say: '备注：已付款' }]
    const { blocks } = degrade({ ...base, inputs, actions: [save] }, { ...noText, maxOptions: 1 })
    expect(blocks).toEqual([
      { type: 'text', text: '没有列出的，直接回复一句就行，例如“备注：已付款”、“给小李”' },
    ])
  })

  it('leaves the page its name when all can be said in the chat', () => {
    const fitted = degrade(
      { ...base, inputs: [{ ...note, say: '备注：已付款' }], actions: [save], page },
      noText,
    )
    expect(fitted.page).toEqual(page)
    expect(fitted.blocks).toEqual([{ type: 'text', text: '可以直接回复“备注：已付款”' }])
  })

  it('names the buttons that found no room', () => {
    const fitted = degrade({ ...base, actions: [skip, save] }, { ...roomy, maxActions: 1 })
    expect(fitted.actions).toEqual([skip])
    expect(fitted.blocks).toEqual([{ type: 'text', text: '也可以回复：保存' }])
  })

  it('keeps the chosen option when the list is cut', () => {
    const options = ['a', 'b', 'c', 'd'].map((value) => ({ value, label: value }))
    const input: CardInput = { type: 'select', name: 's', label: '阶段', options, value: 'd' }
    const fitted = degrade({ ...base, inputs: [input], actions: [save], page }, { ...roomy, maxOptions: 2 })
    expect(fitted.inputs).toMatchObject([{ options: [{ value: 'a' }, { value: 'd' }] }])
  })

  it('counts fields over all blocks and drops what is empty', () => {
    const fields = (n: number): CardBlock => ({
      type: 'fields',
      fields: Array.from({ length: n }, (_, i) => ({ label: `${i}`, value: 'v' })),
    })
    const fitted = degrade({ ...base, blocks: [fields(2), fields(2), fields(2)] }, { ...roomy, maxFields: 3 })
    expect(fitted.blocks.map((b) => (b.type === 'fields' ? b.fields.length : 0))).toEqual([2, 1])
  })

  it.each([
    ['报价', 5, '报价'],
    ['请尽快报价', 3, '请尽…'],
    ['🦊🦊🦊', 3, '🦊🦊🦊'],
    ['🦊🦊🦊', 2, '🦊…'],
    ['abc', 1, '…'],
  ])('cuts %s to %i as %s', (text, max, expected) => expect(cut(text, max)).toBe(expected))
})

describe('degrade, for any card and any platform', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  const option = fc.record({ value: fc.string({ maxLength: 5 }), label: text })
  const input: fc.Arbitrary<CardInput> = fc.oneof(
    fc.record({
      type: fc.constant('select' as const),
      name: text,
      label: text,
      options: fc.array(option, { maxLength: 12 }),
      value: fc.string({ maxLength: 5 }),
      required: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('text' as const),
      name: text,
      label: text,
      placeholder: text,
      required: fc.boolean(),
    }),
    fc.record({ type: fc.constant('date' as const), name: text, label: text, required: fc.boolean() }),
  )
  const action: fc.Arbitrary<CardAction> = fc.record({
    id: text,
    label: text,
    style: fc.constantFrom('primary', 'default', 'danger'),
    submit: fc.boolean(),
    confirm: text,
  })
  const block: fc.Arbitrary<CardBlock> = fc.oneof(
    fc.record({ type: fc.constant('text' as const), text }),
    fc.record({ type: fc.constant('quote' as const), text, by: text }),
    fc.record({ type: fc.constant('divider' as const) }),
    fc.record({
      type: fc.constant('fields' as const),
      fields: fc.array(fc.record({ label: text, value: text }), { minLength: 1, maxLength: 8 }),
    }),
  )
  const card: fc.Arbitrary<Card> = fc.record(
    {
      kind: text,
      title: text,
      tone: fc.constantFrom('neutral', 'info', 'success', 'warning', 'danger'),
      subtitle: text,
      blocks: fc.array(block, { maxLength: 5 }),
      inputs: fc.array(input, { maxLength: 5 }),
      actions: fc.array(action, { maxLength: 10 }),
      page: fc.record({ label: text, path: fc.constant('/x') }),
      footnote: text,
    },
    { requiredKeys: ['kind', 'title', 'tone', 'blocks'] },
  )
  const capabilities: fc.Arbitrary<Capabilities> = fc.record({
    inputs: fc.record({ select: fc.boolean(), text: fc.boolean(), date: fc.boolean() }),
    maxActions: fc.integer({ min: 0, max: 8 }),
    maxOptions: fc.integer({ min: 1, max: 12 }),
    maxFields: fc.integer({ min: 0, max: 12 }),
    maxTitle: fc.integer({ min: 1, max: 30 }),
    maxText: fc.integer({ min: 1, max: 40 }),
    updatesCards: fc.boolean(),
    confirms: fc.boolean(),
    readReceipts: fc.boolean(),
    groupMessages: fc.constantFrom('all', 'mentions', 'none'),
    groupCards: fc.boolean(),
    answerBudgetMs: fc.constant(3000),
    idempotentSend: fc.boolean(),
    urges: fc.constant([]),
  })

  it('always fits', () => {
    fc.assert(
      fc.property(card, capabilities, (any, caps) => {
        const fitted = degrade(any, caps)
        const length = (s: string | undefined) => Array.from(s ?? '').length
        expect(length(fitted.title)).toBeGreaterThan(0)
        expect(length(fitted.title)).toBeLessThanOrEqual(caps.maxTitle)
        expect(fitted.actions?.length ?? 0).toBeLessThanOrEqual(caps.maxActions)
        const fields = fitted.blocks.flatMap((b) => (b.type === 'fields' ? b.fields : []))
        expect(fields.length).toBeLessThanOrEqual(caps.maxFields)
        const words = fitted.blocks.flatMap((b) => ('text' in b ? [b.text] : []))
        for (const word of [...words, ...fields.map((f) => f.value), fitted.subtitle, fitted.footnote]) {
          expect(length(word)).toBeLessThanOrEqual(caps.maxText)
        }
        for (const shown of fitted.inputs ?? []) {
          expect(caps.inputs[shown.type]).toBe(true)
          if (shown.type === 'select') expect(shown.options.length).toBeLessThanOrEqual(caps.maxOptions)
        }
      }),
    )
  })

  it('changes nothing more the second time', () => {
    fc.assert(
      fc.property(card, capabilities, (any, caps) => {
        const once = degrade(any, caps)
        expect(degrade(once, caps)).toEqual(once)
      }),
    )
  })

  it('never takes away the page, and never leaves a lost form without a way', () => {
    fc.assert(
      fc.property(card, capabilities, (any, caps) => {
        const fitted = degrade(any, caps)
        expect(fitted.page?.path).toBe(any.page?.path)
        const lost = (any.inputs?.length ?? 0) > (fitted.inputs?.length ?? 0)
        if (lost && !any.page) expect(fitted.blocks.length).toBeGreaterThan(0)
      }),
    )
  })
})
