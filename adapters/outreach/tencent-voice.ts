import { z } from 'zod'
import type { Clock } from '../../core/ports/clock.js'
import type { TencentSettings } from '../../core/ports/outreach-settings.js'
import type { OutreachReceipt } from '../../core/ports/outreach.js'
import { connectionError, providerTimeoutMs, toE164, type Provider } from './provider.js'
import { receiptHook } from './tencent-receipts.js'
import { tencentError } from './tencent-codes.js'
import { authorization } from './tencent-sign.js'

const name = 'tencent-voice'

const answerSchema = z.object({
  Response: z.object({
    SendStatus: z.object({ CallId: z.string() }).optional(),
    Error: z.object({ Code: z.string(), Message: z.string() }).optional(),
  }),
})

/**
 * Calls that read a reminder aloud, through Tencent Cloud's voice messages. There is no SDK of it on npm: one request,
 * signed here. The approved template has one place `{1}`.
 *
 * @see https://cloud.tencent.com/document/product/1128/51558 (SendTtsVoice, 2020-09-02)
 */
export function createTencentVoice(settings: TencentSettings, clock: Clock): Provider | null {
  const { voice, secretId, secretKey, receiptToken } = settings
  if (!voice) return null
  const host = new URL(voice.url).hostname

  async function post(body: string): Promise<Response> {
    const timestamp = Math.floor(clock.now().getTime() / 1000)
    return fetch(voice?.url ?? '', {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(providerTimeoutMs),
      headers: {
        'content-type': 'application/json',
        authorization: authorization({ secretId, secretKey, service: 'vms', host, body, timestamp }),
        'x-tc-action': 'SendTtsVoice',
        'x-tc-version': '2020-09-02',
        'x-tc-region': 'ap-guangzhou',
        'x-tc-timestamp': String(timestamp),
      },
    })
  }

  return {
    name,
    channels: ['voice'],
    async send({ to, text, idempotencyKey }) {
      const body = JSON.stringify({
        TemplateId: voice.templateId,
        CalledNumber: toE164(to),
        VoiceSdkAppid: voice.appId,
        TemplateParamSet: [text.slice(0, 100)],
        PlayTimes: 2,
        SessionContext: idempotencyKey,
      })
      const response = await post(body).catch((error: unknown) => {
        throw connectionError(name, error)
      })
      const read: unknown = await response.json().catch(() => null)
      const answer = answerSchema.safeParse(read)
      if (!answer.success) throw tencentError(name, response.status >= 500 ? 'InternalError' : 'bad_answer')
      const { Error: refused, SendStatus: status } = answer.data.Response
      if (refused) throw tencentError(name, refused.Code)
      return { provider: name, providerMessageId: status?.CallId ?? null }
    },
    webhooks: (sink) =>
      receiptHook({ path: 'outreach/tencent-voice', token: receiptToken, read: readReceipts, sink }),
  }
}

/**
 * `result` 0 is an answered call; every other number a reason why nobody heard it.
 *
 * @see https://cloud.tencent.com/document/product/1128/37720
 */
const report = z.object({
  callid: z.string().min(1).max(128),
  result: z.union([z.string().max(90), z.number()]),
})
const reports = z.union([
  z.object({ voiceprompt_callback: report }),
  z.object({ voice_failure_callback: report.extend({ result: report.shape.result.optional() }) }),
])

function readReceipts(body: unknown): OutreachReceipt[] | null {
  const parsed = reports.safeParse(body)
  if (!parsed.success) return null
  if ('voice_failure_callback' in parsed.data) {
    const { callid, result } = parsed.data.voice_failure_callback
    return [
      { provider: name, providerMessageId: callid, state: 'failed', code: `call_${result ?? 'failed'}` },
    ]
  }
  const { callid, result } = parsed.data.voiceprompt_callback
  return String(result) === '0'
    ? [{ provider: name, providerMessageId: callid, state: 'read' }]
    : [{ provider: name, providerMessageId: callid, state: 'failed', code: `call_${result}` }]
}
