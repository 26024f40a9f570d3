import type { PlatformError } from '../errors.js'

/** What a refusal is about: the account written to, our own credentials, or this one message or moment. */
export type RefusalCause = 'recipient' | 'credentials' | 'other'

/**
 * Codes by which the platforms refuse an account, with what an admin reads.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90313 (WeCom, global codes)
 * @see https://open.dingtalk.com/document/orgapp/error-code (DingTalk)
 * @see https://open.feishu.cn/document/server-docs/im-v1/message/create (Feishu, 2300xx)
 */
const refusedAccounts: Readonly<Record<string, string>> = {
  'wecom 40003': '企业微信里没有这个成员账号',
  'wecom 60111': '企业微信里没有这个成员账号',
  'wecom 81013': '成员不在应用的可见范围内',
  'dingtalk 33012': '钉钉里没有这个用户',
  'dingtalk 60121': '钉钉里没有这个用户',
  'dingtalk staffId.notExisted': '钉钉里没有这个用户',
  'feishu 230013': '成员不在机器人的可用范围内',
  'feishu 230029': '成员已从飞书离职',
  'feishu 230053': '成员已停止接收机器人消息',
  'feishu 99992351': '飞书里没有这个账号',
  user_left: '成员已离职',
  user_not_found: '平台上没有这个账号',
  not_visible: '成员不在应用的可见范围内',
}

/** Codes by which they refuse us: nothing goes out until somebody mends it. */
const refusedCredentials: ReadonlySet<string> = new Set([
  ...['40001', '40013', '40056', '41001', '42001', '60020', '48002'].map((code) => `wecom ${code}`),
  ...['InvalidAuthentication', '40001', '88', '60020'].map((code) => `dingtalk ${code}`),
  'dingtalk Forbidden.AccessDenied.AccessTokenPermissionDenied',
  'dingtalk Forbidden.AccessDenied.IpNotInWhiteList',
  ...['10003', '10014', '99991662', '99991672', '99991673', '99991401'].map((code) => `feishu ${code}`),
  'bad_credentials',
])

/** The adapter's own word counts first; else the code is looked up. */
export function refusalCause({ platform, code, about }: PlatformError): RefusalCause {
  if (about) return about
  if (refusedAccounts[code] ?? refusedAccounts[`${platform} ${code}`]) return 'recipient'
  return refusedCredentials.has(code) || refusedCredentials.has(`${platform} ${code}`)
    ? 'credentials'
    : 'other'
}

/** Why a platform refuses an account, in words. */
export const refusalWords = (platform: string, code: string): string =>
  refusedAccounts[`${platform} ${code}`] ?? refusedAccounts[code] ?? '平台不接受这个账号'
