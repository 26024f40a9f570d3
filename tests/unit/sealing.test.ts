import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAesKey, decryptMessage, encryptMessage, fromBase64 } from '../../adapters/shared/sealing.js'
import { WireError } from '../../adapters/shared/wire-error.js'

const key = decodeAesKey('abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG')

describe('a sealed message', () => {
  it('is opened by each of those it may be for, and by nobody else', () => {
    const sealed = encryptMessage(key, '好', 'corp1')
    expect(decryptMessage(key, sealed, ['app1', 'corp1'])).toBe('好')
    for (const receivers of [[], [''], ['corp'], ['corp11', 'app1']])
      expect(() => decryptMessage(key, sealed, receivers)).toThrow(new WireError('receiver'))
  })

  it('is not what another key sealed, nor a part of one, nor one with something behind it', () => {
    const other = decodeAesKey('ABCDEFGabcdefghijklmnopqrstuvwxyz0123456789')
    const sealed = encryptMessage(key, 'hello', 'ww1')
    expect(() => decryptMessage(other, sealed, ['ww1'])).toThrow(WireError)
    for (const text of ['', 'AAAA', sealed.slice(0, 24), `${sealed} `, `${sealed}AAAA`, ` ${sealed}`])
      expect(() => decryptMessage(key, text, ['ww1']), text).toThrow(new WireError('cipher'))
  })

  it('is opened the same whatever was opened before it', () => {
    const sealed = fc.string({ unit: 'grapheme' }).map((text) => {
      const message = text.toWellFormed()
      return { message, text: encryptMessage(key, message, 'ww1') }
    })
    const others = fc.oneof(
      fc.base64String(),
      fc.string(),
      fc.uint8Array({ maxLength: 99 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      fc.constant(Buffer.alloc(32).toString('base64')),
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(sealed, others)), (texts) => {
        for (const one of texts) {
          if (typeof one !== 'string') expect(decryptMessage(key, one.text, ['ww1'])).toBe(one.message)
          else expect(() => decryptMessage(key, one, ['ww1'])).toThrow(WireError)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('needs a key of 43 characters of base64', () => {
    for (const text of ['', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}!`])
      expect(() => decodeAesKey(text), text).toThrow(new WireError('key'))
  })
})

describe('base64', () => {
  it('is read whole or not at all', () => {
    const nearly = fc.string({
      unit: fc.constantFrom('A', 'z', '9', '+', '/', '=', '!', ' ', '\n', '好'),
      maxLength: 16,
    })
    fc.assert(
      fc.property(fc.oneof(nearly, fc.base64String(), fc.string()), (text) => {
        const isBase64 = /^[0-9A-Za-z+/_-]*={0,2}$/.test(text) && text.length % 4 === 0
        expect(fromBase64(text) !== null, text).toBe(isBase64)
      }),
      { numRuns: 5_000 },
    )
  })
})
