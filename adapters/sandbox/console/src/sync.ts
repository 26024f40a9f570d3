import type { Bootstrap, MessageState, Push, WireChat, WireMessage } from '../../wire.js'
import type { PanelState } from '../../host.js'
import { ring } from './ring.js'
import { state } from './state.js'
import { noticeChanges } from './tour.js'

const stateOrder: MessageState[] = ['sent', 'delivered', 'read']

/** Brings what the server said into the state. */
export function applyBootstrap(boot: Bootstrap): void {
  state.meId = boot.me.id
  state.accounts = boot.accounts
  state.chats = boot.chats
  state.settings = boot.settings
  state.botName = boot.botName
  applyPanel(boot.panel)
}

export function applyPanel(panel: PanelState): void {
  state.panel = panel
  state.skewMs = new Date(panel.now).getTime() - Date.now()
  noticeChanges(panel)
}

export function applyPush(push: Push): void {
  switch (push.type) {
    case 'persona':
      return
    case 'message':
      putChat(push.chat)
      putMessage(push.message)
      return
    case 'message.updated':
      putMessage(push.message)
      refreshPreview(push.message)
      return
    case 'ticks':
      for (const tick of push.ticks) {
        const message = state.threads[push.chatId]?.items.find((one) => one.id === tick.id)
        if (message) Object.assign(message, { state: tick.state, readers: tick.readers })
      }
      return
    case 'unread':
      for (const account of state.accounts) account.unread = push.accounts[account.id] ?? 0
      for (const chat of state.chats) chat.unread = push.chats[chat.id] ?? chat.unread
      return
    case 'ring':
      ring(push.chatId, push.preview)
      return
    case 'accounts':
      state.accounts = push.accounts
      return
    case 'chats':
      state.chats = push.chats
      return
    case 'settings':
      state.settings = push.settings
      return
    case 'panel':
      applyPanel(push.panel)
  }
}

/** Puts a message where its number says; a newer state of a known one replaces it. */
export function putMessage(message: WireMessage): void {
  if (message.clientId) state.outgoing = state.outgoing.filter((one) => one.clientId !== message.clientId)
  const thread = state.threads[message.chatId]
  if (!thread) return
  const index = thread.items.findIndex((one) => one.id === message.id)
  if (index >= 0) {
    const known = thread.items[index]
    if (!known || known.revision > message.revision) return
    // The answer to sending may come after the push that says it was delivered.
    const isBehind = stateOrder.indexOf(message.state) < stateOrder.indexOf(known.state)
    thread.items[index] = isBehind ? { ...message, state: known.state, readers: known.readers } : message
    return
  }
  const after = thread.items.findLastIndex((one) => one.seq < message.seq)
  thread.items.splice(after + 1, 0, message)
}

/** The list shows the last message; when that is a card, it shows the card of today. */
function refreshPreview(message: WireMessage): void {
  const last = state.chats.find((one) => one.id === message.chatId)?.last
  if (last?.seq === message.seq && message.card) last.preview = `[卡片] ${message.card.title}`
}

/** Puts a chat on top when it has a new message. */
export function putChat(chat: WireChat): void {
  const others = state.chats.filter((one) => one.id !== chat.id)
  state.chats = [chat, ...others].sort((a, b) => (b.last?.seq ?? 0) - (a.last?.seq ?? 0))
}
