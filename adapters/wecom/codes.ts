/**
 * What WeCom's result codes mean for us. HTTP is 200 for all of them; `errmsg` is for people and never read.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90313
 */
export interface CodeMeaning {
  /** Whether the same call may go well later. */
  retryable: boolean
  /** For the admin, in Chinese. */
  meaning: string
  /** How long to leave it alone, milliseconds. */
  retryAfterMs?: number
}

const codes: Record<string, CodeMeaning> = {
  '-1': { retryable: true, retryAfterMs: 2_000, meaning: '企业微信系统繁忙' },
  '40001': { retryable: false, meaning: 'Secret 不正确' },
  '40003': { retryable: false, meaning: '成员账号不存在' },
  '40013': { retryable: false, meaning: '企业 ID 不正确' },
  '40014': { retryable: true, meaning: 'access_token 无效' },
  '40029': { retryable: false, meaning: '登录码无效、已用过或已过期' },
  '40056': { retryable: false, meaning: 'AgentId 不正确' },
  '40068': { retryable: false, meaning: '标签不存在' },
  '40058': { retryable: false, meaning: '请求参数不符合要求' },
  '41001': { retryable: true, meaning: '缺少 access_token' },
  '42001': { retryable: true, meaning: 'access_token 已过期' },
  '42014': { retryable: false, meaning: '卡片的 task_id 重复、为空或过长' },
  '42045': { retryable: false, meaning: '卡片缺少跳转地址' },
  '45002': { retryable: false, meaning: '消息内容过长' },
  '45009': { retryable: true, retryAfterMs: 60_000, meaning: '调用过于频繁' },
  '45033': { retryable: true, retryAfterMs: 2_000, meaning: '并发调用过多' },
  '48002': { retryable: false, meaning: '应用没有调用这个接口的权限' },
  '48009': { retryable: false, meaning: '通讯录同步的 Secret 从新的 IP 调用' },
  '50001': { retryable: false, meaning: '跳转地址的域名与应用的可信域名不一致' },
  '60011': { retryable: false, meaning: '应用无权访问这个成员或部门' },
  '60020': { retryable: false, meaning: '服务器的 IP 不在企业可信 IP 中' },
  '60111': { retryable: false, meaning: '成员账号不存在' },
  '60123': { retryable: false, meaning: '部门不存在' },
  '81013': { retryable: false, meaning: '收件人都不在应用的可见范围内，或已离职' },
  '82001': { retryable: false, meaning: '收件人全部无效' },
  '84014': { retryable: false, meaning: 'user_ticket 已过期' },
  '84015': { retryable: false, meaning: 'user_ticket 无效' },
  '86001': { retryable: false, meaning: '群聊 ID 不合法' },
  '86003': { retryable: false, meaning: '群聊不存在' },
  '86008': { retryable: false, meaning: '群聊不是由本应用创建的' },
  '93001': { retryable: false, meaning: '智能机器人不能在这个会话里发消息' },
  '93006': { retryable: false, meaning: '智能机器人找不到这个会话' },
  '93008': { retryable: false, meaning: '智能机器人不在这个群里' },
  '95007': { retryable: false, meaning: '微信客服消息的 Token 无效或已过期' },
  '301002': { retryable: false, meaning: '没有这个应用的权限' },
  '301049': { retryable: false, meaning: '“紧急通知”没有关联到本应用' },
  '301050': { retryable: false, meaning: '“紧急通知”没有启用' },
  '301051': { retryable: false, meaning: '“紧急通知”的余额不足' },
  '846605': { retryable: false, meaning: '这次点击已经应答过' },
}

/** @returns for a code that is not in the table: not worth a retry, since it would be refused the same way. */
export const meaningOf = (code: number | string): CodeMeaning =>
  (Object.hasOwn(codes, String(code)) ? codes[String(code)] : undefined) ?? {
    retryable: false,
    meaning: '企业微信拒绝了请求',
  }

/** The token is the reason: fetch a new one and try once more. */
export const tokenCodes: ReadonlySet<number> = new Set([40001, 40014, 41001, 42001])
/** The company has nobody of this id. `40003` may as well mean an id of a wrong shape. */
export const unknownMember = 60111
/** WeCom refuses this member, department or tag, which says nothing about the others: unknown, or out of the app's range. */
export const refusesOne: ReadonlySet<string> = new Set(['40003', '40068', '60011', '60111', '60123'])
/** The same task id again: the card is there already. */
export const duplicateTaskId = 42014
/** The token of a wake-up is over: customer service lets itself be asked without one, less often. */
export const badWakeToken = 95007
/** A sign-in code that nobody can redeem any more. */
export const badSignInCode = 40029
