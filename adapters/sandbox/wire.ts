import type { Card } from '../../core/ports/card.js'
import type { PanelState } from './host.js'

/** What travels between the sandbox and its console. Times are ISO 8601 UTC. Types only: both sides import it. */

export type AccountGroup = 'rep' | 'manager' | 'admin' | 'support' | 'customer'
export type LimitsName = 'none' | 'wecom' | 'dingtalk' | 'feishu'
/** `sent`: stored. `delivered`: a receiver's console has it. `read`: a receiver has seen it. */
export type MessageState = 'sent' | 'delivered' | 'read'

export interface WireAccount {
  id: string
  name: string
  title: string
  group: AccountGroup
  /** A member of the company, or somebody outside it. */
  internal: boolean
  /** 0–359, for the picture made of the name. */
  hue: number
  unread: number
  /** A console is open as this person. */
  online: boolean
}

export interface WireChat {
  id: string
  kind: 'bot' | 'direct' | 'group'
  /** As the asking person sees it: the other one's name in a direct chat. */
  name: string
  memberIds: string[]
  /** The product's bot is in it. */
  hasBot: boolean
  /** Whether the product sees what is written here, under the limits that are imitated. */
  seen: 'all' | 'mentions' | 'none'
  unread: number
  last: { preview: string; at: string; senderId: string | null; seq: number } | null
}

export interface WireMessage {
  id: string
  chatId: string
  /** Grows with every message; gaps are normal. */
  seq: number
  /** Null: the bot. */
  senderId: string | null
  at: string
  text: string
  card: Card | null
  state: MessageState
  /** How many others have read it; 0 while receipts are off. */
  readers: number
  urgent: boolean
  /** 0 as sent; grows with every update of the card. */
  revision: number
  updatedAt: string | null
  /** The console's own id of a message that it sent. */
  clientId: string | null
}

export interface WireSettings {
  limits: LimitsName
  readReceipts: boolean
  doubleCallbacks: boolean
}

export interface Bootstrap {
  me: WireAccount
  accounts: WireAccount[]
  chats: WireChat[]
  settings: WireSettings
  panel: PanelState
  botName: string
}

export interface MessagePage {
  /** Oldest first. */
  messages: WireMessage[]
  /** There are older ones before the first. */
  more: boolean
}

export type Notice = { text: string; tone: 'info' | 'success' | 'warning' | 'danger' }

export interface TapResult {
  /** `answered`: inside the platform's time; `pending`: the card will be updated later. */
  outcome: 'answered' | 'pending'
  notice: Notice | null
}

export type Push =
  | { type: 'persona'; accountId: string }
  | { type: 'message'; message: WireMessage; chat: WireChat }
  | { type: 'message.updated'; message: WireMessage }
  | { type: 'ticks'; chatId: string; ticks: { id: string; state: MessageState; readers: number }[] }
  | { type: 'unread'; accounts: Record<string, number>; chats: Record<string, number> }
  | { type: 'ring'; messageId: string; chatId: string; preview: string }
  | { type: 'accounts'; accounts: WireAccount[] }
  | { type: 'chats'; chats: WireChat[] }
  | { type: 'settings'; settings: WireSettings }
  | { type: 'panel'; panel: PanelState }

/** What a console says over the socket: who it is now. */
export interface Hello {
  type: 'be'
  accountId: string
}

/** One card of the product as every platform is handed it, for the gallery. */
export interface GalleryRow {
  name: string
  kind: string
  sandbox: Card
  /** A template card. */
  wecom: Record<string, unknown>
  /** The variables of the shipped templates. */
  dingtalk: Record<string, string>
  /** Card JSON 2.0. */
  feishu: Record<string, unknown>
}
