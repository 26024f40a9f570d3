import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { byteLength, cutBytes } from '../../../adapters/dingtalk/bytes.js'
import { templateVersion } from '../../../adapters/dingtalk/doctor.js'
import { capabilitiesOf, encodeCard, templateVariables } from '../../../adapters/dingtalk/encode.js'
import { makeTrackId, readTrackId } from '../../../adapters/dingtalk/track-id.js'
import { cardAsWords, plain } from '../../../adapters/dingtalk/words.js'
import type { Card } from '../../../core/ports/card.js'

const capabilities = capabilitiesOf({ notice: 'n', form: 'f' })
const pageUrl = (path: string) => `https://crm.example.com/app${path}`
const encode = (card: Card, template: 'notice' | 'form' = 'form') =>
  encodeCard(card, { capabilities, template, pageUrl })
const base: Card = { kind: 'k', title: '新线索', tone: 'info', blocks: [] }
const words = fc.string({ unit: 'grapheme', maxLength: 1_500 })
const cards: fc.Arbitrary<Card> = fc.record({
  kind: fc.constant('k'),
  title: words,
  tone: fc.constant('info' as const),
  blocks: fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('quote' as const), text: words, by: words }),
      fc.record({
        type: fc.constant('fields' as const),
        fields: fc.array(fc.record({ label: words, value: words }), { maxLength: 8 }),
      }),
    ),
    { maxLength: 4 },
  ),
  actions: fc.array(
    fc.record({
      id: fc.stringMatching(/^[a-z.-]{1,30}$/),
      label: words,
      style: fc.constant('primary' as const),
      submit: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
  inputs: fc.array(
    fc.record({
      type: fc.constant('select' as const),
      name: fc.stringMatching(/^[a-z]{1,12}$/),
      label: words,
      options: fc.array(fc.record({ value: fc.stringMatching(/^[0-9A-Z]{26}$/), label: words }), {
        maxLength: 30,
      }),
    }),
    { maxLength: 3 },
  ),
})

describe('cards for DingTalk', () => {
  it('are texts of at most 1 KB, lists that can be read, and the template’s variables only', () => {
    fc.assert(
      fc.property(cards, fc.constantFrom('notice' as const, 'form' as const), (card, template) => {
        const variables = encode(card, template)
        expect(Object.keys(variables).sort()).toEqual([...templateVariables[template]].sort())
        for (const value of Object.values(variables)) {
          expect(byteLength(value)).toBeLessThanOrEqual(1024)
          expect(value.isWellFormed()).toBe(true)
        }
        for (const name of ['rows', 'buttons', ...(template === 'form' ? ['form'] : [])])
          JSON.parse(variables[name] ?? '')
      }),
      { numRuns: 300 },
    )
  })

  it('cut between characters, also between emoji', () => {
    expect(cutBytes('👍👍👍', 11)).toBe('👍👍…')
    expect(cutBytes('客户客户', 10)).toBe('客户…')
    expect(cutBytes('abc', 3)).toBe('abc')
  })

  it('keep the chosen option of a select that has too many', () => {
    const options = Array.from({ length: 20 }, (_, n) => ({
      value: `01HZZZZZZZZZZZZZZZZZZZZZ${n + 10}`,
      label: `销售代表第${n}号（在手 3/20）`,
    }))
    const chosen = options.at(-1)?.value ?? ''
    const variables = encode({
      ...base,
      inputs: [{ type: 'select', name: 'personId', label: '指派给', options, value: chosen }],
      actions: [{ id: 'dispatch', label: '指派', style: 'primary', submit: true }],
    })
    const form = JSON.parse(variables['form'] ?? '') as {
      fields: { options: { value: string }[]; defaultValue: { index: number } }[]
    }
    expect(form.fields[0]?.options[form.fields[0].defaultValue.index]?.value).toBe(chosen)
    expect(variables['text2']).toContain('选项没有列全')
  })

  it('never cut what somebody typed: without room for it the page takes over', () => {
    const variables = encode({
      ...base,
      inputs: [{ type: 'text', name: 'note', label: '备注', value: '长'.repeat(400) }],
      actions: [{ id: 'save', label: '保存', style: 'primary', submit: true }],
      page: { label: '查看', path: '/leads/1' },
    })
    expect(variables).toMatchObject({ form_status: 'hidden', page_label: '在页面填写' })
  })

  it('ask which way to submit when there is more than one', () => {
    const save = { style: 'primary' as const, submit: true }
    const variables = encode({
      ...base,
      inputs: [{ type: 'text', name: 'note', label: '备注' }],
      actions: [
        { id: 'save', label: '保存', ...save },
        { id: 'close', label: '关闭', ...save },
      ],
    })
    expect(variables['form']).toContain('"_action"')
    expect(variables['submit_action']).toBe('save')
  })

  it('become words with a link where no template is imported', () => {
    const bare = capabilitiesOf({ notice: null, form: null })
    const { msgKey, msgParam } = cardAsWords(
      { ...base, title: '# **新**线索', page: { label: '查看', path: '/leads/1' } },
      { capabilities: bare, pageUrl },
    )
    expect(msgKey).toBe('sampleActionCard')
    const param = JSON.parse(msgParam) as Record<string, string>
    expect(param['text']).not.toMatch(/\*\*/)
    expect(param['singleURL']).toBe('https://crm.example.com/app/leads/1')
    expect(plain('[点我](http://x) > - 1. 好')).not.toContain('[')
  })

  it('have an id that tells their delivery and template', () => {
    const track = { template: 'form' as const, attempt: 2, ref: '01HZ' }
    expect(readTrackId(makeTrackId(track))).toEqual(track)
    expect(readTrackId('someone-elses')).toBeNull()
  })
})

describe.each(['notice', 'form'] as const)('the shipped %s template', (name) => {
  const file = JSON.parse(
    readFileSync(new URL(`../../../docs/dingtalk/${name}.json`, import.meta.url), 'utf8'),
  ) as { editorData: string }

  it('has every variable that is sent, and no other', () => {
    const { variableList } = JSON.parse(file.editorData) as { variableList: { name: string }[] }
    expect(variableList.map((variable) => variable.name).sort()).toEqual([...templateVariables[name]].sort())
  })

  it('says its version with a submitted form', () => {
    if (name === 'form')
      expect(file.editorData).toContain(
        `"name":"template_version","type":"fixed","value":"${templateVersion}"`,
      )
  })
})
