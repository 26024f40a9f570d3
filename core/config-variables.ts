import { z } from 'zod'

/**
 * Variables of the messenger platforms. A platform is used when its first variable is set; what belongs together is
 * checked together in `readPlatforms`.
 */

const secretText = z.string().min(1).max(512)
const address = (fallback: string) => z.url({ protocol: /^https?$/ }).default(fallback)
const aesKey = z
  .string()
  .regex(/^[A-Za-z0-9]{43}$/, 'must be the 43 letters and digits that the console shows')
const optional = (description: string, schema: z.ZodType<string> = secretText) => ({
  description,
  schema: schema.optional(),
})

export const platformVariables = {
  WECOM_CORP_ID: optional('WeCom: company id (企业ID). Set it to use WeCom.'),
  WECOM_AGENT_ID: optional('WeCom: AgentId of the self-built app.', z.string().regex(/^\d{1,12}$/)),
  WECOM_SECRET: optional('WeCom: Secret of the self-built app.'),
  WECOM_TOKEN: optional('WeCom: Token of the app’s message callback (接收消息).', z.string().min(1).max(32)),
  WECOM_AES_KEY: optional('WeCom: EncodingAESKey of the app’s message callback.', aesKey),
  WECOM_BOT_ID: optional('WeCom: id of the AI bot (智能机器人) with a long connection.'),
  WECOM_BOT_SECRET: optional('WeCom: long-connection Secret of the AI bot.'),
  WECOM_KF_SECRET: optional('WeCom: Secret of customer service (微信客服), to see what customers write.'),
  WECOM_KF_TOKEN: optional(
    'WeCom: Token of customer service’s callback. Default: the app’s.',
    z.string().min(1).max(32),
  ),
  WECOM_KF_AES_KEY: optional(
    'WeCom: EncodingAESKey of customer service’s callback. Default: the app’s.',
    aesKey,
  ),
  WECOM_CONTACT_SECRET: optional(
    'WeCom: Secret of the contact-sync assistant (通讯录同步), for the whole member list.',
  ),
  WECOM_CONTACT_TOKEN: optional(
    'WeCom: Token of the contact-sync assistant’s own callback, where it has one.',
    z.string().min(1).max(32),
  ),
  WECOM_CONTACT_AES_KEY: optional('WeCom: EncodingAESKey of the contact-sync assistant’s callback.', aesKey),
  WECOM_ARCHIVE_MODULE: optional(
    'WeCom: path of your own module that reads the paid conversation archive (会话内容存档).',
  ),
  WECOM_API_URL: {
    description: 'WeCom: API host; differs in private deployments.',
    schema: address('https://qyapi.weixin.qq.com'),
  },
  WECOM_OAUTH_URL: {
    description: 'WeCom: host of the sign-in page inside the client.',
    schema: address('https://open.weixin.qq.com'),
  },
  WECOM_LOGIN_URL: {
    description: 'WeCom: host of the sign-in page in a browser.',
    schema: address('https://login.work.weixin.qq.com'),
  },
  WECOM_BOT_URL: {
    description: 'WeCom: WebSocket address of the AI bot.',
    schema: z.url({ protocol: /^wss?$/ }).default('wss://openws.work.weixin.qq.com'),
  },
  DINGTALK_CLIENT_ID: optional('DingTalk: Client ID (AppKey) of the app. Set it to use DingTalk.'),
  DINGTALK_CLIENT_SECRET: optional('DingTalk: Client Secret (AppSecret).'),
  DINGTALK_CORP_ID: optional('DingTalk: CorpId of the company.'),
  DINGTALK_ROBOT_CODE: optional('DingTalk: robotCode. Default: the Client ID.'),
  DINGTALK_AGENT_ID: optional(
    'DingTalk: AgentId of the app, for work notices.',
    z.string().regex(/^\d{1,15}$/),
  ),
  DINGTALK_MODE: {
    description: 'DingTalk: stream (long connection, no public address) or http (callbacks to PUBLIC_URL).',
    schema: z.enum(['stream', 'http']).default('stream'),
  },
  DINGTALK_TOKEN: optional('DingTalk: Token (签名 token) of the event subscription, in http mode.'),
  DINGTALK_AES_KEY: optional('DingTalk: aes_key of the event subscription, in http mode.', aesKey),
  DINGTALK_NOTICE_TEMPLATE: optional('DingTalk: id of the imported card template for notices and buttons.'),
  DINGTALK_FORM_TEMPLATE: optional('DingTalk: id of the imported card template for forms.'),
  DINGTALK_API_URL: { description: 'DingTalk: new API host.', schema: address('https://api.dingtalk.com') },
  DINGTALK_OLD_API_URL: {
    description: 'DingTalk: old API host.',
    schema: address('https://oapi.dingtalk.com'),
  },
  DINGTALK_LOGIN_URL: {
    description: 'DingTalk: host of the sign-in page in a browser.',
    schema: address('https://login.dingtalk.com'),
  },
  DINGTALK_PAGE_SCRIPT_URL: {
    description: 'DingTalk: script that pages load inside its client (JSAPI).',
    schema: address('https://g.alicdn.com/dingding/dingtalk-jsapi/3.0.25/dingtalk.open.js'),
  },
  FEISHU_APP_ID: optional(
    'Feishu: App ID. Set it to use Feishu.',
    z.string().regex(/^cli_[0-9a-fA-F]{16}$/, 'must be cli_ and 16 hexadecimal digits'),
  ),
  FEISHU_APP_SECRET: optional('Feishu: App Secret.'),
  FEISHU_MODE: {
    description: 'Feishu: socket (long connection, no public address) or webhook (callbacks to PUBLIC_URL).',
    schema: z.enum(['socket', 'webhook']).default('socket'),
  },
  FEISHU_VERIFICATION_TOKEN: optional('Feishu: Verification Token, in webhook mode.'),
  FEISHU_ENCRYPT_KEY: optional('Feishu: Encrypt Key, in webhook mode.'),
  FEISHU_TENANT_KEY: optional(
    'Feishu: tenant_key of the company. Default: the tenant that the app belongs to.',
  ),
  FEISHU_DOMAIN: {
    description: 'Feishu: API host, e.g. https://open.larksuite.com for Lark.',
    schema: address('https://open.feishu.cn'),
  },
  FEISHU_ACCOUNTS_URL: {
    description: 'Feishu: host of the sign-in page.',
    schema: address('https://accounts.feishu.cn'),
  },
  FEISHU_PAGE_SCRIPT_URL: {
    description: 'Feishu: script that pages load inside its client (H5 JSSDK).',
    schema: address('https://lf-scm-cn.feishucdn.com/lark/op/h5-js-sdk-1.5.34.js'),
  },
} as const
