import { z } from 'zod'

/** Web forms that may post leads. The key is part of the address and no secret: limits and rules protect the way in. */
export const intakeFormSchema = z.strictObject({
  key: z.string().regex(/^[a-z0-9-]{3,40}$/),
  name: z.string().min(1).max(40),
  source: z.string().min(1).max(20),
  allowOrigins: z.array(z.string().regex(/^https?:\/\/[^/]+$/, '写到域名为止，如 https://www.example.com')),
  perMinute: z.number().int().min(1).max(600).describe('同一地址每分钟最多提交几次'),
  required: z.array(z.enum(['name', 'phone', 'company', 'need'])).describe('必填项'),
  mailDomains: z.array(z.string()).describe('只接受这些邮箱域名；空为不限'),
})
export type IntakeForm = z.infer<typeof intakeFormSchema>

export const intakeSchema = z.strictObject({ forms: z.array(intakeFormSchema).max(50) })
export type IntakeRules = z.infer<typeof intakeSchema>

export const intakeDefault: IntakeRules = {
  forms: [
    {
      key: 'website',
      name: '官网咨询',
      source: 'form',
      allowOrigins: ['http://localhost:3000', 'http://127.0.0.1:3000'],
      perMinute: 20,
      required: ['name', 'phone'],
      mailDomains: [],
    },
  ],
}
