import {
  decodeRobotMessage,
  decodeTap,
  directoryEvent,
  messageEvent,
} from '../../adapters/dingtalk/decode.js'
import { callbackKeys, openSealed } from '../../adapters/dingtalk/envelope.js'
import { readFrame } from '../../adapters/dingtalk/frame.js'
import { readObject } from '../../adapters/dingtalk/json.js'
import { decrypt, decryptionKey } from '../../adapters/feishu/crypto.js'
import { decodeCardFrame, decodeEvent } from '../../adapters/feishu/decode.js'
import { decodeFrame } from '../../adapters/feishu/frames.js'
import { parseObject } from '../../adapters/feishu/json.js'
import { openBody } from '../../adapters/feishu/webhook-body.js'
import { decodeAesKey, decryptMessage, signParts } from '../../adapters/shared/sealing.js'
import { decodeBotFrame } from '../../adapters/wecom/decode-bot.js'
import { customerMessage, decodeCustomerMessage } from '../../adapters/wecom/decode-customer.js'
import { decodeCallback } from '../../adapters/wecom/decode.js'
import { parseXml } from '../../adapters/wecom/xml.js'
import { decodeText, readCsv } from '../../core/intake/csv.js'
import { readForm } from '../../core/intake/form.js'
import { importHeadings } from '../../core/intake/import.js'
import { writeFrame } from '../simulators/feishu/pb.js'
import { envelopes } from './envelopes.js'
import { receipts } from './receipts.js'
import { receiver, said } from '../unit/feishu/samples.js'

export interface Target {
  name: string
  samples: Uint8Array[]
  /** Reads the bytes as they would come from outside; throws, or rejects with, only what is typed. */
  read(bytes: Buffer): unknown
}

const now = new Date('2026-03-18T02:00:00Z')
const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const wecomKey = decodeAesKey(aesKey)
const dingtalkKeys = callbackKeys({ token: 'tok', aesKey })
const feishuKey = decryptionKey('test key')
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const words = (bytes: Buffer): string => bytes.toString('utf8')
/** What is no JSON is refused by the one who parses, before the decoder is asked. */
const loose = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(words(bytes))
  } catch {
    return words(bytes)
  }
}

const callback = (inside: string): Buffer =>
  Buffer.from(
    `<xml><ToUserName><![CDATA[ww1]]></ToUserName><FromUserName><![CDATA[wang]]></FromUserName><CreateTime>1700000000</CreateTime><AgentID>1000002</AgentID>${inside}</xml>`,
  )
const robot = {
  ...{ msgId: 'm1==', conversationId: 'c1', conversationType: '2', msgtype: 'text', senderStaffId: 'u1' },
  ...{ text: { content: ' 想要报价 ' }, isInAtList: true, createAt: 1700000000000, senderNick: '张总' },
}
const tap = {
  ...{ outTrackId: 'f0.01H', userId: 'u1', spaceType: 'IM_ROBOT', corpId: 'corp1' },
  content: JSON.stringify({
    cardPrivateData: {
      actionIds: ['a0'],
      params: { action: 'a', form: { t_x: '1', s_y: { index: 0, value: 'v' } } },
    },
  }),
}
const form = {
  ...{ key: 'website', name: '官网', source: 'website', allowOrigins: [], perMinute: 60 },
  ...{ required: ['name' as const, 'phone' as const], mailDomains: [] },
}

export const targets: readonly Target[] = [
  {
    name: 'wecom callback',
    samples: [
      callback('<MsgType>text</MsgType><Content><![CDATA[帮助]]></Content><MsgId>73</MsgId>'),
      callback(
        '<MsgType>event</MsgType><Event>template_card_event</Event><EventKey>accept</EventKey><TaskId>t1</TaskId><CardType>button_interaction</CardType><ResponseCode>r</ResponseCode><SelectedItems><SelectedItem><QuestionKey>q</QuestionKey><OptionIds><OptionId>o</OptionId></OptionIds></SelectedItem></SelectedItems>',
      ),
      callback(
        '<MsgType>event</MsgType><Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>a</UserID>',
      ),
      callback(
        '<MsgType>event</MsgType><Event>kf_msg_or_event</Event><Token>t</Token><OpenKfId>wk1</OpenKfId>',
      ),
    ],
    read: (bytes) => decodeCallback(parseXml(words(bytes))),
  },
  {
    name: 'wecom bot',
    samples: [
      json({
        msgid: 'm',
        aibotid: 'b',
        chattype: 'group',
        chatid: 'c',
        from: { userid: 'u' },
        msgtype: 'text',
        text: { content: '@跟进 帮助' },
      }),
      json({
        msgid: 'm',
        create_time: 1700000000,
        from: { userid: 'u' },
        msgtype: 'event',
        event: { eventtype: 'template_card_event', template_card_event: { event_key: 'k', task_id: 't' } },
      }),
    ],
    read: (bytes) => decodeBotFrame(loose(bytes), now),
  },
  {
    name: 'wecom customer service',
    samples: [
      json({
        msgid: 'm',
        open_kfid: 'wk',
        external_userid: 'wm',
        send_time: 1700000000,
        origin: 3,
        msgtype: 'text',
        text: { content: '报价' },
      }),
    ],
    // As the client does: what has no such shape is left out and counted.
    read(bytes) {
      const message = customerMessage.safeParse(loose(bytes))
      return message.success ? decodeCustomerMessage(message.data) : null
    },
  },
  {
    name: 'wecom cipher',
    samples: [
      Buffer.from('Q3stYC6hdFzMh9T8HCvyDDJ0jntEfSnqZuHLcMF9RS1OTqeiayFSEpJEbxmgu3cQkQGaqW/ILcVRO5bgaXrgWA=='),
    ],
    read: (bytes) => decryptMessage(wecomKey, words(bytes), ['ww0000000000000001']),
  },
  {
    name: 'dingtalk frame',
    samples: [
      json({
        specVersion: '1.0',
        type: 'CALLBACK',
        headers: { topic: '/v1.0/im/bot/messages/get', messageId: 'f1' },
        data: JSON.stringify(robot),
      }),
    ],
    read: (bytes) => readFrame(words(bytes)),
  },
  {
    name: 'dingtalk robot',
    samples: [json(robot), json({ ...robot, msgtype: 'richText', content: { richText: [{ text: 'a' }] } })],
    read: (bytes) => messageEvent(decodeRobotMessage(readObject(words(bytes))), 'corp1', now),
  },
  { name: 'dingtalk tap', samples: [json(tap)], read: (bytes) => decodeTap(readObject(words(bytes))) },
  {
    name: 'dingtalk event',
    samples: [json({ userId: ['u1'], eventId: 'e', optStaffId: 'o' }), json({ deptId: [100, '200'] })],
    read: (bytes) =>
      directoryEvent(
        { eventType: 'user_modify_org', eventId: 'e1', bornAt: '1700000000000' },
        readObject(words(bytes)),
        now,
      ),
  },
  {
    name: 'dingtalk cipher',
    samples: [Buffer.from('Q3stYC6hdFzMh9T8HCvyDDJ0jntEfSnqZuHLcMF9RS1OTqeiayFSEpJEbxmgu3cQ')],
    read(bytes) {
      const text = words(bytes)
      const stamp = { timestamp: '1700000000000', nonce: 'n1' }
      const signature = signParts('tok', stamp.timestamp, stamp.nonce, text)
      return openSealed(dingtalkKeys, { ...stamp, signature }, text, ['ding1'])
    },
  },
  {
    name: 'feishu event',
    samples: [
      json(said({})),
      json(said({ mentions: [{ key: '@_user_1', id: { open_id: 'ou_bot' }, name: 'x' }] })),
    ],
    read: (bytes) => decodeEvent(parseObject(words(bytes)), receiver),
  },
  {
    name: 'feishu card',
    samples: [
      json({
        open_id: 'ou_1',
        open_message_id: 'om',
        token: 'c',
        action: {
          tag: 'button',
          value: { r: 'ref', a: 'accept', i: { x: 'date' } },
          form_value: { x: '2026-01-02 +0800' },
        },
      }),
    ],
    read: (bytes) => decodeCardFrame(parseObject(words(bytes)), receiver),
  },
  {
    name: 'feishu frame',
    samples: [
      writeFrame({
        ...{ seqId: 1, logId: 2, service: 3, method: 1 },
        headers: [
          ['type', 'event'],
          ['message_id', 'm'],
        ],
        payload: json(said({})),
      }),
    ],
    read: (bytes) => decodeFrame(bytes),
  },
  {
    name: 'feishu body',
    samples: [
      json({ encrypt: 'Q3stYC6hdFzMh9T8HCvyDDJ0jntEfSnq' }),
      json({ challenge: 'c', type: 'url_verification' }),
    ],
    read: (bytes) => openBody(words(bytes), feishuKey),
  },
  {
    name: 'feishu cipher',
    samples: [Buffer.from('P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=')],
    read: (bytes) => decrypt(feishuKey, words(bytes)),
  },
  {
    name: 'form',
    samples: [
      json({ name: '张总', phone: '13800138000', company: '宏达', budget: '20万', email: 'a@example.com' }),
    ],
    read(bytes) {
      const value = loose(bytes)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
      const texts = Object.entries(value).filter(
        (pair): pair is [string, string] => typeof pair[1] === 'string',
      )
      return readForm(form, Object.fromEntries(texts))
    },
  },
  {
    name: 'import',
    samples: [
      Buffer.from('\uFEFF姓名,手机号,公司,需求,预算\r\n张总,13800138000,"宏达, 机械","要 ""报价""",20万\r\n'),
      Buffer.from('name;phone;note\nZhang;13800138000;a\n\n;;\n'),
      // 姓名,电话 and a row, in GBK.
      Buffer.from('d0d5c3fb2cb5e7bbb00d0ad5c5d7dc2c31333830303133383030300d0a', 'hex'),
      Buffer.from('"姓名"\t"电话"\n"多\n行"\t13800138000'),
    ],
    read: (bytes) => readCsv(decodeText(bytes), importHeadings),
  },
  ...receipts,
  ...envelopes,
]
