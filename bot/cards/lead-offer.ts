import type { Lead } from '../../core/leads/lead.js'
import type { Card } from '../../core/ports/card.js'
import { clockTime, duration, leadName } from '../format.js'
import { ok, warn, type CardKind, type CardView, type Tap } from './card-kind.js'
import { choiceReason, leadFields, leadPage, sourceRecord } from './lead-blocks.js'

const questions = { decline: '这条线索会马上交给主管安排，确定吗？' } as const

/** A lead held out to one rep: 接单 within the time, or pass. */
export const leadOffer: CardKind = {
  kind: 'lead.offer',
  questions,

  async render(view): Promise<Card> {
    const { core, tx, delivery } = view
    const lead = await core.leads.byId(tx, delivery.subjectId)
    const offer = await core.assignment.findOffer(tx, delivery.params['offerId'] ?? '')
    const base = { kind: 'lead.offer', page: leadPage(lead.id) }
    const blocks = [await leadFields(view, lead), ...(await sourceRecord(view, lead.id))]
    if (!offer) return { ...base, title: '线索提醒已失效', tone: 'neutral', blocks: [] }
    if (offer.state === 'open') {
      return {
        ...base,
        title: `新线索：${leadName(lead)}`,
        tone: 'info',
        subtitle: `请在 ${clockTime(offer.expiresAt, core.timeZone)} 前接单（${duration(offer.expiresAt.getTime() - offer.offeredAt.getTime())}内）`,
        blocks: [...blocks, ...(await choiceReason(view, lead.id, offer.personId))],
        actions: [
          { id: 'accept', label: '接单', style: 'primary' },
          { id: 'decline', label: '接不了', style: 'default', confirm: questions.decline },
        ],
      }
    }
    const end = await ending(view, offer.state, lead)
    return {
      ...base,
      title: `${end.title}：${leadName(lead)}`,
      tone: end.tone,
      subtitle: [end.say, offer.closedAt && clockTime(offer.closedAt, core.timeZone)]
        .filter(Boolean)
        .join(' · '),
      blocks: end.mine ? blocks : [],
      ...(end.mine && !lead.firstTouchAt
        ? { actions: [{ id: 'contacted', label: '已联系客户', style: 'primary' as const }] }
        : {}),
    }
  },

  taps: {
    async accept({ core, tx, actor, delivery, now }: Tap) {
      const result = await core.assignment.acceptOffer(tx, actor, delivery.subjectId)
      if (result.ok) {
        const waited = result.lead.ownedAt ? now.getTime() - result.lead.createdAt.getTime() : 0
        return ok(`接单成功，客户等了 ${duration(waited)}，尽快联系吧。`)
      }
      if (result.why === 'closed') return warn('这条线索已经结束。')
      const who = result.holder?.name
      if (result.why === 'taken') return warn(`手慢了一步，已由${who ?? '同事'}接手。`)
      return warn(`已超过接单时间，线索已转给${who ?? '主管'}处理。`)
    },
    async decline({ core, tx, actor, delivery }: Tap) {
      const done = await core.assignment.declineOffer(tx, actor, delivery.subjectId, '本人表示接不了')
      return done ? ok('已转给主管安排。') : warn('这条线索已经不在等你接单了。')
    },
    contacted: markContacted,
  },
}

/** “I have talked to them”: the first contact is measured. */
export async function markContacted({ core, tx, actor, delivery }: Tap) {
  const lead = await core.leads.require(tx, actor, delivery.subjectId)
  if (lead.ownerId !== actor.personId) return warn('这条线索不在你名下。')
  if (lead.firstTouchAt) return ok('已经记录过首次联系。')
  await core.leads.contact(tx, actor, lead.id)
  return ok('已记录首次联系。聊完后发一句话给我，就能记成跟进。')
}

async function ending(
  { core, tx, viewer }: CardView,
  state: string,
  { ownerId, ownedVia, firstTouchAt }: Lead,
) {
  const next = firstTouchAt ? '线索在你名下，已联系过客户' : '线索在你名下，记得尽快联系客户'
  const owner = ownerId ? await core.org.findPerson(tx, ownerId) : null
  const mine = viewer !== null && ownerId === viewer.personId
  if (state === 'accepted' && mine) return { title: '已接单', tone: 'success' as const, say: next, mine }
  if (mine) return { title: '已由你负责', tone: 'success' as const, say: next, mine }
  if (owner && ownedVia === 'take-over')
    return { title: '已由主管接手', say: `现由${owner.name}负责`, tone: 'neutral' as const, mine }
  const after = owner ? `，现由${owner.name}负责` : '，等待主管安排'
  const says: Record<string, { title: string; say: string }> = {
    accepted: { title: '已转出', say: owner ? `现由${owner.name}负责` : '已不在你名下' },
    declined: { title: '你已让出', say: `已转给主管${after}` },
    expired: { title: '超时未接', say: `已转给主管${after}` },
    withdrawn: {
      title: owner ? '已由主管接手' : '已收回',
      say: owner ? `现由${owner.name}负责` : '这条线索不再等你接单',
    },
  }
  const { title, say } = says[state] ?? { title: '已失效', say: '' }
  return { title, say, tone: 'neutral' as const, mine }
}
