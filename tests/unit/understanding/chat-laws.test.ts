import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { captureDefault } from '../../../core/playbook/capture.js'
import { cleanText, simplify } from '../../../core/understanding/chat-text.js'
import { readChat } from '../../../core/understanding/chat.js'
import { noteDraftSchema } from '../../../core/understanding/note-schema.js'
import { readNote } from '../../../core/understanding/note.js'

const reference = '2026-03-10T10:30:00'
const chat = (text: string) =>
  readChat(text, { sender: 'external', chat: 'single', reference, capture: captureDefault })
const note = (text: string) => readNote(text, { reference })

const words =
  '我们 想 要 不 没有 不用 预算 试用 报价 合同 演示 方案 采购 张总 李娜 老王 杭州 科技 有限公司 的 跟 下周三 明天 3点 20万 15个 13800138000 。 ， ？ 吗 了 再 联系 付款 “ ” ( ) | \n 😀 A Kevin'.split(
    ' ',
  )
const sentence = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(''))
const anything = fc.oneof(
  sentence,
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
)

describe('reading whatever people send', () => {
  it('never throws, and the draft of a note always fits its shape', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const reading = chat(text)
        expect(reading.score).toBeGreaterThanOrEqual(0)
        expect(reading.score).toBeLessThanOrEqual(1)
        expect(noteDraftSchema.safeParse(note(text)).error).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same answer twice', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(chat(text)).toEqual(chat(text))
        expect(note(text)).toEqual(note(text))
      }),
      { numRuns: 60 },
    )
  })

  it('extracts only what stands in the text', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const clean = cleanText(text)
        const reading = chat(text)
        const draft = note(text)
        const extracted = [...reading.companies, ...reading.persons, ...draft.persons, draft.customer ?? '']
        expect(extracted.filter((part) => !clean.includes(part))).toEqual([])
        expect(reading.emails.filter((part) => !clean.toLowerCase().includes(part))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('never counts a denied keyword as affirmed', () => {
    fc.assert(
      fc.property(sentence, (text) => {
        const { keywords, negated, isLead } = chat(text)
        expect(negated.filter((key) => keywords.includes(key))).toEqual([])
        if (!isLead) expect(keywords).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('keeps every length when it simplifies characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => simplify(text).length === text.length))
  })
})

describe('a wall of text', () => {
  it.each([
    ['one character', '要'.repeat(100_000)],
    ['digits', '13800138000 '.repeat(9_000)],
    ['sentences', '我们公司想要采购20万的系统，下周三和张总见面，不用演示了。'.repeat(3_500)],
    ['letters', 'a@'.repeat(50_000)],
    ['brackets', '(“['.repeat(33_000)],
  ])('of %s is read in under 300 ms', (_, text) => {
    chat('预热')
    note('预热')
    const before = performance.now()
    chat(text)
    const between = performance.now()
    note(text)
    expect(between - before).toBeLessThan(300)
    expect(performance.now() - between).toBeLessThan(300)
  })
})
