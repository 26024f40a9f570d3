import { DomainError } from '../../core/errors.js'
import type { Card } from '../../core/ports/card.js'
import { duration, leadName, when, wholeMinutes } from '../format.js'
import { queueReasons } from '../texts.js'
import { ok, type CardKind, type CardView, type Tap } from './card-kind.js'
import { leadFields, leadPage, sourceRecord } from './lead-blocks.js'

/** A lead that nobody took, before the manager whose turn it is: 指派 or 自己接. */
export const leadDispatch: CardKind = {
  kind: 'lead.dispatch',

  async render(view): Promise<Card> {
    const { core, tx, delivery, now, viewer } = view
    const lead = await core.leads.byId(tx, delivery.subjectId)
    const base = { kind: 'lead.dispatch', page: leadPage(lead.id) }
    if (lead.state !== 'queued')
      return {
        ...base,
        ...(await settled(view, lead.ownerId ?? lead.offeredToId, lead.state)),
        title: `已处理：${leadName(lead)}`,
        blocks: [],
      }
    const mine = viewer !== null && lead.askedId === viewer.personId
    const deadline = await core.deadlines.running(tx, 'lead.dispatch', { type: 'lead', id: lead.id })
    const waited = `客户已等 ${duration(wholeMinutes(now.getTime() - lead.createdAt.getTime()))}`
    const turn = lead.redSince
      ? '已问过所有主管，仍无人处理'
      : !mine
        ? '已升级给上一级主管，你仍可处理'
        : deadline?.nextAt
          ? `${when(deadline.nextAt, now, core.timeZone)} 前未处理将升级`
          : ''
    return {
      ...base,
      title: `${delivery.params['reason'] === 'owner-left' ? '线索待指派' : '线索超时未接'}：${leadName(lead)}`,
      tone: lead.redSince ? 'danger' : 'warning',
      subtitle: [queueReasons[delivery.params['reason'] ?? ''] ?? '', waited, turn]
        .filter(Boolean)
        .join(' · '),
      blocks: [await leadFields(view, lead), ...(await sourceRecord(view, lead.id))],
      inputs: [
        {
          type: 'select',
          name: 'personId',
          label: '指派给',
          options: await repOptions(view, lead.departmentId),
        },
      ],
      actions: [
        { id: 'dispatch', label: '指派', style: 'primary', submit: true },
        { id: 'take-over', label: '自己接', style: 'default' },
      ],
    }
  },

  taps: {
    async dispatch({ core, tx, actor, delivery, values }: Tap) {
      const personId = values['personId']
      if (!personId) throw new DomainError('person.required')
      const lead = await core.assignment.dispatch(tx, actor, delivery.subjectId, personId)
      const owner = lead.ownerId ? await core.org.findPerson(tx, lead.ownerId) : null
      return ok(`已指派给${owner?.name ?? '同事'}，对方会马上收到。`)
    },
    async 'take-over'({ core, tx, actor, delivery }: Tap) {
      await core.assignment.takeOver(tx, actor, delivery.subjectId)
      return ok('线索已在你名下，记得尽快联系客户。')
    },
  },
}

async function settled({ core, tx, viewer }: CardView, holderId: string | null, state: string) {
  const holder = holderId ? await core.org.findPerson(tx, holderId) : null
  const name = holder?.id === viewer?.personId ? '你' : (holder?.name ?? '')
  const says: Record<string, string> = {
    owned: `现由${name}负责`,
    offered: `已重新推给${name}，等待接单`,
    converted: '已转为商机',
    closed: '线索已关闭',
  }
  return { tone: 'success' as const, subtitle: says[state] ?? '' }
}

async function repOptions({ core, tx }: CardView, departmentId: string | null) {
  const reps = await core.org.reps(
    tx,
    departmentId ? await core.org.departmentsBelow(tx, departmentId) : undefined,
  )
  const pool = reps.length > 0 ? reps : await core.org.reps(tx)
  return pool
    .sort((a, b) => a.openLeads / a.openLeadCap - b.openLeads / b.openLeadCap)
    .map((rep) => ({ value: rep.id, label: `${rep.name}（在手 ${rep.openLeads}/${rep.openLeadCap}）` }))
}
