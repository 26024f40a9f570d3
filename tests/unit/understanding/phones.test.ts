import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  findMaskedPhones,
  findPhones,
  maskPhone,
  normalisePhone,
} from '../../../core/understanding/phones.js'

const values = (text: string) => findPhones(text).map((hit) => hit.value)

describe('findPhones', () => {
  it.each([
    '13912345678',
    '139-1234-5678',
    '139 1234 5678',
    '139.1234.5678',
    '1 3 9 1 2 3 4 5 6 7 8',
    '+86 13912345678',
    '0086-139-1234-5678',
    '(+86)13912345678',
    '8613912345678',
    '１３９１２３４５６７８',
    '139\u200b12345678',
    '013912345678',
    '微信v13912345678',
    'tel:13912345678',
    '幺三九一二三四五六七八',
  ])('reads the mobile in %j', (text) => {
    expect(values(`麻烦打 ${text}，谢谢`)).toEqual(['13912345678'])
  })

  it('does not take an inner group that begins with two zeros for a country code', () => {
    expect(values('138-0013-8000')).toEqual(['13800138000'])
  })

  it.each([
    ['0571-88886666', '057188886666'],
    ['（0755）26668888', '075526668888'],
    ['+86 21 51370000', '02151370000'],
    ['0592 5123456', '05925123456'],
    ['400-820-8820', '4008208820'],
    ['4008-208-820', '4008208820'],
  ])('reads the landline or service number %s', (text, value) => {
    expect(values(text)).toEqual([value])
  })

  it('keeps the extension', () => {
    expect(findPhones('总机0571-88886666转802')).toMatchObject([
      { value: '057188886666', kind: 'landline', ext: '802' },
    ])
  })

  it('reads several numbers in a row', () => {
    expect(values('13912345678/13712345678、0571-88886666')).toEqual([
      '13912345678',
      '13712345678',
      '057188886666',
    ])
  })

  it.each([
    '订单号13912345678',
    '身份证330106199001011234',
    '银行卡6222021380013800123',
    '统一社会信用代码91330106MA2CDEF123',
    'SN:A13912345678B',
    '合计13912345678.50元',
    '13912345678@163.com',
    '1391234567',
    '139123456789',
    '12912345678',
    '+852 9123 4567',
    '00852-91234567',
    '+1 650 253 0000',
    '2026-03-18 08:12:34',
    '139****5678',
  ])('leaves %s alone', (text) => {
    expect(values(text)).toEqual([])
  })
})

describe('findMaskedPhones', () => {
  it.each(['139****5678', '139 **** 5678', '139xxxx5678', '139＊＊＊＊5678'])('finds %s', (text) => {
    expect(findMaskedPhones(`号码${text}的客户`)).toMatchObject([{ prefix: '139', suffix: '5678' }])
  })
})

describe('normalisePhone', () => {
  it.each([
    [' 139-1234-5678 ', '13912345678'],
    ['电话：0571-88886666', '057188886666'],
  ])('accepts %j', (text, value) => {
    expect(normalisePhone(text)).toMatchObject({ ok: true, value })
  })

  it.each([
    ['', 'empty'],
    ['没有', 'empty'],
    ['139****5678', 'masked'],
    ['+1 650 253 0000', 'foreign'],
    ['1391234567', 'length'],
    ['22912345678', 'prefix'],
  ])('says why %j is none: %s', (text, reason) => {
    expect(normalisePhone(text)).toEqual({ ok: false, reason })
  })

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^1[3-9]\d{9}$/), (phone) => {
        expect(normalisePhone(phone)).toEqual({ ok: true, value: phone, kind: 'mobile' })
        expect(findMaskedPhones(maskPhone(phone))).toMatchObject([
          { prefix: phone.slice(0, 3), suffix: phone.slice(7) },
        ])
      }),
    )
  })
})

it('masks phones of every kind', () => {
  expect(['13912345678', '057188886666', '12345'].map(maskPhone)).toEqual(['139****5678', '****6666', '****'])
})

it('never throws and answers with ordered hits inside the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\d +\-().*转]{0,40}$/), (any, phone) => {
      const text = any + phone
      let last = 0
      for (const hit of findPhones(text)) {
        expect(hit.start).toBeGreaterThanOrEqual(last)
        expect(text.slice(hit.start, hit.end)).toBe(hit.text)
        last = hit.end
      }
    }),
  )
})
