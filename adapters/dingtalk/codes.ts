import { PlatformError } from '../../core/errors.js'

export interface CodeMeaning {
  retryable: boolean
  /** What it means, in one Chinese phrase for the doctor and the delivery ledger. */
  meaning: string
  retryAfterMs?: number
}

/**
 * What the platform's error codes mean. New-style codes are words, old-style ones are numbers.
 *
 * @see https://open.dingtalk.com/document/orgapp/server-api-error-codes-1
 */
const codes: Record<string, CodeMeaning> = {
  invalidClientIdOrSecret: { retryable: false, meaning: 'Client ID 或 Client Secret 不对' },
  '40089': { retryable: false, meaning: 'Client ID 或 Client Secret 不对' },
  InvalidAuthentication: { retryable: true, meaning: '访问凭证已失效' },
  '40014': { retryable: true, meaning: '访问凭证不合法' },
  '42001': { retryable: true, meaning: '访问凭证已过期' },
  '40001': { retryable: true, meaning: '访问凭证不合法或密钥不对' },
  '88': { retryable: true, meaning: '鉴权失败' },
  'Forbidden.AccessDenied.AccessTokenPermissionDenied': {
    retryable: false,
    meaning: '应用没有开通这个接口的权限',
  },
  '60011': { retryable: false, meaning: '应用没有这个接口或这些人员的权限' },
  'Forbidden.AccessDenied.IpNotInWhiteList': { retryable: false, meaning: '服务器出口 IP 不在白名单里' },
  '60020': { retryable: false, meaning: '服务器出口 IP 不在白名单里' },
  'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi': {
    retryable: true,
    meaning: '调用太频繁',
    retryAfterMs: 1_000,
  },
  'Forbidden.AccessDenied.QpsLimitForApi': { retryable: true, meaning: '调用太频繁', retryAfterMs: 1_000 },
  'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi': {
    retryable: true,
    meaning: '调用太频繁',
    retryAfterMs: 60_000,
  },
  'system.busy': { retryable: true, meaning: '钉钉繁忙', retryAfterMs: 2_000 },
  'send.too.fast': { retryable: true, meaning: '发送太频繁', retryAfterMs: 5_000 },
  'request.too.fast': { retryable: true, meaning: '调用太频繁', retryAfterMs: 5_000 },
  'too.many.people': { retryable: false, meaning: '一次发送的人太多' },
  '90002': { retryable: true, meaning: '这个接口的调用总量超限', retryAfterMs: 10_000 },
  '90018': { retryable: true, meaning: '调用太频繁', retryAfterMs: 10_000 },
  '15': { retryable: true, meaning: '钉钉处理超时', retryAfterMs: 2_000 },
  '-1': { retryable: true, meaning: '钉钉繁忙', retryAfterMs: 2_000 },
  ip_banned: { retryable: true, meaning: '出口 IP 调用过多，被钉钉封禁 5 分钟', retryAfterMs: 300_000 },
  odd_body: { retryable: true, meaning: '钉钉的回答看不懂', retryAfterMs: 10_000 },
  timeout: { retryable: true, meaning: '请求已发出，没有等到回答' },
  unreachable: { retryable: true, meaning: '连不上钉钉', retryAfterMs: 5_000 },
  rate_limited: { retryable: true, meaning: '已到钉钉的频率上限，稍后再发' },
  flow_controlled: { retryable: true, meaning: '对方收到的消息太多，被钉钉限流', retryAfterMs: 60_000 },
  invalid_recipient: { retryable: false, meaning: '收件人不存在或不在应用可见范围内' },
  not_delivered: { retryable: false, meaning: '卡片没有送达' },
  not_allowed_twice: { retryable: false, meaning: '同样的工作通知一天只能发一次' },
  'param.templateNotExist': { retryable: false, meaning: '卡片模板不存在' },
  'param.templateUnpublished': { retryable: false, meaning: '卡片模板没有发布' },
  'param.contentUnsafe': { retryable: false, meaning: '内容没有通过钉钉的安全检查' },
  'ding.serverquota.insufficient': { retryable: false, meaning: 'DING 短信或电话的额度不足' },
  'ding.edition.notSupport': { retryable: false, meaning: '当前版本不支持 DING 接口，需要专业版或专属版' },
  '60121': { retryable: false, meaning: '找不到这个人' },
  '33012': { retryable: false, meaning: '找不到这个人' },
  '40078': { retryable: false, meaning: '登录码不存在或已用过' },
}

/** Codes after which one fresh token is worth one more try. `40001` and `88` may mean something else: once is harmless. */
export const tokenCodes: readonly string[] = ['InvalidAuthentication', '40014', '42001', '40001', '88']

/** What a code means; codes that are not in the table are taken as final, but for the far side's own failures. */
export function meaningOf(code: string, status = 400): CodeMeaning {
  const known = Object.hasOwn(codes, code) ? codes[code] : undefined
  return known ?? { retryable: status >= 500 || status === 429, meaning: `钉钉返回 ${code}` }
}

export function platformError(
  code: string,
  options: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
) {
  const meaning = meaningOf(code, options.status)
  const retryAfterMs = options.retryAfterMs ?? meaning.retryAfterMs
  return new PlatformError({
    platform: 'dingtalk',
    code,
    retryable: meaning.retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: options.cause,
  })
}
