import { createHmac } from 'node:crypto'
import type { Provider } from '../../adapters/outreach/provider.js'
import { createTencentSms } from '../../adapters/outreach/tencent-sms.js'
import { createTencentVoice } from '../../adapters/outreach/tencent-voice.js'
import { createOutreachWebhook } from '../../adapters/outreach/webhook.js'
import { createManualClock } from '../../core/ports/clock.js'
import type { OutreachReceipt } from '../../core/ports/outreach.js'
import type { TencentSettings } from '../../core/ports/outreach-settings.js'
import type { Webhook } from '../../core/ports/webhook.js'
import type { Target } from './targets.js'

const secret = 'the secret of the gateway'
const clock = createManualClock('2026-03-18T02:00:00Z')
const timestamp = String(clock.now().getTime() / 1000)
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const signed = (body: Buffer): string =>
  createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
const url = 'https://gateway.example.com'
const tencent: TencentSettings = {
  ...{ secretId: 'id', secretKey: 'key', receiptToken: 'token' },
  sms: { url, appId: '1', sign: '跟进', templateId: '1' },
  voice: { url, appId: '1', templateId: '1' },
}

/** What got in is as the product stores it: a broken receipt must not pass for a good one. */
async function take(receipts: readonly OutreachReceipt[]): Promise<void> {
  for (const { providerMessageId: id, state, code } of receipts)
    if (
      !id ||
      id.length > 128 ||
      !['delivered', 'read', 'failed'].includes(state) ||
      (code?.length ?? 0) > 100
    )
      throw new RangeError(`a receipt that cannot be stored: ${JSON.stringify({ id, state, code })}`)
}

function hookOf(provider: Provider | null): Webhook {
  const [hook] = provider?.webhooks?.(() => take) ?? []
  if (!hook) throw new Error('no receipts are taken')
  return hook
}

const gateway = hookOf(createOutreachWebhook({ url, secret, channels: ['sms'] }, clock))
const sms = hookOf(createTencentSms(tencent))
const voice = hookOf(createTencentVoice(tencent, clock))

/** Bytes as a report that was really sent: the signature is right, whatever they say. 503 tells of a throw inside. */
async function report(hook: Webhook, body: Buffer): Promise<void> {
  const { status } = await hook.handle({
    ...{ method: 'POST', query: new URLSearchParams({ token: 'token' }), body, ip: '127.0.0.1' },
    headers: { 'x-genjin-timestamp': timestamp, 'x-genjin-signature': signed(body) },
  })
  if (status !== 200 && status !== 400) throw new RangeError(`a receipt was answered ${status}`)
}

export const receipts: readonly Target[] = [
  {
    name: 'receipts of the gateway',
    samples: [
      json({ receipts: [{ id: 'm-1', state: 'delivered' }] }),
      json({
        receipts: [
          { id: 'm-1', state: 'failed', code: 'no_route' },
          { id: 'm-2', state: 'read' },
        ],
      }),
    ],
    read: (bytes) => report(gateway, bytes),
  },
  {
    name: 'receipts of text messages',
    samples: [
      json([{ sid: '2026:1', report_status: 'SUCCESS', mobile: '13800138000', nationcode: '86' }]),
      json([{ sid: '2026:2', report_status: 'FAIL', errmsg: 'MN:0011', description: '关机' }]),
    ],
    read: (bytes) => report(sms, bytes),
  },
  {
    name: 'receipts of calls',
    samples: [
      json({ voiceprompt_callback: { callid: 'c-1', result: '0', mobile: '13800138000' } }),
      json({ voicekey_callback: { callid: 'c-2', keypress: '1' } }),
    ],
    read: (bytes) => report(voice, bytes),
  },
]
