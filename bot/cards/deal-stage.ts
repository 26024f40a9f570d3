import { DomainError } from '../../core/errors.js'
import type { Card } from '../../core/ports/card.js'
import { duration, money, wholeMinutes } from '../format.js'
import { ok, warn, type CardKind, type Tap } from './card-kind.js'

/** A deal's stage, moved by a select. A closed gate says what is missing and where to put it right (P-59). */
export const dealStage: CardKind = {
  kind: 'deal.stage',

  async render(view): Promise<Card> {
    const { core, tx, delivery, now } = view
    const deal = await core.deals.find(tx, delivery.subjectId)
    if (!deal) return { kind: 'deal.stage', title: '商机已不存在', tone: 'neutral', blocks: [] }
    const gates = await core.deals.gates(tx, deal)
    const at = gates.findIndex(({ stage }) => stage.key === deal.stage)
    const current = gates[at]?.stage
    const next = gates[at + 1]
    const customer = await core.customers.find(tx, deal.customerId)
    const ended = deal.state !== 'open'
    const tone = deal.state === 'won' ? 'success' : deal.state === 'lost' ? 'neutral' : 'info'
    const fields = [
      { label: '客户', value: customer?.name ?? '' },
      { label: '金额', value: money(deal.amountCents) || '未填写' },
      { label: '预计签约', value: deal.expectedCloseOn ?? '未填写' },
      {
        label: '当前阶段',
        value: `${current?.label ?? deal.stage}（${stood(now.getTime() - deal.stageSince.getTime())}）`,
        wide: true,
      },
    ]
    return {
      kind: 'deal.stage',
      title: `商机：${deal.title}`,
      tone,
      subtitle: ended ? (deal.state === 'won' ? '恭喜，已签约' : '已丢单') : '有进展就在这里更新阶段',
      blocks: [
        { type: 'fields', fields: fields.filter((field) => field.value) },
        ...(next && !ended && next.missing.length > 0
          ? [
              {
                type: 'text' as const,
                text: `进入“${next.stage.label}”还差：\n${next.missing.map((item) => `· ${item.say}`).join('\n')}`,
              },
            ]
          : []),
      ],
      ...(ended
        ? {}
        : {
            inputs: [
              {
                type: 'select' as const,
                name: 'stage',
                label: '更新为',
                required: true,
                options: gates
                  .filter(({ stage }) => stage.key !== deal.stage)
                  .map(({ stage, missing }) => ({
                    value: stage.key,
                    label: stage.label + (missing.length > 0 ? '（有缺项）' : ''),
                  })),
              },
            ],
            actions: [{ id: 'move', label: '更新阶段', style: 'primary' as const, submit: true }],
          }),
      page: { label: '打开商机', path: `/deals/${deal.id}` },
    }
  },

  taps: {
    async move({ core, tx, actor, delivery, values }: Tap) {
      if (!values['stage']) throw new DomainError('value.invalid', { field: '阶段', rule: '要先选一个' })
      const result = await core.deals.moveStage(tx, actor, delivery.subjectId, values['stage'])
      if (result.ok) return ok(`已更新为“${result.stage.label}”。`)
      return warn(`还不能进入“${result.stage.label}”：${result.missing.map((item) => item.say).join('；')}。`)
    },
  },
}

const stood = (ms: number): string => (ms < 60_000 ? '刚进入' : `已 ${duration(wholeMinutes(ms))}`)
