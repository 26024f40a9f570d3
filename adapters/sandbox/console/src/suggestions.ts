import type { WireAccount, WireChat } from '../../wire.js'
import { state } from './state.js'

/** Things to try, for somebody who is here for the first time. */
export function suggestionsFor(me: WireAccount, chat: WireChat): string[] {
  if (!me.internal) {
    return chat.kind === 'bot'
      ? []
      : ['想了解下你们的报价，预算20万左右，电话 13800138000', '可以先试用一下吗？', '下周约见面聊聊方案']
  }
  if (chat.kind === 'group') return ['@跟进 帮助']
  if (chat.kind === 'direct') return []
  if (me.group === 'rep') return [noteExample(me), '帮助', '我的线索', '今日待办']
  return ['帮助', '今日待办', '我的线索']
}

/** A follow-up in one sentence, about a customer whom this rep really has: accepted just now, or to be called next. */
export function noteExample(rep: WireAccount): string {
  const accepted = state.panel?.changes.find((one) => one.kind === 'lead.accepted' && one.actor === rep.name)
  const planned = state.panel?.deadlines.find((one) => one.kind === 'task.due' && one.who === rep.name)
  const [name = '张总'] = (accepted ?? planned)?.subject.split(' · ') ?? []
  return `刚和${name}通了电话，要报价，下周三再联系`
}
