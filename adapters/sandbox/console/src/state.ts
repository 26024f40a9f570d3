import { computed, reactive } from 'vue'
import type { PanelState } from '../../host.js'
import type { WireAccount, WireChat, WireMessage, WireSettings } from '../../wire.js'

/** A message on its way to the sandbox. */
export interface Outgoing {
  clientId: string
  as: string
  chatId: string
  text: string
  at: string
  failed: boolean
}

export interface Thread {
  /** Oldest first. */
  items: WireMessage[]
  more: boolean
  loading: boolean
}

export interface Toast {
  id: number
  text: string
  tone: 'info' | 'success' | 'warning' | 'danger'
}

export type Sheet = 'people' | 'system' | null

export const state = reactive({
  phase: 'loading' as 'loading' | 'ready' | 'failed',
  failure: '',
  online: false,
  botName: '跟进',
  meId: '',
  /** What the product says about me, e.g. how many leads are open. */
  meInfo: '',
  accounts: [] as WireAccount[],
  chats: [] as WireChat[],
  /** The open chat; null on a phone shows the list. */
  chatId: null as string | null,
  threads: {} as Record<string, Thread>,
  outgoing: [] as Outgoing[],
  drafts: {} as Record<string, string>,
  settings: { limits: 'none', readReceipts: true, doubleCallbacks: false } as WireSettings,
  panel: null as PanelState | null,
  /** Product time minus machine time, so that countdowns run between two pushes. */
  skewMs: 0,
  sheet: null as Sheet,
  dockedPanel: true,
  page: null as { url: string; path: string; label: string } | null,
  toasts: [] as Toast[],
  ring: null as { chatId: string; preview: string } | null,
})

export const me = computed(() => state.accounts.find((account) => account.id === state.meId) ?? null)
export const chat = computed(() => state.chats.find((one) => one.id === state.chatId) ?? null)
export const thread = computed(() => (state.chatId ? (state.threads[state.chatId] ?? null) : null))
export const accountOf = (id: string | null): WireAccount | null =>
  state.accounts.find((account) => account.id === id) ?? null
export const unreadElsewhere = computed(() =>
  state.accounts.reduce((sum, account) => sum + (account.id === state.meId ? 0 : account.unread), 0),
)

let toastId = 0
/** A short word at the foot of the screen; it leaves by itself. */
export function toast(text: string, tone: Toast['tone'] = 'info'): void {
  const id = ++toastId
  state.toasts = [...state.toasts.slice(-2), { id, text, tone }]
  setTimeout(() => {
    state.toasts = state.toasts.filter((one) => one.id !== id)
  }, 3200)
}
