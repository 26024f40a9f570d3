import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical, commitment, merkleRoot } from '../../../core/changes/change.js'
import { keysOf } from '../../../core/dedupe/keys.js'

const mobile = fc.integer({ min: 0, max: 9_999_999_999 }).map((n) => `1${String(n).padStart(10, '0')}`)

describe('the keys of a person', () => {
  it('share one between a mobile number and its masked form', () => {
    fc.assert(
      fc.property(mobile, (phone) => {
        const full = keysOf({ phone })
        const masked = keysOf({ maskedPhone: { prefix: phone.slice(0, 3), suffix: phone.slice(-4) } })
        expect(full.exact).toEqual([`phone:${phone}`])
        expect(masked.exact).toEqual([])
        expect(full.masked).toEqual(masked.masked)
      }),
    )
  })

  it('are the same for a mail address however it is written', () => {
    expect(keysOf({ email: ' Zhang@Example.COM ' })).toEqual(keysOf({ email: 'ｚhang@example.com' }))
  })

  it.each([
    { what: 'nothing', who: {} },
    { what: 'a mask too short to tell people apart', who: { maskedPhone: { prefix: '13', suffix: '00' } } },
    { what: 'empty fields', who: { phone: '', email: '' } },
  ])('are none for $what', ({ who }) => {
    expect(keysOf(who)).toEqual({ exact: [], masked: [] })
  })

  it('tell accounts of two platforms apart, and fit their column', () => {
    const on = (platform: 'wecom' | 'feishu') =>
      keysOf({ account: { platform, externalId: 'x'.repeat(128) } }).exact[0]
    expect(on('wecom')).not.toBe(on('feishu'))
    const long = keysOf({
      account: { platform: 'dingtalk', externalId: 'x'.repeat(128) },
      email: 'y'.repeat(500),
    })
    expect(long.exact.every((key) => key.length <= 160)).toBe(true)
  })
})

describe('what a hash is made of', () => {
  it('is the same text for the same document, whatever the order of its fields', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
        const reversed = Object.fromEntries(Object.entries(document).reverse())
        expect(canonical(reversed)).toBe(canonical(document))
        expect(canonical(JSON.parse(JSON.stringify(document)))).toBe(canonical(document))
      }),
    )
  })

  it('is another one for another value, or another salt', () => {
    expect(commitment('salt', '张伟')).not.toBe(commitment('salt', '张敏'))
    expect(commitment('salt', '张伟')).not.toBe(commitment('tlas', '张伟'))
    expect(commitment('salt', null)).not.toBe(commitment('salt', ''))
  })

  it('has a root that any change of any leaf changes', () => {
    const hashes = fc.array(
      fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('hex')),
      {
        minLength: 1,
        maxLength: 17,
      },
    )
    fc.assert(
      fc.property(hashes, fc.nat(), (leaves, seed) => {
        const at = seed % leaves.length
        const changed = leaves.with(at, `${leaves[at] ?? ''}0`)
        expect(merkleRoot(changed)).not.toBe(merkleRoot(leaves))
        expect(merkleRoot(leaves.slice(0, -1))).not.toBe(merkleRoot(leaves))
      }),
    )
  })
})
