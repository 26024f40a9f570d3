import type { Platform } from './bridge.js'

/** The client that shows this page, by how it calls itself; null in a plain browser. */
export function clientOf(userAgent: string): Platform | null {
  if (/wxwork/i.test(userAgent)) return 'wecom'
  if (/dingtalk/i.test(userAgent)) return 'dingtalk'
  if (/\b(lark|feishu)\b/i.test(userAgent)) return 'feishu'
  return null
}
