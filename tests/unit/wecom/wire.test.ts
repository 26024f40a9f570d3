import { decrypt, encrypt, getJsApiSignature, getSignature } from '@wecom/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signPage } from '../../../adapters/shared/page-signature.js'
import { decodeAesKey, decryptMessage, encryptMessage, signParts } from '../../../adapters/shared/sealing.js'
import { WireError } from '../../../adapters/shared/wire-error.js'
import { decodeBotFrame } from '../../../adapters/wecom/decode-bot.js'
import { decodeCallback, type AppCallback } from '../../../adapters/wecom/decode.js'
import { checkFreshness, envelopeKeys, openMessage, sealAnswer } from '../../../adapters/wecom/envelope.js'
import { refOf, taskIdOf } from '../../../adapters/wecom/task-id.js'
import { parseAnyXml, parseXml, textOf, writeXml } from '../../../adapters/wecom/xml.js'

const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const key = decodeAesKey(aesKey)
const now = new Date('2026-11-16T01:00:00.000Z')
const noted = (run: () => unknown): string => {
  try {
    run()
    return 'nothing'
  } catch (err) {
    return err instanceof WireError ? err.code : `not typed: ${String(err)}`
  }
}

describe('WeCom encryption', () => {
  it('makes the published cipher text and signature', () => {
    const random = Buffer.from('0123456789abcdef')
    const cipher = encryptMessage(key, 'hello', 'ww0000000000000001', random)
    expect(cipher).toBe(
      'Q3stYC6hdFzMh9T8HCvyDDJ0jntEfSnqZuHLcMF9RS1OTqeiayFSEpJEbxmgu3cQkQGaqW/ILcVRO5bgaXrgWA==',
    )
    expect(signParts('tok', '1700000000', 'n1', cipher)).toBe('ba572a48dedf7b5f27be306f32d32f7736b92dfd')
    expect(encryptMessage(key, '{"a":1}', '', random)).toBe('Q3stYC6hdFzMh9T8HCvyDF/zcJN0+jLTmSu8q6+/ZOY=')
    const page = {
      ticket: 'tkt',
      nonce: 'nonce',
      timestamp: 1700000000,
      url: 'https://crm.example.com/m/?a=1',
    }
    expect(signPage(page)).toBe('bc21e1b28080d3c8c76005a77ebb2f038bfef691')
  })

  it('understands the vendor’s package and is understood by it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.string({ maxLength: 30 }),
        (text, receiver) => {
          const message = text.toWellFormed()
          const id = receiver.toWellFormed()
          expect(decryptMessage(key, encrypt(aesKey, message, id), [id])).toBe(message)
          expect(decrypt(aesKey, encryptMessage(key, message, id))).toMatchObject({ message, id })
          expect(signParts('t', '1', id, message)).toBe(getSignature('t', '1', id, message))
        },
      ),
    )
    const signed = getJsApiSignature({ url: 'https://a/b', ticket: 't', nonceStr: 'n', timestamp: 5 })
    expect(signPage({ url: 'https://a/b', ticket: 't', nonce: 'n', timestamp: 5 })).toBe(signed.signature)
  })

  it('refuses every altered byte of a cipher text, or is told by the signature', () => {
    const cipher = Buffer.from(encryptMessage(key, 'hello', 'ww1'), 'base64')
    fc.assert(
      fc.property(fc.nat({ max: cipher.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const altered = Buffer.from(cipher)
        altered[at] = (altered[at] ?? 0) ^ by
        const outcome = noted(() => decryptMessage(key, altered.toString('base64'), ['ww1']))
        expect(['cipher', 'receiver', 'nothing']).toContain(outcome)
      }),
    )
  })

  it('takes a request of ten minutes ago or ahead and no older or newer one', () => {
    const at = (seconds: number) => new URLSearchParams({ timestamp: String(now.getTime() / 1000 + seconds) })
    expect(noted(() => checkFreshness(at(-600), now))).toBe('nothing')
    expect(noted(() => checkFreshness(at(600), now))).toBe('nothing')
    expect(noted(() => checkFreshness(at(-601), now))).toBe('stale')
    expect(noted(() => checkFreshness(at(601), now))).toBe('stale')
    expect(noted(() => checkFreshness(new URLSearchParams({ timestamp: 'NaN' }), now))).toBe('stale')
    expect(noted(() => checkFreshness(new URLSearchParams(), now))).toBe('stale')
  })

  it('opens its own answers as the platform would', () => {
    const keys = envelopeKeys({ token: 'tok', aesKey, receiver: 'ww1' })
    const sealed = parseXml(sealAnswer(keys, '<xml>好</xml>', now, 'n1'))
    const query = new URLSearchParams({
      ...{ msg_signature: textOf(sealed, 'MsgSignature'), timestamp: textOf(sealed, 'TimeStamp') },
      nonce: textOf(sealed, 'Nonce'),
    })
    const body = writeXml('xml', { Encrypt: textOf(sealed, 'Encrypt') })
    expect(openMessage(keys, query, body)).toBe('<xml>好</xml>')
  })
})

describe('WeCom XML', () => {
  it('keeps markup, blanks and emoji inside CDATA, and reads the five entities outside', () => {
    const xml = parseXml('<xml><A><![CDATA[ <b>1</b> & 😀 ]]></A><B>x&amp;y &#38; &lt;</B></xml >')
    expect([textOf(xml, 'A'), textOf(xml, 'B')]).toEqual([' <b>1</b> & 😀 ', 'x&y & <'])
  })

  it('refuses entities, cut-off bodies, other roots and deep nests', () => {
    for (const text of [
      '<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><A>&a;</A></xml>',
      '<xml><A>1',
      '<html></html>',
      '',
      `<xml>${'<a>'.repeat(30)}${'</a>'.repeat(30)}</xml>`,
    ])
      expect(noted(() => parseXml(text))).toBe('malformed')
  })

  it('refuses within moments what would keep a parser busy for seconds, and it needs no key to be sent', () => {
    const bodies = [
      '<![CDATA['.repeat(28_000),
      '<![CDATA[]]'.repeat(23_000),
      `<xml>${'<a/>'.repeat(60_000)}</xml>`,
    ]
    const startedAt = performance.now()
    expect(bodies.map((body) => noted(() => parseXml(body)))).toEqual(['malformed', 'malformed', 'malformed'])
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  it('reads what is flat as the parser of everything does, and is never more lenient', () => {
    const pieces = fc.array(
      fc.constantFrom(
        ...[
          '<A>',
          '</A>',
          '<B1>',
          '</B1>',
          '<A></A>',
          '<B1>7</B1>',
          '<a><b>x</b></a>',
          '<A/>',
          '<A b="c">x</A>',
        ],
        ...[
          '<![CDATA[',
          ']]>',
          '<A><![CDATA[好 <b> & ]]></A>',
          '<A><![CDATA[]]></A>',
          '<A>x<![CDATA[y]]></A>',
        ],
        ...[
          'x',
          ' ',
          '\n',
          '\r\n',
          '\t',
          '&amp;',
          '&',
          '>',
          ']]',
          '<',
          '<!--c-->',
          '<?p?>',
          '<!DOCTYPE x>',
          '\u00a0',
        ],
        ...[
          '</xml>',
          '<xml>',
          '<__proto__>1</__proto__>',
          '<A-b>1</A-b>',
          '<1>1</1>',
          '<_>1</_>',
          '\0',
          '\ufeff',
        ],
      ),
      { maxLength: 8 },
    )
    const read = (parse: (text: string) => unknown, text: string) => {
      try {
        return parse(text)
      } catch (err) {
        return err instanceof WireError ? err.code : err
      }
    }
    fc.assert(
      fc.property(pieces, fc.constantFrom('', ' ', '\n', 'x', '\0'), (parts, behind) => {
        const text = `<xml>${parts.join('')}</xml>${behind}`
        expect(read(parseXml, text), text).toEqual(read(parseAnyXml, text))
      }),
      { numRuns: 3_000 },
    )
    const many = `<xml>${'<A>1</A>'.repeat(3_000)}</xml>`
    expect([read(parseXml, many), read(parseAnyXml, many)]).toEqual(['malformed', 'malformed'])
  })

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const plain = text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
        const read = textOf(parseXml(writeXml('xml', { A: plain, B: 1 })), 'A')
        // Parsers of XML make one line end of two.
        expect(read.replace(/\r\n?/g, '\n')).toBe(plain.replace(/\r\n?/g, '\n'))
      }),
    )
  })
})

const event = (fields: string, from = 'ZhangSan') =>
  `<xml><ToUserName>ww1</ToUserName><FromUserName>${from}</FromUserName><CreateTime>1700000100</CreateTime><MsgType>event</MsgType>${fields}</xml>`
const decode = (xml: string): AppCallback => decodeCallback(parseXml(xml))

describe('WeCom callbacks', () => {
  const taskId = taskIdOf('01HXDELIVERY', 'k1')

  it('reads a click with all selected options', () => {
    const click = `<Event>template_card_event</Event><EventKey>move</EventKey><TaskId>${taskId}</TaskId><ResponseCode>rc</ResponseCode><SelectedItems><SelectedItem><QuestionKey>stage</QuestionKey><OptionIds><OptionId>s1</OptionId><OptionId>s2</OptionId></OptionIds></SelectedItem><SelectedItem><QuestionKey>__proto__</QuestionKey><OptionIds><OptionId>x</OptionId></OptionIds></SelectedItem></SelectedItems>`
    expect(decode(event(click))).toMatchObject({
      event: {
        ...{ type: 'tap', cardRef: '01HXDELIVERY', actionId: 'move', values: { stage: 's1,s2' } },
        sender: { externalId: 'zhangsan', internal: true },
      },
      click: { taskId, responseCode: 'rc' },
    })
  })

  it('tells two people who changed in one second apart, and knows a repeat', () => {
    const change = (user: string) =>
      event(
        `<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>${user}</UserID>`,
        'sys',
      )
    const idOf = (user: string) => {
      const read = decode(change(user))
      return read.type === 'event' ? read.event.eventId : null
    }
    expect(idOf('a')).not.toBe(idOf('b'))
    expect(idOf('a')).toBe(idOf('a'))
  })

  it('hands over renames, leavers, departments, the range and customers', () => {
    const rename = `<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>Old</UserID><NewUserID>New</NewUserID>`
    expect(decode(event(rename, 'sys'))).toMatchObject({
      event: { type: 'directory', about: 'person', externalIds: ['old'], renamedTo: 'new' },
    })
    expect(
      decode(event('<Event>change_contact</Event><ChangeType>delete_party</ChangeType><Id>7</Id>', 'sys')),
    ).toMatchObject({ event: { about: 'department', externalIds: ['7'], change: 'removed' } })
    expect(decode(event('<Event>unsubscribe</Event>'))).toMatchObject({ event: { about: 'scope' } })
    const added = `<Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType><UserID>Wang</UserID><ExternalUserID>wmA</ExternalUserID><State>expo</State>`
    expect(decode(event(added))).toMatchObject({
      event: { type: 'customer', change: 'added', colleagueExternalId: 'wang', source: 'expo' },
    })
  })

  it('passes by what it does not know, cards of others and prototype names', () => {
    for (const fields of [
      '<Event>add_schedule</Event>',
      '<Event>constructor</Event>',
      '<Event>change_external_contact</Event><ChangeType>toString</ChangeType>',
      '<Event>template_card_event</Event><EventKey>a</EventKey><TaskId>other-app-1</TaskId>',
    ])
      expect(decode(event(fields)).type).toBe('ignored')
  })

  it('carries any reference in a task id, and reads only its own', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string(), (text, mark) => {
        const ref = text.toWellFormed() || 'x'
        const id = taskIdOf(ref, mark)
        expect(id).toMatch(/^[0-9A-Za-z_\-@]{1,128}$/)
        expect(refOf(id)).toBe(ref)
      }),
    )
    expect(refOf('fu_01HX')).toBeNull()
  })

  it('reads the bot’s group words without its name, and its nested click', () => {
    const base = { msgid: 'M1', chatid: 'wr1', chattype: 'group', from: { userid: 'ZhangSan' } }
    const said = { ...base, msgtype: 'text', text: { content: '@销售助手 今天有哪些待跟进' } }
    expect(decodeBotFrame(said, now)).toMatchObject({
      event: { text: '今天有哪些待跟进', chat: { id: 'bot:wr1', type: 'group' }, toBot: true },
    })
    const template = { event_key: 'done', task_id: taskId }
    const click = { eventtype: 'template_card_event', template_card_event: template }
    expect(decodeBotFrame({ ...base, msgtype: 'event', event: click }, now)).toMatchObject({
      event: { type: 'tap', actionId: 'done', cardRef: '01HXDELIVERY' },
      taskId,
    })
  })
})

describe('any input at all', () => {
  const runs = Number(process.env['FUZZ_RUNS'] ?? 3_000)
  const sample = event(
    `<Event>template_card_event</Event><EventKey>k</EventKey><TaskId>${taskIdOf('r', 'k')}</TaskId><SelectedItems><SelectedItem><QuestionKey>q</QuestionKey></SelectedItem></SelectedItems>`,
  )
  const mutated = fc
    .tuple(fc.nat(sample.length), fc.nat(12), fc.string({ unit: 'binary', maxLength: 12 }))
    .map(([at, gone, put]) => sample.slice(0, at) + put + sample.slice(at + gone))

  it('makes the callback decoder throw typed errors only', () => {
    const hostile = fc.oneof(
      mutated,
      fc.string({ unit: 'binary' }),
      mutated.map((text) => text.repeat(2)),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        expect(noted(() => decode(text))).not.toMatch(/^not typed/)
      }),
      { numRuns: runs },
    )
  })

  it('makes the bot’s decoder throw typed errors only', () => {
    const body = fc.record(
      {
        ...{ msgid: fc.anything(), from: fc.anything(), event: fc.anything(), text: fc.anything() },
        msgtype: fc.constantFrom('text', 'event', 'mixed', 'voice', 'image', '__proto__'),
        mixed: fc.anything(),
        create_time: fc.anything(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(body, fc.anything()), (raw) => {
        expect(noted(() => decodeBotFrame(raw, now))).not.toMatch(/^not typed/)
      }),
      { numRuns: runs },
    )
  })

  it('makes the decryption throw typed errors only', () => {
    fc.assert(
      fc.property(fc.oneof(fc.base64String(), fc.string()), fc.string(), (cipher, receiver) => {
        expect(noted(() => decryptMessage(key, cipher, [receiver]))).not.toMatch(/^not typed/)
      }),
      { numRuns: runs },
    )
  })
})
