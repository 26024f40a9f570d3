import { maskPhone } from '../../core/understanding/phones.js'
import { findRecords } from '../../core/follow-ups/find.js'
import { leadName, phone } from '../format.js'
import type { Command } from './command.js'

const leadStates: Record<string, string> = {
  new: '新线索',
  offered: '等待接单',
  queued: '待指派',
  owned: '跟进中',
  converted: '已转商机',
  closed: '已关闭',
}

export const find: Command = {
  usage: '查 <姓名 / 公司 / 电话>',
  about: '找线索和客户，只看得到你范围内的',
  pattern: /^(?:查询?|找|搜索?)\s*(?<query>[^\s].{0,59})$/,
  answer: {
    kind: 'answer.find',
    async render({ tx, viewer, delivery }) {
      const query = delivery.params['query'] ?? ''
      const { leads, customers } = viewer
        ? await findRecords(tx, viewer, query, 8)
        : { leads: [], customers: [] }
      const fields = [
        ...customers.map(({ customer, contacts }) => ({
          label: `客户 · ${customer.name}`,
          value:
            contacts
              .slice(0, 2)
              .map((contact) => `${contact.name} ${phone(contact.phone)}`)
              .join('；') || '暂无联系人',
          wide: true,
        })),
        ...leads.map((lead) => ({
          label: `线索 · ${leadName(lead)}`,
          value: [leadStates[lead.state], lead.phone && maskPhone(lead.phone)].filter(Boolean).join(' · '),
          wide: true,
        })),
      ]
      const only = customers.length + leads.length === 1
      return {
        kind: 'answer.find',
        title: fields.length > 0 ? `找到 ${fields.length} 条与“${query}”有关的记录` : `没有找到“${query}”`,
        tone: fields.length > 0 ? 'info' : 'neutral',
        subtitle: fields.length > 0 ? '' : '可能写法不同，或不在你的范围内',
        blocks: fields.length > 0 ? [{ type: 'fields', fields }] : [],
        page: only
          ? {
              label: '打开',
              path: customers[0] ? `/customers/${customers[0].customer.id}` : `/leads/${leads[0]?.id ?? ''}`,
            }
          : { label: '在页面里查', path: `/leads?search=${encodeURIComponent(query)}` },
      }
    },
  },
}
