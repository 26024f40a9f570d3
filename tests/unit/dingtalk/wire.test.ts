import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeRobotMessage,
  decodeTap,
  directoryEvent,
  messageEvent,
} from '../../../adapters/dingtalk/decode.js'
import { callbackKeys, openSealed, seal } from '../../../adapters/dingtalk/envelope.js'
import { immediateAck, readFrame, takenAck } from '../../../adapters/dingtalk/frame.js'
import { readObject } from '../../../adapters/dingtalk/json.js'
import { cardSign, robotSign } from '../../../adapters/dingtalk/signatures.js'
import { signParts } from '../../../adapters/shared/sealing.js'
import { WireError } from '../../../adapters/shared/wire-error.js'

const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const keys = callbackKeys({ token: 'tok', aesKey })
const receivers = ['ding1', 'corp1']
const stamp = { timestamp: '1700000000000', nonce: 'n1' }
const sealed = (text: string, receiver = 'ding1') => seal(keys, text, receiver, stamp)
const open = ({ encrypt, msg_signature }: ReturnType<typeof sealed>) =>
  openSealed(keys, { ...stamp, signature: msg_signature }, encrypt, receivers)
const now = new Date('2026-03-18T02:00:00Z')

/** Runs it; anything but a WireError is a fault. */
function survives(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof WireError)) throw error
  }
}

describe('signatures of DingTalk', () => {
  it('are those that the platform makes', () => {
    expect(robotSign('1700000000000', 'secret')).toBe('OuzzJR5+xZ4/EYwqtNt6sMYZQMTa/HEGvc9miJe7XzY=')
    expect(cardSign('1700000000000', 'secret')).toBe('T+LOEv1r7F4GSLI7+/8Vi6X8GLOiFLTCBzFGcUSKleE=')
  })

  it('open what was sealed, for the app or for the company', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('ding1', 'corp1'), (text, receiver) => {
        expect(open(sealed(text, receiver))).toBe(text.toWellFormed())
      }),
    )
  })

  it('refuse another receiver, another signature and a broken inside, each by its name', () => {
    const good = sealed('{"EventType":"check_url"}')
    expect(() => open(sealed('hello', 'ding2'))).toThrow('receiver')
    expect(() => open({ ...good, msg_signature: `${good.msg_signature.slice(1)}0` })).toThrow('signature')
    const forged = (encrypt: string) => ({
      ...good,
      encrypt,
      msg_signature: signParts(keys.token, stamp.timestamp, stamp.nonce, encrypt),
    })
    expect(() => open(forged(''))).toThrow('cipher')
    expect(() => open(forged('AAAA'))).toThrow('cipher')
    expect(() => open(forged(Buffer.alloc(64).toString('base64')))).toThrow(WireError)
  })
})

describe('frames of the stream', () => {
  it('are refused without type, topic or message id', () => {
    for (const text of ['', 'null', '[]', '{"type":"EVENT"}', '{"type":"EVENT","headers":{"topic":"*"}}'])
      expect(() => readFrame(text)).toThrow(WireError)
  })

  it('answer a ping with its own word and a broken inside with an error', () => {
    const ping = readFrame(
      '{"type":"SYSTEM","headers":{"topic":"ping","messageId":"m1"},"data":"{\\"opaque\\":\\"o\\"}"}',
    )
    expect(immediateAck(ping)).toMatchObject({
      code: 200,
      headers: { messageId: 'm1' },
      data: '{"opaque":"o"}',
    })
    const broken = readFrame('{"type":"EVENT","headers":{"topic":"*","messageId":"m2"},"data":"{"}')
    expect(immediateAck(broken)).toMatchObject({ code: 500, headers: { messageId: 'm2' } })
  })

  it('say SUCCESS to an event that was taken', () => {
    const event = readFrame('{"type":"EVENT","headers":{"topic":"*","messageId":"m1"},"data":"{}"}')
    expect(immediateAck(event)).toBeNull()
    expect(takenAck(event).data).toContain('SUCCESS')
  })
})

describe('robot messages', () => {
  const base = {
    msgId: 'm1',
    conversationId: 'c1',
    senderStaffId: 'u1',
    senderCorpId: 'corp1',
    senderNick: '张三',
  }
  it.each([
    [{ msgtype: 'text', text: { content: ' 今天待办 ' } }, '今天待办'],
    [{ msgtype: 'audio', content: { recognition: '下周三再联系', downloadCode: 'd' } }, '下周三再联系'],
    [{ msgtype: 'picture', content: { downloadCode: 'd' } }, '[图片]'],
    [{ msgtype: 'richText', content: { richText: [{ text: '看图' }, { type: 'picture' }] } }, '看图[图片]'],
    [{ msgtype: 'file', content: { fileName: '报价.pdf' } }, '[文件] 报价.pdf'],
    [{ msgtype: 'neverHeardOf' }, '[暂不支持的消息]'],
  ])('become words: %j', (fields, text) => {
    expect(decodeRobotMessage({ ...base, ...fields }).text).toBe(text)
  })

  it('come from outside when there is no account or it is another company’s', () => {
    const event = (fields: object) => messageEvent(decodeRobotMessage({ ...base, ...fields }), 'corp1', now)
    expect(event({}).sender).toMatchObject({ externalId: 'u1', internal: true })
    expect(event({ senderStaffId: undefined, senderId: '$x' }).sender.internal).toBe(false)
    expect(event({ senderCorpId: 'corp2' }).sender.internal).toBe(false)
  })
})

describe('taps on cards', () => {
  const tap = (params: unknown, actionIds = ['accept0'], extra = {}) =>
    decodeTap({
      ...{ outTrackId: 'f0.01H', userId: 'u1', corpId: 'corp1', spaceType: 'IM_ROBOT', spaceId: 'u1' },
      content: JSON.stringify({ cardPrivateData: { actionIds, params } }),
      ...extra,
    })

  it('name the button by its own parameter, not by the id with an index behind', () => {
    expect(tap({ action: 'accept' })).toMatchObject({ ref: '01H', actionId: 'accept' })
    expect(tap({}, ['accept'])).toMatchObject({ actionId: 'accept' })
  })

  it('carry the form’s values, whatever way a select or a date is written', () => {
    const form = {
      s_stage: { index: 1, value: 'won' },
      s_who: 'p1',
      t_note: '已电话',
      d_next: '2026-03-19 10:30',
      d_day: '2026-03-19',
      d_at: Date.parse('2026-03-19T10:30:00+08:00'),
    }
    const values = {
      stage: 'won',
      who: 'p1',
      note: '已电话',
      next: '2026-03-19T10:30',
      day: '2026-03-19',
      at: '2026-03-19T10:30',
    }
    expect(tap({ action: 'move', form })?.values).toEqual(values)
    expect(tap({ action: 'move', form: JSON.stringify(form) })?.values).toEqual(values)
  })

  it('leave fields with names of prototypes where they are', () => {
    const values = tap(
      JSON.parse('{"action":"move","form":{"__proto__":"x","constructor":"x","t_note":"好"}}'),
    )?.values
    expect(values).toEqual({ note: '好' })
    expect(({} as Record<string, unknown>)['note']).toBeUndefined()
  })

  it('on other makers’ cards are nobody’s', () => {
    expect(tap({ action: 'x' }, [], { outTrackId: 'card_5e3' })).toBeNull()
  })
})

describe('events of the organisation', () => {
  it('tell where to look', () => {
    const head = { eventType: 'user_leave_org', eventId: 'e1', bornAt: '1700000000000' }
    expect(directoryEvent(head, { userId: ['u1'] }, now)).toMatchObject({
      about: 'person',
      change: 'removed',
      externalIds: ['u1'],
      at: '2023-11-14T22:13:20.000Z',
    })
    expect(directoryEvent({ ...head, eventType: 'org_dept_modify' }, { deptId: [100] }, now)).toMatchObject({
      about: 'department',
      externalIds: ['100'],
    })
    expect(directoryEvent({ ...head, eventType: 'constructor' }, {}, now)).toBeNull()
  })
})

describe('the decoders', () => {
  const samples = [
    '{"specVersion":"1.0","type":"CALLBACK","headers":{"topic":"/v1.0/im/bot/messages/get","messageId":"f1"},"data":"{\\"msgId\\":\\"m\\"}"}',
    '{"outTrackId":"f0.01H","userId":"u1","content":"{\\"cardPrivateData\\":{\\"actionIds\\":[\\"a0\\"],\\"params\\":{\\"form\\":{\\"t_x\\":\\"1\\"}}}}"}',
    '{"msgId":"m1","conversationId":"c1","msgtype":"richText","content":{"richText":[{"text":"a"}]}}',
  ]
  const mutated = fc
    .tuple(fc.constantFrom(...samples), fc.nat(400), fc.nat(20), fc.string({ maxLength: 12 }))
    .map(([text, at, gone, put]) => text.slice(0, at) + put + text.slice(at + gone))
  const anything = fc.oneof(
    mutated,
    fc.string(),
    fc.json(),
    fc.anything().map((value) => JSON.stringify(value) ?? ''),
  )

  it('throw nothing but their own error, whatever comes', () => {
    fc.assert(
      fc.property(anything, (text) => {
        survives(() => readFrame(text))
        survives(() => messageEvent(decodeRobotMessage(readObject(text)), 'corp1', now))
        survives(() => decodeTap(readObject(text)))
        survives(() =>
          directoryEvent({ eventType: 'user_add_org', eventId: text, bornAt: text }, readObject(text), now),
        )
        survives(() => openSealed(keys, { ...stamp, signature: text }, text, receivers))
        survives(() =>
          openSealed(
            keys,
            { ...stamp, signature: signParts('tok', stamp.timestamp, stamp.nonce, text) },
            text,
            receivers,
          ),
        )
      }),
      { numRuns: 3_000 },
    )
  })
})
