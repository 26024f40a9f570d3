import { ago, clockTime, leadName } from '../format.js'
import type { Command } from './command.js'

const shown = 8

export const myLeads: Command = {
  usage: '我的线索',
  about: '在手的线索，等最久的在前',
  pattern: /^(我的线索|线索)$/,
  answer: {
    kind: 'answer.my-leads',
    async render({ core, tx, viewer, now }) {
      const leads = viewer ? await core.leads.openOf(tx, viewer.personId, 100) : []
      const states = { offered: '等你接单', owned: '跟进中' }
      return {
        kind: 'answer.my-leads',
        title:
          leads.length > 0
            ? `你有 ${leads.length}${leads.length === 100 ? '+' : ''} 条在手线索`
            : '你没有在手的线索',
        tone: 'info',
        subtitle: leads.length > shown ? `先列出 ${shown} 条，其余在页面里` : '',
        blocks: [
          {
            type: 'fields',
            fields: leads.slice(0, shown).map((lead) => ({
              label: leadName(lead),
              value: `${lead.state === 'offered' || lead.state === 'owned' ? states[lead.state] : ''} · ${ago(now.getTime() - lead.lastTouchAt.getTime())}有动静`,
              wide: true,
            })),
          },
        ],
        page: { label: '全部线索', path: '/leads' },
        footnote: `${clockTime(now, core.timeZone)} 的情况`,
      }
    },
  },
}
