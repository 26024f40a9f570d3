/**
 * What an installation says about each platform; null where it is not used. Every address is a setting: private
 * deployments have their own hosts.
 */
export interface PlatformSettings {
  wecom: WecomSettings | null
  dingtalk: DingtalkSettings | null
  feishu: FeishuSettings | null
}

export interface WecomSettings {
  corpId: string
  agentId: string
  secret: string
  /** Token and EncodingAESKey of the app's callback; null: nothing comes in, and cards have no buttons. */
  callback: { token: string; aesKey: string } | null
  /** AI bot over its WebSocket, for @ conversation in internal groups. */
  bot: { id: string; secret: string } | null
  /** Customer service: its own secret, and its callback where that differs from the app's. */
  customerService: { secret: string; token: string; aesKey: string } | null
  /** Secret of the contact-sync assistant: the whole member list, where it is given. */
  contactSecret: string | null
  /** The assistant's own callback; null: changes of the organisation come by the app's callback only. */
  contactCallback: { token: string; aesKey: string } | null
  /** A module of the installation's own that reads the paid conversation archive: its path. */
  archiveModule: string | null
  apiUrl: string
  oauthUrl: string
  loginUrl: string
  botUrl: string
}

export interface DingtalkSettings {
  corpId: string
  clientId: string
  clientSecret: string
  robotCode: string
  /** Agent id for work notices and in-app pages; null: no work notices. */
  agentId: string | null
  mode: 'stream' | 'http'
  /** Token and aes key of the HTTP event subscription; needed in `http` mode. */
  callback: { token: string; aesKey: string } | null
  /** Ids of the imported card templates, by the name of the shipped file. */
  templates: { notice: string | null; form: string | null }
  apiUrl: string
  oldApiUrl: string
  loginUrl: string
}

export interface FeishuSettings {
  appId: string
  appSecret: string
  mode: 'socket' | 'webhook'
  /** Needed in `webhook` mode; with them the signature of each request is checked. */
  verificationToken: string | null
  encryptKey: string | null
  /** Only people of this tenant may sign in; null: the tenant that the app belongs to, as the platform says. */
  tenantKey: string | null
  domain: string
  accountsUrl: string
}
