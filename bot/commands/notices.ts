import { DomainError } from '../../core/errors.js'
import type { CardKind } from '../cards/card-kind.js'
import { sayError } from '../texts.js'

/** Answers that are not asked for: to strangers, to refusals, to troubles. */

const unbound: CardKind = {
  kind: 'answer.unbound',
  render: () =>
    Promise.resolve({
      kind: 'answer.unbound',
      title: '还不认识你',
      tone: 'warning',
      subtitle: '你的账号还没有绑定到任何同事',
      blocks: [
        {
          type: 'text',
          text: '请联系管理员：在“我的 → 组织”里把这个账号绑定到你的名字。绑定后再发一次，就能用了。',
        },
      ],
    }),
}

const refused: CardKind = {
  kind: 'answer.refused',
  render: ({ delivery }) =>
    Promise.resolve({
      kind: 'answer.refused',
      title: '这一步没有成功',
      tone: 'warning',
      blocks: [
        {
          type: 'text',
          text: delivery.params['text'] ?? sayError(new DomainError(delivery.params['code'] ?? '')),
        },
      ],
    }),
}

const trouble: CardKind = {
  kind: 'answer.trouble',
  render: () =>
    Promise.resolve({
      kind: 'answer.trouble',
      title: '这条消息没能处理',
      tone: 'danger',
      blocks: [
        {
          type: 'text',
          text: '系统多次尝试仍未成功，消息已保留，管理员可以看到并重试。急事请直接联系同事。',
        },
      ],
    }),
}

export const notices: readonly CardKind[] = [unbound, refused, trouble]
