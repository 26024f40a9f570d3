import type { Server } from 'node:http'
import type { Clock } from '../../core/ports/clock.js'
import type { Directory } from '../../core/ports/directory.js'
import type { Identity } from '../../core/ports/identity.js'
import type { Ids } from '../../core/ports/ids.js'
import type { Channel } from '../../core/ports/inbound.js'
import type { Messenger } from '../../core/ports/messenger.js'
import type { Router } from '@koa/router'
import { degrade } from '../shared/degrade.js'
import { createAccounts, stringList, type SandboxAccount, type SandboxDepartment } from './accounts.js'
import { createActing } from './acting.js'
import { createCallbacks } from './callbacks.js'
import { createChats } from './chats.js'
import { coalesce } from './coalesce.js'
import { createDispatcher, type SandboxLog } from './dispatcher.js'
import type { SandboxHost } from './host.js'
import { createSandboxRouter } from './http.js'
import { createLive } from './live.js'
import { createMessageLog, type MessageRow, type Tick } from './message-log.js'
import { createMessenger } from './messenger.js'
import { createSettings } from './settings.js'
import { createSignIn } from './sign-in.js'
import { openStorage } from './storage.js'
import { createViews } from './views.js'

export interface SandboxDeps {
  /** SQLite file of the sandbox alone, or `:memory:`. */
  file: string
  clock: Clock
  ids: Ids
  host: SandboxHost
  log: SandboxLog
}

/** A messenger that runs here: the platform's side of every port, and the API of its browser console. */
export interface Sandbox {
  channel: Channel
  messenger: Messenger
  identity: Identity
  directory: Directory
  accounts: {
    /** Adds or changes a person of the company or a customer outside it; opens the chat with the bot for colleagues. */
    put(account: SandboxAccount): void
    putDepartment(department: SandboxDepartment): void
    list(): SandboxAccount[]
    /** Adds or changes a group; its members are exactly these. */
    putGroup(group: { id: string; name: string; memberIds: string[]; hasBot: boolean }): void
    /** Opens the chat of two people. @returns its id. */
    putDirect(one: string, other: string): string
  }
  /** Routes under `/sandbox`. Reads its bodies itself: mount it before any body parser. */
  router: Router
  /** Serves the socket at `/sandbox/ws`; other upgrades are left to others. */
  attach(server: Server): void
  /** Resolves when no event is on its way to the product. @returns false when there was nothing to wait for. */
  idle(): Promise<boolean>
  /** Resolves when nothing is in flight and the file is closed. */
  close(): Promise<void>
}

const panelPauseMs = 120
const unreadPauseMs = 40

/** @throws when the file cannot be opened. */
export function createSandbox({ file, clock, ids, host, log }: SandboxDeps): Sandbox {
  const storage = openStorage(file)
  const settings = createSettings(storage)
  const accounts = createAccounts(storage)
  const chats = createChats(storage, accounts)
  const callbacks = createCallbacks(storage, () => (settings.get().doubleCallbacks ? 2 : 1))
  const messages = createMessageLog({ storage, ids, accounts, callbacks })
  const signIn = createSignIn({ storage, clock, ids })

  const live = createLive({
    onPersona: (accountId) => acting.arrive(accountId),
    onPresence: () => pushAccounts(),
  })
  const isOnline = live.isOnline
  const views = createViews({ accounts, chats, messages, settings, isOnline })

  const dispatcher = createDispatcher({
    callbacks,
    log,
    budgetMs: () => settings.limits().capabilities.answerBudgetMs,
    settle(callback, answer, tookMs) {
      const { capabilities, dropsLateAnswers } = settings.limits()
      const inTime = !dropsLateAnswers || tookMs <= capabilities.answerBudgetMs
      const { messageId, event } = callback
      const [updated, tick] = storage.transaction(() => {
        callbacks.taken(callback)
        if (messageId === null) return []
        const now = clock.now().getTime()
        if (event.type === 'tap' && answer?.card && inTime) {
          return [messages.replaceCard(messageId, degrade(answer.card, capabilities), now)]
        }
        if (event.type !== 'message') return []
        const reads = capabilities.readReceipts && chats.get(event.chat.id)?.kind === 'bot'
        return [undefined, messages.advance(messageId, reads ? 'read' : 'delivered')]
      })
      if (updated) pushUpdate(updated)
      if (tick) pushTicks([tick])
    },
  })

  const acting = createActing({
    clock,
    ids,
    accounts,
    chats,
    messages,
    callbacks,
    dispatcher,
    settings,
    isOnline,
    onMessage: pushMessage,
    onTicks(ticks) {
      pushTicks(ticks)
      pushUnread()
    },
  })
  const messenger = createMessenger({
    clock,
    chats,
    messages,
    settings,
    isOnline,
    onMessage: pushMessage,
    onUpdate: pushUpdate,
    onRing(row) {
      live.toEach((accountId) =>
        chats.isMember(row.chat_id, accountId)
          ? { type: 'ring', messageId: row.id, chatId: row.chat_id, preview: row.text.slice(0, 80) }
          : null,
      )
    },
  })

  function pushMessage(row: MessageRow): void {
    const chat = chats.get(row.chat_id)
    if (!chat || live.count() === 0) return
    live.toEach((accountId) => {
      if (!chats.isMember(chat.id, accountId)) return null
      const unread = messages.unreadByChat(accountId)[chat.id] ?? 0
      return { type: 'message', message: views.message(row), chat: views.chat(chat, accountId, unread) }
    })
    pushUnread()
  }

  function pushUpdate(row: MessageRow): void {
    live.toEach((accountId) =>
      chats.isMember(row.chat_id, accountId)
        ? { type: 'message.updated', message: views.message(row) }
        : null,
    )
  }

  function pushTicks(ticks: Tick[]): void {
    for (const chatId of new Set(ticks.map((tick) => tick.chatId))) {
      const changed = ticks.flatMap((tick) => {
        const row = tick.chatId === chatId ? messages.get(tick.id) : undefined
        return row ? [{ id: row.id, state: row.state, readers: messages.readers(row) }] : []
      })
      live.toEach((accountId) =>
        chats.isMember(chatId, accountId) ? { type: 'ticks', chatId, ticks: changed } : null,
      )
    }
  }

  const pushUnread = coalesce(unreadPauseMs, () => {
    if (live.count() === 0) return
    const byAccount = messages.unreadByAccount()
    live.toEach((accountId) => ({
      type: 'unread',
      accounts: byAccount,
      chats: messages.unreadByChat(accountId),
    }))
  })
  const pushAccounts = coalesce(unreadPauseMs, () => {
    live.toAll({ type: 'accounts', accounts: views.accounts() })
    live.toEach((accountId) => ({ type: 'chats', chats: views.chats(accountId) }))
  })
  const pushPanel = coalesce(panelPauseMs, () => {
    if (live.count() === 0) return
    host.panel().then(
      (panel) => live.toAll({ type: 'panel', panel }),
      (error: unknown) => log.error({ err: error }, 'the panel could not be read'),
    )
  })
  const unsubscribe = host.onPanel(pushPanel)

  return {
    messenger,
    identity: signIn.identity,
    channel: {
      platform: 'sandbox',
      start: async (sink) => dispatcher.start(sink),
      stop: () => dispatcher.stop(),
    },
    directory: {
      platform: 'sandbox',
      scope: async () => ({
        totalPeople: accounts.rows().filter((row) => row.internal === 1).length,
        isPartial: false,
        range: '沙盒里的全部同事',
      }),
      page: async () => ({
        departments: accounts.departments(),
        people: accounts
          .rows()
          .filter((row) => row.internal === 1)
          .map((row) => ({
            externalId: row.id,
            name: row.name,
            title: row.title,
            departmentExternalIds: stringList(row.departments),
          })),
        next: null,
      }),
    },
    accounts: {
      put(account) {
        storage.transaction(() => {
          accounts.put(account)
          if (account.group !== 'customer') chats.withBot(account.externalId)
        })
        pushAccounts()
      },
      putDepartment: (department) => accounts.putDepartment(department),
      list: () =>
        accounts.rows().map((row) => ({
          externalId: row.id,
          name: row.name,
          title: row.title,
          group: row.kind,
          departmentExternalIds: stringList(row.departments),
        })),
      putGroup(group) {
        chats.putGroup(group)
        pushAccounts()
      },
      putDirect(one, other) {
        const chat = chats.putDirect(one, other)
        pushAccounts()
        return chat.id
      },
    },
    router: createSandboxRouter({
      host,
      accounts,
      chats,
      messages,
      settings,
      views,
      acting,
      issueCode: (accountId) => signIn.issue(accountId),
      onSettings() {
        live.toAll({ type: 'settings', settings: settings.get() })
        pushAccounts()
      },
      onClock: pushPanel,
    }),
    attach: live.attach,
    idle: dispatcher.idle,
    async close() {
      unsubscribe()
      for (const pending of [pushUnread, pushAccounts, pushPanel]) pending.end()
      live.close()
      await dispatcher.stop()
      storage.close()
    },
  }
}
