import { z } from 'zod'
import { localDate } from './calendar.js'

/** Things outside the product that stop working on a day: licences, certificates, signatures, secrets. */
export const credentialsSchema = z.strictObject({
  items: z
    .array(
      z.strictObject({
        key: z
          .string()
          .regex(/^[a-z0-9-]{1,26}$/, '小写字母、数字和短横线，最多 26 个')
          .describe('代号'),
        name: z.string().min(1).max(60).describe('名称，例如：企业微信接口许可、域名证书、短信签名'),
        expiresOn: localDate.describe('到期日'),
        renew: z.string().max(200).describe('到哪里续期，写给收到提醒的人看'),
      }),
    )
    .max(100)
    .refine((items) => new Set(items.map(({ key }) => key)).size === items.length, '代号不能重复')
    .describe('会到期的东西'),
})
export type Credentials = z.infer<typeof credentialsSchema>
export type Credential = Credentials['items'][number]

/** Nothing is known to expire until somebody writes it down. */
export const credentialsDefault: Credentials = { items: [] }
