/** What the platform's error codes mean to us. */
interface CodeMeaning {
  retryable: boolean
  /** For an admin, in Chinese. */
  meaning: string
}

/**
 * Codes that we know. An unknown one is not tried again: trying what nobody understands only adds noise.
 *
 * @see https://open.feishu.cn/document/server-docs/getting-started/server-error-codes
 * @see https://open.feishu.cn/document/server-docs/im-v1/message/create (230xxx)
 */
const codes: Readonly<Record<string, CodeMeaning>> = {
  timeout: { retryable: true, meaning: '请求已发出，但没有等到飞书的回答' },
  unreachable: { retryable: true, meaning: '连不上飞书服务器，请检查网络与 FEISHU_DOMAIN' },
  bad_answer: { retryable: true, meaning: '飞书的回答无法识别，可能被代理或防火墙拦截' },
  rate_limited: { retryable: true, meaning: '发送太快，稍后自动重发' },
  key_expired: { retryable: false, meaning: '上次发送结果不明且已超过一小时，平台不再识别重复，不再重发' },
  10003: { retryable: false, meaning: 'App ID 或 App Secret 不正确' },
  10014: { retryable: false, meaning: 'App ID 或 App Secret 不正确' },
  10015: { retryable: false, meaning: 'App Secret 不正确' },
  11232: { retryable: true, meaning: '飞书整点限流，稍后自动重试' },
  40004: { retryable: false, meaning: '部门不在应用的通讯录权限范围内' },
  41012: { retryable: false, meaning: '找不到这个人' },
  41050: { retryable: false, meaning: '这个人不在应用的通讯录权限范围内' },
  230001: { retryable: false, meaning: '参数不合法，收件人或内容不被接受' },
  230002: { retryable: false, meaning: '机器人不在该群里' },
  230006: { retryable: false, meaning: '应用没有开启机器人能力' },
  230012: { retryable: false, meaning: '只能操作机器人自己发送的消息' },
  230013: { retryable: false, meaning: '对方不在应用的可用范围内，或已离职' },
  230018: { retryable: false, meaning: '群设置不允许机器人发言' },
  230020: { retryable: true, meaning: '同一个人或同一个群每秒最多 5 条消息' },
  230023: { retryable: false, meaning: '对方未读的加急消息已达上限' },
  230024: { retryable: false, meaning: '加急额度已用完' },
  230025: { retryable: false, meaning: '消息内容超过长度限制' },
  230028: { retryable: false, meaning: '消息被企业的数据防泄漏策略拦截' },
  230031: { retryable: false, meaning: '消息发送超过 14 天，卡片不能再更新' },
  230099: { retryable: false, meaning: '卡片内容不合法' },
  230110: { retryable: false, meaning: '消息已被撤回或删除' },
  1470400: { retryable: false, meaning: '任务的参数不合法' },
  1470403: { retryable: false, meaning: '没有这个任务的编辑权限' },
  1470404: { retryable: false, meaning: '任务已不存在，多半是本人删掉了' },
  1470500: { retryable: true, meaning: '飞书任务服务内部错误' },
  99991400: { retryable: true, meaning: '调用太频繁，稍后自动重试' },
  99991401: { retryable: false, meaning: '服务器出口 IP 不在应用的 IP 白名单里' },
  99991403: { retryable: false, meaning: '本月的接口调用额度已用完' },
  99991661: { retryable: true, meaning: '请求没有带访问凭证' },
  99991662: { retryable: false, meaning: '应用已被停用' },
  99991663: { retryable: true, meaning: '访问凭证已失效' },
  99991664: { retryable: true, meaning: '访问凭证类型不对' },
  99991665: { retryable: true, meaning: '访问凭证类型不对' },
  99991671: { retryable: true, meaning: '访问凭证格式不对' },
  99991672: { retryable: false, meaning: '应用缺少调用该接口的权限' },
  99991673: { retryable: false, meaning: '应用状态异常，请确认已发布并启用' },
  99991676: { retryable: false, meaning: '凭证缺少所需权限' },
  99991679: { retryable: false, meaning: '用户没有授予所需权限' },
  // Of the long connection's endpoint.
  1: { retryable: true, meaning: '飞书长连接服务繁忙' },
  403: { retryable: false, meaning: '应用不允许使用长连接' },
  514: { retryable: false, meaning: '长连接鉴权失败，请检查 App ID 与 App Secret' },
  1000040343: { retryable: true, meaning: '飞书长连接服务内部错误' },
  1000040350: { retryable: false, meaning: '长连接数已达上限（50 个），有别的程序在使用同一个应用' },
}

/** The company has nobody of this id. */
export const nobodyCodes: ReadonlySet<string> = new Set(['41012'])

/** The platform refuses this person or department, which says nothing of the others: unknown, or out of range. */
export const refusesOne: ReadonlySet<string> = new Set([...nobodyCodes, '41050', '40004'])

/** The token is not good any more: get another one and try once more. */
export const tokenCodes: ReadonlySet<string> = new Set([
  '99991661',
  '99991663',
  '99991664',
  '99991665',
  '99991671',
])

/** The platform says no to this one reminder for good: another channel has to take over. */
export const urgeRefusals: ReadonlySet<string> = new Set(['230012', '230013', '230023', '230024', '99991672'])

/** The message is beyond taking back, or was never there. */
export const recallRefusals: ReadonlySet<string> = new Set(['230001', '230002', '230012', '230026', '230110'])

export const isRetryable = (code: string): boolean => meaningOf(code)?.retryable ?? false

/** @returns 应用缺少调用该接口的权限（99991672）, or the bare code where nobody knows what it means. */
export function explain(code: string): string {
  const known = meaningOf(code)
  return known ? `${known.meaning}（${code}）` : `飞书返回错误码 ${code}`
}

const meaningOf = (code: string): CodeMeaning | undefined =>
  Object.hasOwn(codes, code) ? codes[code] : undefined
