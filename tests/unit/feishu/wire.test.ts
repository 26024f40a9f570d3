import { createCipheriv, createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readButton } from '../../../adapters/feishu/button-value.js'
import { readCardAction } from '../../../adapters/feishu/card-action.js'
import { decrypt, decryptionKey, signatureOf } from '../../../adapters/feishu/crypto.js'
import { decodeCardFrame, decodeEvent } from '../../../adapters/feishu/decode.js'
import { createFragments } from '../../../adapters/feishu/fragments.js'
import { decodeFrame, encodeFrame } from '../../../adapters/feishu/frames.js'
import type { Json } from '../../../adapters/feishu/json.js'
import { signPage } from '../../../adapters/shared/page-signature.js'
import { challengeOf, openBody } from '../../../adapters/feishu/webhook-body.js'
import { WireError } from '../../../adapters/shared/wire-error.js'
import { readFrame, writeFrame } from '../../simulators/feishu/pb.js'
import { header, receiver, said } from './samples.js'

const firstEvent = (body: Json) => {
  const decoded = decodeEvent(body, receiver)
  if (decoded.kind !== 'events') throw new Error(decoded.kind)
  return decoded.events[0]
}

describe('crypto', () => {
  const encrypted =
    'MDEyMzQ1Njc4OWFiY2RlZqeYWewRRTcaeHePEiW9jJ55bjGmnLpR8cHqTszUw7ePBtFPcpEHC3O3JD/eKZlqhxkKcm3l75HQ6F/v0gENGpE='

  it('decrypts and signs as the platform does', () => {
    expect(decrypt(decryptionKey('testkey'), encrypted)).toBe(
      '{"challenge":"abc","token":"vt","type":"url_verification"}',
    )
    const signed = { timestamp: '1700000000', nonce: 'n1', encryptKey: 'testkey' }
    expect(signatureOf({ ...signed, rawBody: Buffer.from(`{"encrypt":"${encrypted}"}`) })).toBe(
      '809a5a94ecf09a3ecdf428dd5525da26329b3270921c741b110abcd638532428',
    )
    expect(
      signPage({
        ticket: 'tkt',
        nonce: 'nonce',
        timestamp: 1700000000,
        url: 'https://crm.example.com/m/?a=1',
      }),
    ).toBe('bc21e1b28080d3c8c76005a77ebb2f038bfef691')
  })

  it('refuses another key, a cut text, broken padding and what is no text', () => {
    const seal = (plain: Buffer) => {
      const cipher = createCipheriv(
        'aes-256-cbc',
        createHash('sha256').update('k').digest(),
        Buffer.alloc(16),
      )
      return Buffer.concat([Buffer.alloc(16), cipher.update(plain), cipher.final()]).toString('base64')
    }
    expect(() => decrypt(decryptionKey('k'), seal(Buffer.from([0xff, 0xfe, 0x80])))).toThrow(
      new WireError('utf8'),
    )
    for (const text of ['', 'AAAA', '!!!', encrypted.slice(0, -4), `${encrypted}AA`, `${encrypted} `])
      expect(() => decrypt(decryptionKey('testkey'), text), text).toThrow(WireError)
    expect(() => decrypt(decryptionKey('other'), encrypted)).toThrow(WireError)
  })

  it('answers the check of an address, encrypted or bare, and takes no bare body where there is a key', () => {
    expect(challengeOf(openBody(JSON.stringify({ encrypt: encrypted }), decryptionKey('testkey')))).toEqual({
      challenge: 'abc',
    })
    expect(challengeOf(openBody('{"type":"url_verification","challenge":"x"}', null))).toEqual({
      challenge: 'x',
    })
    expect(challengeOf({ schema: '2.0' })).toBeNull()
    expect(() => openBody('{"type":"url_verification","challenge":"x"}', decryptionKey('testkey'))).toThrow(
      new WireError('unencrypted'),
    )
  })
})

describe('frames', () => {
  it('writes a ping as the official client does', () => {
    const ping = {
      seqId: 0n,
      logId: 0n,
      service: 7,
      method: 0,
      headers: { type: 'ping' },
      payload: new Uint8Array(),
    }
    expect(encodeFrame(ping).toString('hex')).toBe('08001000180720002a0c0a0474797065120470696e67')
  })

  it('reads what somebody else wrote, and is read', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.string()),
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        (headers, payload, service) => {
          const pairs = Object.entries(headers).filter(([name]) => name !== '__proto__')
          const written = writeFrame({
            seqId: 3,
            logId: 2 ** 40,
            service,
            method: 1,
            headers: pairs,
            payload: Buffer.from(payload),
          })
          const frame = decodeFrame(written)
          expect(frame).toMatchObject({ seqId: 3n, logId: BigInt(2 ** 40), service, method: 1 })
          expect(Object.entries(frame.headers).sort()).toEqual(
            pairs.map(([key, value]) => [key.toWellFormed(), value.toWellFormed()]).sort(),
          )
          expect(readFrame(encodeFrame(frame)).payload.equals(Buffer.from(payload))).toBe(true)
        },
      ),
    )
  })

  it('puts parts together in any order, and gives up what is too old or too much', () => {
    let now = 0
    const join = createFragments(() => now)
    const part = (seq: number, id = 'm1', sum = 3) =>
      join({ message_id: id, sum: `${sum}`, seq: `${seq}` }, Buffer.from(`${seq}`))
    expect(join({}, Buffer.from('x'))?.toString()).toBe('x')
    expect([part(2), part(0), part(0)]).toEqual([null, null, null])
    expect(Buffer.from(part(1) ?? []).toString()).toBe('012')
    part(0, 'm2')
    now = 20_000
    part(0, 'm3')
    expect([part(1, 'm2'), part(2, 'm2')]).toEqual([null, null])
    for (const [seq, sum] of [
      [3, 3],
      [-1, 3],
      [0, 1000],
      [0.5, 3],
    ] as const)
      expect(() => part(seq, 'm4', sum)).toThrow(new WireError('fragment'))
    expect(() => join({ message_id: 'big', sum: '2', seq: '0' }, Buffer.alloc(5 * 1024 * 1024))).toThrow(
      WireError,
    )
  })
})

describe('events', () => {
  it('tells a message by its own id, its sender’s company and whether the bot is meant', () => {
    const mentions = [
      { key: '@_user_1', id: { open_id: 'ou_bot' }, name: '跟进助手' },
      { key: '@_user_2', id: { open_id: 'ou_2' }, name: '小李' },
    ]
    expect(
      firstEvent(said({ content: '{"text":"@_user_1 请 @_user_2 看 @_user_12"}', mentions })),
    ).toMatchObject({
      eventId: 'om_1',
      at: '2023-11-14T22:13:20.123Z',
      text: '请 @小李 看',
      toBot: true,
      sender: { externalId: 'ou_1', internal: true },
      chat: { id: 'oc_1', type: 'group' },
    })
    expect(
      firstEvent(said({}, { sender_id: { open_id: 'ou_9' }, sender_type: 'user', tenant_key: 'tk2' })),
    ).toMatchObject({
      toBot: false,
      sender: { internal: false },
    })
    // Without a word about the company: outside in a group, a colleague in a chat with the bot.
    const silent = { sender_id: { user_id: 'u1' }, sender_type: 'user' }
    expect(firstEvent(said({}, silent))).toMatchObject({ sender: { externalId: 'u1', internal: false } })
    expect(firstEvent(said({ chat_type: 'p2p' }, silent))).toMatchObject({
      toBot: true,
      sender: { internal: true },
    })
  })

  it('has words for what is no text, and none for what cannot be read', () => {
    const text = (message_type: string, content: string) => {
      const event = firstEvent(said({ message_type, content }))
      return event?.type === 'message' ? event.text : null
    }
    expect(text('image', '{"image_key":"i"}')).toBe('[图片]')
    expect(text('file', '{"file_name":"报价.xlsx"}')).toBe('[文件] 报价.xlsx')
    expect(text('constructor', '{}')).toBe('[暂不支持的消息]')
    expect(
      text(
        'post',
        '{"title":"询价","content":[[{"tag":"text","text":"要 "},{"tag":"a","text":"报价","href":"x"}],[{"tag":"img"}]]}',
      ),
    ).toBe('询价\n要 报价\n[图片]')
    expect(text('post', 'no json')).toBe('')
    expect(text('text', JSON.stringify({ text: '😀'.repeat(20_000) }))?.length).toBeLessThanOrEqual(20_000)
  })

  it('passes over bots, unknown kinds and names that objects inherit', () => {
    expect(decodeEvent(said({}, { sender_id: { open_id: 'ou_x' }, sender_type: 'app' }), receiver).kind).toBe(
      'ignored',
    )
    for (const name of ['something.new_v9', 'constructor', '__proto__', 'toString'])
      expect(decodeEvent({ header: header(name), event: {} }, receiver)).toEqual({
        kind: 'ignored',
        eventType: name,
      })
  })

  it('refuses another app and another company', () => {
    const body = { header: header('contact.scope.updated_v3', { app_id: 'cli_other' }), event: {} }
    expect(() => decodeEvent(body, receiver)).toThrow(new WireError('receiver'))
    expect(() => decodeEvent({ header: header('x', { tenant_key: 'tk9' }), event: {} }, receiver)).toThrow(
      new WireError('tenant'),
    )
    expect(() => decodeEvent({}, receiver)).toThrow(new WireError('schema'))
  })

  it('says where to look when the organisation changes', () => {
    const about = (type: string, object: object) => firstEvent({ header: header(type), event: { object } })
    expect(about('contact.user.updated_v3', { open_id: 'ou_1' })).toMatchObject({
      about: 'person',
      externalIds: ['ou_1'],
      change: 'changed',
    })
    expect(about('contact.user.deleted_v3', { open_id: 'ou_1' })).toMatchObject({
      about: 'person',
      change: 'removed',
    })
    expect(about('contact.department.deleted_v3', { open_department_id: 'od-1' })).toMatchObject({
      about: 'department',
      externalIds: ['od-1'],
      change: 'removed',
    })
    expect(firstEvent({ header: header('contact.scope.updated_v3'), event: {} })).toMatchObject({
      about: 'scope',
      externalIds: [],
    })
  })

  it('takes an entry of the bot’s menu for words, and the opened chat for what it is', () => {
    const operator = { operator_id: { open_id: 'ou_1' } }
    expect(
      firstEvent({ header: header('application.bot.menu_v6'), event: { operator, event_key: '今日待办' } }),
    ).toMatchObject({
      type: 'message',
      text: '今日待办',
      toBot: true,
      chat: { id: 'ou_1', type: 'direct' },
    })
    expect(
      firstEvent({
        header: header('im.chat.access_event.bot_p2p_chat_entered_v1'),
        event: { chat_id: 'oc_9', operator_id: { open_id: 'ou_1' } },
      }),
    ).toMatchObject({ type: 'entered', chat: { id: 'oc_9', type: 'direct' } })
  })
})

describe('taps', () => {
  const value = { r: 'd1', a: 'save', i: { note: 'text', next: 'date', at: 'time', stage: 'select' }, g: 1 }

  it('brings back reference, action and values, dates as the product writes them', () => {
    const form = { note: '已电话', next: '2026-01-02 +0800', at: '2026-01-02 08:30 +0800', other: 'x' }
    expect(readButton(value, form)).toEqual({
      cardRef: 'd1',
      actionId: 'save',
      isGroup: true,
      values: { note: '已电话', next: '2026-01-02', at: '2026-01-02T08:30', stage: '' },
    })
    expect(
      readButton(value, { next: '2026-01-02', at: '2026-01-02 08:30:00', note: ['a', 'b', 1] }).values,
    ).toMatchObject({
      next: '2026-01-02',
      at: '2026-01-02T08:30',
      note: 'a,b',
    })
    expect(readButton(value, { next: 'tomorrow', note: { a: 1 } }).values).toMatchObject({
      next: '',
      note: '',
    })
  })

  it('knows no button but ours', () => {
    for (const foreign of [null, 'x', {}, { r: 'd1' }, { r: '', a: 'b' }, { r: 'r'.repeat(200), a: 'b' }])
      expect(() => readButton(foreign, {})).toThrow(new WireError('button'))
    const hostile = JSON.parse('{"r":"d1","a":"x","i":{"__proto__":"text","constructor":"text"}}') as unknown
    const { values } = readButton(hostile, JSON.parse('{"__proto__":"p","constructor":"c"}') as Json)
    expect(values).toEqual({ constructor: 'c' })
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype)
  })

  it('comes in an envelope with microseconds, or flat in a frame of its own', () => {
    const event = {
      operator: { open_id: 'ou_1', tenant_key: 'tk1' },
      action: { tag: 'button', value },
      context: { open_message_id: 'om_2', open_chat_id: 'oc_2' },
    }
    const body = { header: header('card.action.trigger', { create_time: '1700000000000000' }), event }
    expect(decodeEvent(body, receiver)).toMatchObject({
      kind: 'tap',
      messageId: 'om_2',
      event: {
        at: '2023-11-14T22:13:20.000Z',
        cardRef: 'd1',
        sender: { externalId: 'ou_1', internal: true },
      },
    })
    const flat = {
      open_id: 'ou_1',
      tenant_key: 'tk1',
      open_message_id: 'om_2',
      open_chat_id: 'oc_2',
      token: 'c-1',
      action: { tag: 'button', value: JSON.stringify(value) },
    }
    expect(decodeCardFrame(flat, receiver)).toMatchObject({
      kind: 'tap',
      event: { eventId: 'card:om_2:c-1', actionId: 'save' },
    })
    expect(() => readCardAction({ operator: { open_id: 'ou_1' } })).toThrow(new WireError('action'))
  })
})
