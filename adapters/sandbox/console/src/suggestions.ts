import type { WireAccount, WireChat } from '../../wire.js'

/** Things to try, for somebody who is here for the first time. */
export function suggestionsFor(me: WireAccount, chat: WireChat): string[] {
  if (!me.internal) {
    return chat.kind === 'bot'
      ? []
      : ['想了解下你们的报价，预算20万左右，电话 13800138000', '可以先试用一下吗？', '下周约见面聊聊方案']
  }
  if (chat.kind === 'group') return ['@跟进 帮助']
  if (chat.kind === 'direct') return []
  if (me.group === 'rep') return ['刚和张总通了电话，要报价，下周三再联系', '帮助', '我的线索', '今日待办']
  return ['帮助', '今日待办', '我的线索']
}
