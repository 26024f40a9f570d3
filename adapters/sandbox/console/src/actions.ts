import type { WireSettings } from '../../wire.js'
import { api, ApiError } from './api.js'
import { be } from './live.js'
import { parseRoute, writeRoute } from './route.js'
import { isPhone } from './screen.js'
import { chat, me, state, toast, type Outgoing } from './state.js'
import { texts } from './texts.js'
import { applyBootstrap, applyPanel, putChat, putMessage } from './sync.js'

const retryMs = 1500
const remembered = new Map<string, string>()
let turn = 0

/** Loads the console as this person and opens a chat: the asked one, the last one, or the one with news. */
export async function becomePersona(accountId: string | null, chatId: string | null = null): Promise<void> {
  const mine = ++turn
  try {
    const boot = await api.bootstrap(accountId)
    if (mine !== turn) return
    state.threads = {}
    state.chatId = null
    state.page = null
    state.ring = null
    applyBootstrap(boot)
    be(boot.me.id)
    void describeMe(boot.me.id)
    state.phase = 'ready'
    const asked = boot.chats.find((one) => one.id === chatId)
    const usual = isPhone.value ? undefined : preferredChat()
    await openChat(asked?.id ?? usual ?? null, 'replace')
  } catch (error) {
    if (mine !== turn) return
    if (state.phase === 'ready') return fail(error)
    state.phase = 'failed'
    state.failure = messageOf(error)
    setTimeout(() => mine === turn && void becomePersona(accountId, chatId), retryMs)
  }
}

async function describeMe(id: string): Promise<void> {
  state.meInfo = ''
  const { info } = await api.personInfo(id).catch(() => ({ info: null }))
  if (id === state.meId) state.meInfo = info ?? ''
}

function preferredChat(): string | undefined {
  const withNews = state.chats.find((one) => one.unread > 0)
  const last = state.chats.find((one) => one.id === remembered.get(state.meId))
  const busiest = state.chats.find((one) => one.last)
  // Customers speak in the group first: that is where the product listens.
  const quiet = state.chats.find((one) => one.kind === 'group' && one.hasBot && !me.value?.internal)
  return (withNews ?? last ?? busiest ?? quiet ?? state.chats[0])?.id
}

export async function openChat(chatId: string | null, mode: 'push' | 'replace' = 'push'): Promise<void> {
  state.chatId = chatId
  writeRoute({ accountId: state.meId, chatId }, mode)
  if (!chatId) return
  remembered.set(state.meId, chatId)
  await loadNewest(chatId)
}

async function loadNewest(chatId: string): Promise<void> {
  const as = state.meId
  const known = (state.threads[chatId] ??= { items: [], more: false, loading: true })
  try {
    const page = await api.messages(as, chatId)
    if (as !== state.meId) return
    const [oldest, newest] = [page.messages[0]?.seq ?? 0, page.messages.at(-1)?.seq ?? 0]
    // Older pages that were loaded stay only when the new page joins them without a gap.
    const joins = known.items.some((one) => one.seq >= oldest && one.seq <= newest)
    const older = joins ? known.items.filter((one) => one.seq < oldest) : []
    const newer = known.items.filter((one) => one.seq > newest)
    state.threads[chatId] = {
      items: [...older, ...page.messages, ...newer],
      more: older.length ? known.more : page.more,
      loading: false,
    }
  } catch (error) {
    fail(error)
  } finally {
    known.loading = false
  }
}

export async function loadOlder(): Promise<void> {
  const chatId = state.chatId
  const thread = chatId ? state.threads[chatId] : undefined
  const first = thread?.items[0]
  if (!chatId || !thread || !first || thread.loading) return
  thread.loading = true
  try {
    const page = await api.messages(state.meId, chatId, first.seq)
    thread.items.unshift(...page.messages)
    thread.more = page.more
  } catch (error) {
    fail(error)
  } finally {
    thread.loading = false
  }
}

/** After a break of the connection: everything may have changed. */
export async function refresh(): Promise<void> {
  const as = state.meId
  if (!as) return
  try {
    const boot = await api.bootstrap(as)
    if (as !== state.meId) return
    applyBootstrap(boot)
    if (state.chatId) await loadNewest(state.chatId)
  } catch (error) {
    fail(error)
  }
}

export async function say(text: string): Promise<void> {
  if (!state.chatId || !text.trim()) return
  const outgoing: Outgoing = {
    clientId: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`,
    as: state.meId,
    chatId: state.chatId,
    text,
    at: new Date(Date.now() + state.skewMs).toISOString(),
    failed: false,
  }
  state.outgoing = [...state.outgoing, outgoing]
  await post(outgoing)
}

/** Sends it, also again: the client id makes a second arrival the same message. */
export async function post(outgoing: Outgoing): Promise<void> {
  const { clientId, as, chatId, text } = outgoing
  const mark = (failed: boolean): void => {
    state.outgoing = state.outgoing.map((one) => (one.clientId === clientId ? { ...one, failed } : one))
  }
  mark(false)
  try {
    const { message } = await api.say({ as, chatId, text, clientId })
    if (as === state.meId) putMessage(message)
    state.outgoing = state.outgoing.filter((one) => one.clientId !== clientId)
  } catch (error) {
    mark(true)
    fail(error)
  }
}

/** Presses a card's button. @returns whether it reached the sandbox. */
export async function tap(
  messageId: string,
  actionId: string,
  values: Record<string, string>,
): Promise<boolean> {
  const revision = (): number | undefined =>
    Object.values(state.threads)
      .flatMap((thread) => thread.items)
      .find((one) => one.id === messageId)?.revision
  const before = revision()
  try {
    const result = await api.tap({ as: state.meId, messageId, actionId, values })
    if (result.notice) toast(result.notice.text, result.notice.tone)
    else if (result.outcome === 'pending' && revision() === before) toast(texts.tapPending)
    return true
  } catch (error) {
    fail(error)
    return false
  }
}

const reported = new Map<string, number>()
/** Says that the open chat was shown up to its newest message. */
export function reportRead(): void {
  const open = chat.value
  const newest = open && state.threads[open.id]?.items.at(-1)
  if (!open || !newest || document.visibilityState !== 'visible') return
  const key = `${state.meId} ${open.id}`
  if ((reported.get(key) ?? 0) >= newest.seq && open.unread === 0) return
  reported.set(key, newest.seq)
  api.read({ as: state.meId, chatId: open.id, upToSeq: newest.seq }).catch(() => reported.delete(key))
}

export async function openPage(path: string, label: string): Promise<void> {
  try {
    const { url } = await api.openPage(state.meId, path)
    state.page = { url, path, label }
  } catch (error) {
    fail(error)
  }
}

export async function talkTo(accountId: string): Promise<void> {
  try {
    const { chat: opened } = await api.openChat(state.meId, accountId)
    putChat(opened)
    await openChat(opened.id)
  } catch (error) {
    fail(error)
  }
}

export async function changeSettings(changes: Partial<WireSettings>): Promise<void> {
  try {
    state.settings = await api.settings(changes)
  } catch (error) {
    fail(error)
  }
}

export async function advanceClock(ms: number): Promise<void> {
  try {
    applyPanel(await api.advanceClock(ms))
  } catch (error) {
    fail(error)
  }
}

/** Follows the address bar and the back button. */
export function followRoute(): void {
  const { accountId, chatId } = parseRoute(location.hash)
  if (accountId && accountId !== state.meId) void becomePersona(accountId, chatId)
  else if (chatId !== state.chatId) void openChat(chatId, 'replace')
}

const messageOf = (error: unknown): string => (error instanceof ApiError ? error.message : String(error))

function fail(error: unknown): void {
  toast(messageOf(error), 'danger')
}
