import { money } from '../format.js'
import { dealStage } from '../cards/deal-stage.js'
import type { Command } from './command.js'

/** 商机, or 商机 星河: with one match its own card comes, ready for the next stage. */
export const myDeals: Command = {
  usage: '商机 <名称>',
  about: '看我的商机；只有一个时直接更新阶段',
  pattern: /^(?:我的)?商机\s*(?<query>.{0,40})$/,
  answer: {
    kind: 'answer.deals',
    async render(view) {
      const { core, tx, viewer, delivery } = view
      const query = delivery.params['query'] ?? ''
      const open = viewer
        ? (await core.deals.board(tx, viewer)).filter(
            (deal) => deal.state === 'open' && deal.title.includes(query),
          )
        : []
      const [only] = open
      if (only && open.length === 1)
        return {
          ...(await dealStage.render({ ...view, delivery: { ...delivery, subjectId: only.id } })),
          kind: 'answer.deals',
        }
      const stages = await core.playbook.get(tx, 'stages')
      return {
        kind: 'answer.deals',
        title: open.length > 0 ? `${open.length} 个进行中的商机` : '没有找到进行中的商机',
        tone: 'info',
        subtitle: open.length > 1 ? '写上名称可直接更新，例如“商机 星河”' : '',
        blocks: [
          {
            type: 'fields',
            fields: open.slice(0, 8).map((deal) => ({
              label: deal.title,
              value: [stages.find((stage) => stage.key === deal.stage)?.label, money(deal.amountCents)]
                .filter(Boolean)
                .join(' · '),
              wide: true,
            })),
          },
        ],
        page: { label: '商机看板', path: '/deals' },
      }
    },
    taps: {
      async move(tap) {
        const query = tap.delivery.params['query'] ?? ''
        const [only, another] = (await tap.core.deals.board(tap.tx, tap.actor)).filter(
          (deal) => deal.state === 'open' && deal.title.includes(query),
        )
        const move = dealStage.taps?.['move']
        if (!only || another || !move)
          return { notice: { text: '这个商机刚刚有了变化，请重新查一次。', tone: 'warning' } }
        return move({ ...tap, delivery: { ...tap.delivery, subjectId: only.id } })
      },
    },
  },
}
