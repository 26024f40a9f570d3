import { resolveSubject } from '../../core/follow-ups/resolve.js'
import type { Command } from './command.js'

/** 跟进 张总: whom it is about is settled first, then one sentence is enough. */
export const writeFollowUp: Command = {
  usage: '跟进 <客户>',
  about: '给某位客户写一条跟进',
  pattern: /^(?:写?跟进|记录)\s+(?<query>[^\s，,。]{1,40})$/,
  answer: {
    kind: 'answer.write-follow-up',
    async render({ core, tx, viewer, delivery, now }) {
      const query = delivery.params['query'] ?? ''
      const { clear, candidates } = viewer
        ? await resolveSubject(tx, viewer, { customer: query, persons: [query] }, now)
        : { clear: null, candidates: [] }
      const found = clear ? [clear] : candidates
      if (found.length === 0) {
        return {
          kind: 'answer.write-follow-up',
          title: `没有找到“${query}”`,
          tone: 'neutral',
          subtitle: '可以发“新建线索”先录入',
          blocks: [],
        }
      }
      const [first] = found
      const last = first ? await core.followUps.about(tx, [{ type: first.type, id: first.id }], 1) : []
      return {
        kind: 'answer.write-follow-up',
        title: found.length === 1 ? `给“${first?.label ?? query}”写跟进` : `“${query}”是哪一位？`,
        tone: 'info',
        subtitle: '直接发一句话给我，带上称呼就行',
        blocks: [
          {
            type: 'fields',
            fields: found
              .slice(0, 6)
              .map((candidate) => ({ label: candidate.label, value: candidate.why, wide: true })),
          },
          ...(found.length === 1 && last[0]
            ? [{ type: 'quote' as const, text: last[0].text, by: '上次跟进' }]
            : []),
        ],
        ...(first
          ? {
              page: {
                label: found.length === 1 ? '在页面里写' : '打开第一位',
                path: first.type === 'lead' ? `/leads/${first.id}` : `/customers/${first.id}`,
              },
            }
          : {}),
      }
    },
  },
}
