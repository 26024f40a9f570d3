/** What an installation says about its ways outside the messenger; null where one is not used. */
export interface OutreachSettings {
  mail: MailSettings | null
  tencent: TencentSettings | null
  webhook: OutreachWebhookSettings | null
}

export interface MailSettings {
  /** `smtp://user:password@host:587`, `smtps://…:465`. */
  url: string
  /** `跟进 <crm@example.com>`. */
  from: string
}

export interface TencentSettings {
  secretId: string
  secretKey: string
  sms: { appId: string; sign: string; templateId: string; url: string } | null
  voice: { appId: string; templateId: string; url: string } | null
  /** Unguessable part of the address that receipts come to: Tencent Cloud signs nothing there. */
  receiptToken: string | null
}

export interface OutreachWebhookSettings {
  url: string
  secret: string
  channels: readonly ('sms' | 'voice' | 'mail')[]
}
