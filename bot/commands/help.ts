import type { CardKind } from '../cards/card-kind.js'
import type { Command } from './command.js'

/** Lists what can be said; also the answer to what was not understood. */
export function createHelp(commands: () => readonly Command[]): { help: Command; unknown: CardKind } {
  const lines = () =>
    commands().map((command) => ({ label: command.usage, value: command.about, wide: true }))
  const example = '刚和张总通了电话，要报价，下周三再联系'
  return {
    help: {
      usage: '帮助',
      about: '看看我能做什么',
      pattern: /^(帮助|help|菜单|怎么用|[?？])$/i,
      answer: {
        kind: 'answer.help',
        render: () =>
          Promise.resolve({
            kind: 'answer.help',
            title: '我能帮你做这些',
            tone: 'info',
            subtitle: '新线索、提醒和升级会主动发给你，点卡片就能处理',
            blocks: [
              { type: 'fields', fields: lines() },
              { type: 'divider' },
              { type: 'text', text: `其他的话会记成跟进。例如：“${example}”` },
            ],
            page: { label: '打开今日', path: '/' },
          }),
      },
    },
    unknown: {
      kind: 'answer.unknown',
      render: () =>
        Promise.resolve({
          kind: 'answer.unknown',
          title: '这句话我没有看懂',
          tone: 'neutral',
          subtitle: '没有记录任何内容',
          blocks: [
            { type: 'text', text: `记跟进请写清是谁、做了什么，例如：“${example}”。也可以用下面的说法：` },
            { type: 'fields', fields: lines() },
          ],
        }),
    },
  }
}
