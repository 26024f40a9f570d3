import type { Lead } from '../../core/leads/lead.js'
import type { CardBlock } from '../../core/ports/card.js'
import { clockTime, dayName, excerpt, localValue, money, phone } from '../format.js'
import { localDay } from '../../core/deadlines/working-time.js'
import type { CardView } from './card-kind.js'

/** Who the lead is and what they want, as far as it is known. */
export async function leadFields({ core, tx, now }: CardView, lead: Lead): Promise<CardBlock> {
  const region = (await core.org.regions(tx)).find((row) => row.id === lead.regionId)
  const line = (await core.org.productLines(tx)).find((row) => row.id === lead.productLineId)
  const fields = [
    { label: '电话', value: phone(lead.phone) + (lead.phoneDoubtful ? '（待核实）' : '') },
    { label: '微信', value: lead.wechat ?? '' },
    { label: '预算', value: money(lead.budgetMinCents, lead.budgetMaxCents) },
    { label: '数量', value: lead.quantity === null ? '' : String(lead.quantity) },
    { label: '约的时间', value: lead.wantedAt ? localValue(lead.wantedAt, now, core.timeZone) : '' },
    { label: '区域', value: region?.name ?? '' },
    { label: '产品', value: line?.name ?? '' },
    { label: '来源', value: await sourceLabel({ core, tx }, lead.source) },
    { label: '评分', value: `${lead.score} 分` },
  ]
  return { type: 'fields', fields: fields.filter((field) => field.value) }
}

/** The record of the source: the words that made the lead, who wrote them, where and when (P-5). */
export async function sourceRecord({ core, tx, now }: CardView, leadId: string): Promise<CardBlock[]> {
  const touches = await core.leads.touchesOf(tx, { type: 'lead', ids: [leadId] })
  const latest = touches[0]
  if (!latest?.text) return []
  const at = `${dayName(localDay(latest.at, core.timeZone), localDay(now, core.timeZone))} ${clockTime(latest.at, core.timeZone)}`
  const by = [latest.senderName, latest.chatName, at].filter(Boolean).join(' · ')
  return [{ type: 'quote', text: excerpt(latest.text, 300), by }]
}

export async function sourceLabel({ core, tx }: Pick<CardView, 'core' | 'tx'>, key: string): Promise<string> {
  return (await core.playbook.get(tx, 'sources')).find((source) => source.key === key)?.label ?? key
}

/** Why the choice fell on the viewer, from the run that made it. */
export async function choiceReason(
  { core, tx }: CardView,
  leadId: string,
  personId: string,
): Promise<CardBlock[]> {
  const [run] = await core.assignment.runsOf(tx, leadId)
  const mine = run?.candidates.find((candidate) => candidate.personId === personId)
  if (!run || !mine) return []
  const reasons = mine.reasons.map((reason) => reason.why).join('；')
  return [
    {
      type: 'text',
      text: `为什么给你：综合 ${mine.score} 分，${run.candidates.length} 人中最高。${reasons}。`,
    },
  ]
}

export const leadPage = (leadId: string) => ({ label: '查看详情', path: `/leads/${leadId}` })
