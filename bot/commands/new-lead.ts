import { DomainError } from '../../core/errors.js'
import { readForm } from '../../core/intake/form.js'
import { ok, type Tap } from '../cards/card-kind.js'
import { leadName } from '../format.js'
import type { Command } from './command.js'

/** The short way to enter a lead by hand; the one who enters it keeps it. */
export const newLead: Command = {
  usage: '新建线索',
  about: '手工录入一条线索，归你跟进',
  pattern: /^(新建线索|录入线索|加线索|新线索)$/,
  answer: {
    kind: 'answer.new-lead',
    async render({ core, tx, delivery }) {
      const entered = delivery.params['leadId'] ? await core.leads.find(tx, delivery.params['leadId']) : null
      if (entered) {
        return {
          kind: 'answer.new-lead',
          title: `已录入：${leadName(entered)}`,
          tone: 'success',
          blocks: [],
          page: { label: '查看详情', path: `/leads/${entered.id}` },
        }
      }
      return {
        kind: 'answer.new-lead',
        title: '新建线索',
        tone: 'info',
        subtitle: '电话已有记录时会提示，不会重复建',
        blocks: [],
        inputs: [
          { type: 'text', name: 'name', label: '称呼', placeholder: '张总', maxLength: 60, required: true },
          {
            type: 'text',
            name: 'phone',
            label: '电话',
            placeholder: '11 位手机号或带区号座机',
            maxLength: 40,
            required: true,
          },
          { type: 'text', name: 'company', label: '公司', maxLength: 120 },
          { type: 'text', name: 'need', label: '需求', multiline: true, maxLength: 500 },
        ],
        actions: [{ id: 'create', label: '保存', style: 'primary', submit: true }],
        page: { label: '在页面里录入', path: '/leads/new' },
      }
    },
    taps: {
      async create({ core, tx, actor, delivery, values }: Tap) {
        if (delivery.params['leadId']) return ok('这条线索已经录入过了。')
        const rules = {
          key: 'manual',
          name: '手工录入',
          source: 'manual',
          allowOrigins: [],
          perMinute: 1,
          required: ['name', 'phone'] as ('name' | 'phone')[],
          mailDomains: [],
        }
        const read = readForm(rules, values)
        if (!read.ok)
          throw new DomainError('form.invalid', { problems: read.problems.map((problem) => problem.message) })
        const interest = { ...read.interest, channel: 'bot' }
        const result = await core.intake.capture(tx, actor, interest, {
          by: 'person',
          personId: actor.personId,
          via: 'manual',
        })
        if (result.outcome !== 'customer-touched')
          await core.deliveries.remember(tx, delivery, { leadId: result.lead.id })
        if (result.outcome === 'lead') return ok('已录入，归你跟进。')
        return ok('这个电话已有记录，已记为一次新的互动，没有重复建线索。')
      },
    },
  },
}
