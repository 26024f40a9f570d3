import { z } from 'zod'
import { outreachChannels } from './ports/outreach.js'
import type { OutreachSettings } from './ports/outreach-settings.js'

/** Variables of the ways outside the messenger: mail, text messages, calls. */

const text = z.string().min(1).max(512)
const optional = (description: string, schema: z.ZodType<string> = text) => ({
  description,
  schema: schema.optional(),
})
const address = (fallback: string) => z.url({ protocol: /^https?$/ }).default(fallback)

export const outreachVariables = {
  SMTP_URL: optional(
    'Mail server, e.g. smtps://user:password@smtp.example.com:465. Without it no mail is sent.',
    z.string().regex(/^smtps?:\/\/.+$/, 'must begin with smtp:// or smtps://'),
  ),
  MAIL_FROM: optional(
    'Sender of mails, e.g. 跟进 <crm@example.com>.',
    z.string().regex(/@/, 'must hold an address'),
  ),
  TENCENT_SECRET_ID: optional('Tencent Cloud: SecretId, for text messages and calls.'),
  TENCENT_SECRET_KEY: optional('Tencent Cloud: SecretKey.'),
  TENCENT_SMS_APP_ID: optional('Tencent Cloud SMS: SdkAppId.', z.string().regex(/^\d+$/)),
  TENCENT_SMS_SIGN: optional('Tencent Cloud SMS: approved signature (签名内容).'),
  TENCENT_SMS_TEMPLATE_ID: optional('Tencent Cloud SMS: id of an approved template with one place {1}.'),
  TENCENT_SMS_URL: {
    description: 'Tencent Cloud SMS: API host.',
    schema: address('https://sms.tencentcloudapi.com'),
  },
  TENCENT_VOICE_APP_ID: optional('Tencent Cloud voice: VoiceSdkAppid.', z.string().regex(/^\d+$/)),
  TENCENT_VOICE_TEMPLATE_ID: optional('Tencent Cloud voice: id of an approved template with one place {1}.'),
  TENCENT_VOICE_URL: {
    description: 'Tencent Cloud voice: API host.',
    schema: address('https://vms.tencentcloudapi.com'),
  },
  TENCENT_RECEIPT_TOKEN: optional(
    'Secret in the address that receipts come to: PUBLIC_URL/hooks/outreach/tencent-sms?token=…',
    z.string().min(16, 'must have at least 16 characters').max(128),
  ),
  OUTREACH_WEBHOOK_URL: optional(
    'Own gateway that takes signed orders for text messages, calls or mail.',
    z.url({ protocol: /^https?$/ }),
  ),
  OUTREACH_WEBHOOK_SECRET: optional(
    'Secret that orders and receipts of the own gateway are signed with.',
    z.string().min(16, 'must have at least 16 characters').max(256),
  ),
  OUTREACH_WEBHOOK_CHANNELS: {
    description: 'What the own gateway takes: sms, voice, mail, with commas.',
    schema: z
      .string()
      .transform((list) => list.split(',').map((name) => name.trim()))
      .pipe(z.array(z.enum(outreachChannels, `must be some of ${outreachChannels.join(',')}`)))
      .default(['sms', 'voice']),
  },
} as const

type Schemas = { [K in keyof typeof outreachVariables]: (typeof outreachVariables)[K]['schema'] }
export type OutreachVariables = z.infer<z.ZodObject<Schemas>>
type Name = keyof OutreachVariables

/** The first needs the others. */
const groups: readonly (readonly [Name, ...Name[]])[] = [
  ['SMTP_URL', 'MAIL_FROM'],
  ['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY'],
  ['TENCENT_SMS_APP_ID', 'TENCENT_SMS_SIGN', 'TENCENT_SMS_TEMPLATE_ID', 'TENCENT_SECRET_ID'],
  ['TENCENT_VOICE_APP_ID', 'TENCENT_VOICE_TEMPLATE_ID', 'TENCENT_SECRET_ID'],
  ['OUTREACH_WEBHOOK_URL', 'OUTREACH_WEBHOOK_SECRET'],
]

/** The settings out of the variables, and what is missing, each with the variable to set. */
export function readOutreach(v: OutreachVariables): {
  outreach: OutreachSettings
  problems: { variable: string; problem: string }[]
} {
  const problems = groups.flatMap(([first, ...rest]) =>
    v[first]
      ? rest.filter((name) => !v[name]).map((variable) => ({ variable, problem: `is needed with ${first}` }))
      : [],
  )
  const { TENCENT_SMS_SIGN: sign, TENCENT_SMS_TEMPLATE_ID: smsTemplate } = v
  const { TENCENT_VOICE_APP_ID: voiceApp, TENCENT_VOICE_TEMPLATE_ID: voiceTemplate } = v
  return {
    problems,
    outreach: {
      mail: v.SMTP_URL && v.MAIL_FROM ? { url: v.SMTP_URL, from: v.MAIL_FROM } : null,
      tencent:
        v.TENCENT_SECRET_ID && v.TENCENT_SECRET_KEY
          ? {
              secretId: v.TENCENT_SECRET_ID,
              secretKey: v.TENCENT_SECRET_KEY,
              sms:
                v.TENCENT_SMS_APP_ID && sign && smsTemplate
                  ? { appId: v.TENCENT_SMS_APP_ID, sign, templateId: smsTemplate, url: v.TENCENT_SMS_URL }
                  : null,
              voice:
                voiceApp && voiceTemplate
                  ? { appId: voiceApp, templateId: voiceTemplate, url: v.TENCENT_VOICE_URL }
                  : null,
              receiptToken: v.TENCENT_RECEIPT_TOKEN ?? null,
            }
          : null,
      webhook:
        v.OUTREACH_WEBHOOK_URL && v.OUTREACH_WEBHOOK_SECRET
          ? {
              url: v.OUTREACH_WEBHOOK_URL,
              secret: v.OUTREACH_WEBHOOK_SECRET,
              channels: v.OUTREACH_WEBHOOK_CHANNELS,
            }
          : null,
    },
  }
}
