import { localDay } from '../../core/deadlines/working-time.js'
import { certificateKey } from '../../core/deliveries/credentials.js'
import type { Card } from '../../core/ports/card.js'
import { dayName } from '../format.js'
import type { CardKind } from './card-kind.js'

const dayMs = 86_400_000

/** Something outside the product runs out soon. */
export const credentialExpiry: CardKind = {
  kind: 'credential.expiry',

  async render({ core, tx, delivery, now }): Promise<Card> {
    const base = { kind: 'credential.expiry', blocks: [] }
    const item = await core.credentials.find(tx, delivery.params['key'] ?? '')
    if (!item) return { ...base, title: '到期提醒已取消', tone: 'neutral' }
    const today = localDay(now, core.timeZone)
    const days = Math.round((Date.parse(item.expiresOn) - Date.parse(today)) / dayMs)
    return {
      ...base,
      title:
        days < 0
          ? `${item.name}已过期`
          : days === 0
            ? `${item.name}今天到期`
            : `${item.name}还有 ${days} 天到期`,
      tone: days <= 7 ? 'danger' : 'warning',
      subtitle: `到期日：${dayName(item.expiresOn, today)}`,
      blocks: item.renew ? [{ type: 'text', text: item.renew }] : [],
      footnote:
        item.key === certificateKey
          ? '每天自动读取，不需要登记'
          : '续期后，请在“我的 → 规则 → 到期提醒”里改成新的到期日',
    }
  },
}

const platformNames: Record<string, string> = {
  sandbox: '沙盒',
  wecom: '企业微信',
  dingtalk: '钉钉',
  feishu: '飞书',
}

/** A platform refuses our credentials: nothing goes out there until somebody mends it. */
export const credentialTrouble: CardKind = {
  kind: 'credential.trouble',

  render({ delivery }): Promise<Card> {
    const { platform = '', code = '' } = delivery.params
    const name = platformNames[platform] ?? platform
    return Promise.resolve({
      kind: 'credential.trouble',
      title: `${name}拒绝了系统的凭证`,
      tone: 'danger',
      subtitle: `平台返回：${code}`,
      blocks: [
        {
          type: 'text',
          text: `通过${name}发送的消息暂时发不出去，会保留 72 小时。请检查密钥、可信 IP 和应用权限，恢复后自动补发。`,
        },
      ],
      footnote: '同一问题每天只提醒一次',
    })
  },
}
