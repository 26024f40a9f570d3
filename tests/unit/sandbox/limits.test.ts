import { describe, expect, it } from 'vitest'
import { limitsByName, readMention, visibility } from '../../../adapters/sandbox/limits.js'
import { isSameOrigin } from '../../../adapters/sandbox/same-origin.js'

describe('what the product sees', () => {
  const group = { kind: 'group', hasBot: true } as const
  const direct = { kind: 'direct', hasBot: false } as const

  it.each([
    ['none', 'all'],
    ['wecom', 'mentions'],
    ['dingtalk', 'mentions'],
    ['feishu', 'all'],
  ] as const)('in a group under %s: %s', (name, seen) => {
    expect(visibility(group, true, limitsByName[name])).toBe(seen)
  })

  it('is everything between a customer and a colleague, unless a platform is imitated', () => {
    expect(visibility(direct, true, limitsByName.none)).toBe('all')
    expect(visibility(direct, false, limitsByName.none)).toBe('none')
    expect(visibility(direct, true, limitsByName.feishu)).toBe('none')
  })

  it('is nothing in a group without the bot, and all in a chat with it', () => {
    expect(visibility({ ...group, hasBot: false }, true, limitsByName.none)).toBe('none')
    expect(visibility({ kind: 'bot', hasBot: true }, false, limitsByName.wecom)).toBe('all')
  })
})

describe('readMention', () => {
  it.each([
    ['@跟进 帮助', true, '帮助'],
    ['帮我看看 @跟进', true, '帮我看看'],
    ['@跟进', true, ''],
    ['跟进一下张总', false, '跟进一下张总'],
    ['  你好  ', false, '  你好  '],
  ])('%s', (text, mentioned, rest) => {
    expect(readMention(text)).toEqual({ mentioned, text: rest })
  })
})

describe('isSameOrigin', () => {
  const host = '127.0.0.1:3000'
  it.each([
    [{ host }, true],
    [{ host, origin: 'http://127.0.0.1:3000' }, true],
    [{ host, origin: 'http://127.0.0.1:3001' }, false],
    [{ host, origin: 'null' }, false],
    [{ host, 'sec-fetch-site': 'cross-site' }, false],
    [{ host, 'sec-fetch-site': 'same-site' }, false],
    [{ host, origin: 'https://a.example', 'sec-fetch-site': 'same-origin' }, false],
  ])('%j: %s', (headers, expected) => expect(isSameOrigin(headers)).toBe(expected))
})
