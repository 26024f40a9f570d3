import { z } from 'zod'
import type { TencentSettings } from '../../core/ports/outreach-settings.js'
import type { OutreachReceipt } from '../../core/ports/outreach.js'
import { connectionError, providerTimeoutMs, toE164, type Provider } from './provider.js'
import { receiptHook } from './tencent-receipts.js'
import { tencentError } from './tencent-codes.js'

const name = 'tencent-sms'

interface SmsClient {
  SendSms(request: object): Promise<{ SendStatusSet?: { Code?: string; SerialNo?: string }[] }>
}

/**
 * Text messages through Tencent Cloud. It sends only texts that it has approved: the template has one place `{1}`,
 * which takes the reminder's words.
 *
 * @see https://cloud.tencent.com/document/product/382/55981
 */
export function createTencentSms(settings: TencentSettings): Provider | null {
  const { sms, secretId, secretKey, receiptToken } = settings
  if (!sms) return null
  const endpoint = new URL(sms.url)
  let client: Promise<SmsClient> | undefined
  // Loaded with the first message: the SDK is heavy.
  const open = async (): Promise<SmsClient> => {
    const sdk = await import('tencentcloud-sdk-nodejs-sms')
    return new sdk.sms.v20210111.Client({
      credential: { secretId, secretKey },
      region: 'ap-guangzhou',
      profile: {
        httpProfile: {
          endpoint: endpoint.host,
          protocol: `${endpoint.protocol}//`,
          reqTimeout: providerTimeoutMs / 1000,
        },
      },
    })
  }

  return {
    name,
    channels: ['sms'],
    async send({ to, text, idempotencyKey }) {
      client ??= open()
      const sdk = await client
      const answer = await sdk
        .SendSms({
          PhoneNumberSet: [toE164(to)],
          SmsSdkAppId: sms.appId,
          SignName: sms.sign,
          TemplateId: sms.templateId,
          TemplateParamSet: [asParameter(text)],
          SessionContext: idempotencyKey.slice(0, 512),
        })
        .catch((error: unknown) => {
          throw sdkError(error)
        })
      const status = answer.SendStatusSet?.[0]
      // The call may be fine and the number refused: the answer of each number counts.
      if (status?.Code !== 'Ok') throw tencentError(name, status?.Code ?? 'no_status')
      return { provider: name, providerMessageId: status.SerialNo ?? null }
    },
    webhooks: (sink) =>
      receiptHook({ path: 'outreach/tencent-sms', token: receiptToken, read: readReceipts, sink }),
  }
}

/** Marketing-like lengths are refused; a place in a template takes 12 characters for individuals, more for companies. */
const asParameter = (text: string): string => text.replaceAll(/[【】\r\n]/g, ' ').slice(0, 60)

function sdkError(error: unknown) {
  if (typeof error === 'object' && error !== null) {
    if ('code' in error && typeof error.code === 'string' && error.code.includes('.'))
      return tencentError(name, error.code, error)
    if ('code' in error && typeof error.code === 'string' && /^[A-Z][a-z]/.test(error.code))
      return tencentError(name, error.code, error)
    if ('httpCode' in error && typeof error.httpCode === 'number')
      return tencentError(name, error.httpCode >= 500 ? 'InternalError' : `http_${error.httpCode}`, error)
    // The SDK keeps only the words of what the network said.
    const words = 'message' in error ? String(error.message) : ''
    const code = /\b(E[A-Z]{4,})\b/.exec(words)?.[1]
    return connectionError(name, code ? { code } : error)
  }
  return connectionError(name, error)
}

/** @see https://cloud.tencent.com/document/product/382/37809 */
const receipts = z.array(
  z.object({
    sid: z.string().min(1).max(128),
    report_status: z.enum(['SUCCESS', 'FAIL']),
    errmsg: z.string().optional(),
  }),
)

function readReceipts(body: unknown): OutreachReceipt[] | null {
  const parsed = receipts.safeParse(body)
  if (!parsed.success) return null
  return parsed.data.map(({ sid, report_status: status, errmsg }) => ({
    provider: name,
    providerMessageId: sid,
    state: status === 'SUCCESS' ? ('delivered' as const) : ('failed' as const),
    ...(status === 'FAIL' && errmsg ? { code: errmsg.slice(0, 100) } : {}),
  }))
}
