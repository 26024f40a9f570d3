import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBusinessCard } from '../../../miniapp/web/src/business-card.js'

const vCard = (...lines: string[]) => ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD'].join('\r\n')

describe('the code on a business card', () => {
  it.each([
    [
      'a vCard',
      vCard(
        'FN:周明远',
        'ORG:远航精密制造;销售部',
        'TEL;TYPE=WORK:0512-66668888',
        'TEL;TYPE=CELL:139 1234 5678',
      ),
      { name: '周明远', company: '远航精密制造', phone: '13912345678' },
    ],
    [
      'a vCard with a structured name only',
      vCard('N:周;明远;;;', 'item1.TEL;type=pref:+86-13912345678'),
      { name: '周明远', company: '', phone: '+86-13912345678' },
    ],
    [
      'an old vCard in quoted-printable',
      vCard('FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=91=A8=E6=98=8E=\r\n=E8=BF=9C', 'TEL:13912345678'),
      { name: '周明远', company: '', phone: '13912345678' },
    ],
    [
      'a folded and escaped line',
      vCard('FN:周明远', 'ORG:远航\\, 精密\r\n 制造', 'TEL;VALUE=uri:tel:+8613912345678'),
      { name: '周明远', company: '远航, 精密制造', phone: '+8613912345678' },
    ],
    [
      'a MECARD',
      'MECARD:N:周,明远;ORG:远航\\;精密;TEL:13912345678;EMAIL:z@example.com;;',
      { name: '周明远', company: '远航;精密', phone: '13912345678' },
    ],
  ])('is read: %s', (_what, text, card) => {
    expect(readBusinessCard(text)).toEqual(card)
  })

  it.each(['https://example.com', '', '13912345678', vCard('ORG:无名氏有限公司'), 'MECARD:;;'])(
    'is none: %j',
    (text) => {
      expect(readBusinessCard(text)).toBeNull()
    },
  )

  it('is read without a throw, whatever it says', () => {
    const pieces = fc.constantFrom(
      'BEGIN:VCARD\n',
      'MECARD:',
      'FN:',
      'TEL;',
      'N:',
      ';',
      '\\',
      '=E5=',
      '=\n',
      ':',
      '周',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (words) => {
        readBusinessCard(words.join(''))
      }),
    )
  })
})
