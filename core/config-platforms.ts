import type { PlatformSettings } from './ports/platform-settings.js'
import type { platformVariables } from './config-variables.js'
import type { z } from 'zod'

type Schemas = { [K in keyof typeof platformVariables]: (typeof platformVariables)[K]['schema'] }
export type PlatformVariables = z.infer<z.ZodObject<Schemas>>
type Name = keyof PlatformVariables

interface Problem {
  variable: string
  problem: string
}

/** What has to be set together: the first switches the group on, the others it cannot do without. */
const groups: readonly (readonly Name[])[] = [
  ['WECOM_CORP_ID', 'WECOM_AGENT_ID', 'WECOM_SECRET'],
  ['WECOM_TOKEN', 'WECOM_AES_KEY'],
  ['WECOM_AES_KEY', 'WECOM_TOKEN'],
  ['WECOM_BOT_ID', 'WECOM_BOT_SECRET'],
  ['WECOM_BOT_SECRET', 'WECOM_BOT_ID'],
  ['WECOM_KF_TOKEN', 'WECOM_KF_AES_KEY', 'WECOM_KF_SECRET'],
  ['WECOM_CONTACT_TOKEN', 'WECOM_CONTACT_AES_KEY'],
  ['WECOM_CONTACT_AES_KEY', 'WECOM_CONTACT_TOKEN'],
  ['DINGTALK_CLIENT_ID', 'DINGTALK_CLIENT_SECRET', 'DINGTALK_CORP_ID'],
  ['DINGTALK_TOKEN', 'DINGTALK_AES_KEY'],
  ['FEISHU_APP_ID', 'FEISHU_APP_SECRET'],
]

/** Each platform's settings out of its variables, and what is missing, each with the variable to set. */
export function readPlatforms(v: PlatformVariables): { platforms: PlatformSettings; problems: Problem[] } {
  const problems = groups.flatMap(([first, ...rest]) =>
    first && v[first]
      ? rest.filter((name) => !v[name]).map((variable) => ({ variable, problem: `is needed with ${first}` }))
      : [],
  )
  if (v.DINGTALK_CLIENT_ID && v.DINGTALK_MODE === 'http' && !v.DINGTALK_TOKEN)
    problems.push({ variable: 'DINGTALK_TOKEN', problem: 'is needed with DINGTALK_MODE=http' })
  if (v.FEISHU_APP_ID && v.FEISHU_MODE === 'webhook' && !v.FEISHU_VERIFICATION_TOKEN)
    problems.push({ variable: 'FEISHU_VERIFICATION_TOKEN', problem: 'is needed with FEISHU_MODE=webhook' })
  return { platforms: { wecom: wecom(v), dingtalk: dingtalk(v), feishu: feishu(v) }, problems }
}

function wecom(v: PlatformVariables): PlatformSettings['wecom'] {
  if (!v.WECOM_CORP_ID || !v.WECOM_AGENT_ID || !v.WECOM_SECRET) return null
  const callback = v.WECOM_TOKEN && v.WECOM_AES_KEY ? { token: v.WECOM_TOKEN, aesKey: v.WECOM_AES_KEY } : null
  const kf = { token: v.WECOM_KF_TOKEN ?? v.WECOM_TOKEN, aesKey: v.WECOM_KF_AES_KEY ?? v.WECOM_AES_KEY }
  return {
    corpId: v.WECOM_CORP_ID,
    agentId: v.WECOM_AGENT_ID,
    secret: v.WECOM_SECRET,
    callback,
    bot: v.WECOM_BOT_ID && v.WECOM_BOT_SECRET ? { id: v.WECOM_BOT_ID, secret: v.WECOM_BOT_SECRET } : null,
    customerService:
      v.WECOM_KF_SECRET && kf.token && kf.aesKey
        ? { secret: v.WECOM_KF_SECRET, token: kf.token, aesKey: kf.aesKey }
        : null,
    contactSecret: v.WECOM_CONTACT_SECRET ?? null,
    contactCallback:
      v.WECOM_CONTACT_TOKEN && v.WECOM_CONTACT_AES_KEY
        ? { token: v.WECOM_CONTACT_TOKEN, aesKey: v.WECOM_CONTACT_AES_KEY }
        : null,
    archiveModule: v.WECOM_ARCHIVE_MODULE ?? null,
    apiUrl: v.WECOM_API_URL,
    oauthUrl: v.WECOM_OAUTH_URL,
    loginUrl: v.WECOM_LOGIN_URL,
    botUrl: v.WECOM_BOT_URL,
  }
}

function dingtalk(v: PlatformVariables): PlatformSettings['dingtalk'] {
  if (!v.DINGTALK_CLIENT_ID || !v.DINGTALK_CLIENT_SECRET || !v.DINGTALK_CORP_ID) return null
  return {
    corpId: v.DINGTALK_CORP_ID,
    clientId: v.DINGTALK_CLIENT_ID,
    clientSecret: v.DINGTALK_CLIENT_SECRET,
    robotCode: v.DINGTALK_ROBOT_CODE ?? v.DINGTALK_CLIENT_ID,
    agentId: v.DINGTALK_AGENT_ID ?? null,
    mode: v.DINGTALK_MODE,
    callback:
      v.DINGTALK_TOKEN && v.DINGTALK_AES_KEY ? { token: v.DINGTALK_TOKEN, aesKey: v.DINGTALK_AES_KEY } : null,
    templates: { notice: v.DINGTALK_NOTICE_TEMPLATE ?? null, form: v.DINGTALK_FORM_TEMPLATE ?? null },
    apiUrl: v.DINGTALK_API_URL,
    oldApiUrl: v.DINGTALK_OLD_API_URL,
    loginUrl: v.DINGTALK_LOGIN_URL,
  }
}

function feishu(v: PlatformVariables): PlatformSettings['feishu'] {
  if (!v.FEISHU_APP_ID || !v.FEISHU_APP_SECRET) return null
  return {
    appId: v.FEISHU_APP_ID,
    appSecret: v.FEISHU_APP_SECRET,
    mode: v.FEISHU_MODE,
    verificationToken: v.FEISHU_VERIFICATION_TOKEN ?? null,
    encryptKey: v.FEISHU_ENCRYPT_KEY ?? null,
    tenantKey: v.FEISHU_TENANT_KEY ?? null,
    domain: v.FEISHU_DOMAIN,
    accountsUrl: v.FEISHU_ACCOUNTS_URL,
  }
}
