import type { WSClient, WsFrame } from '@wecom/aibot-node-sdk'
import type { WecomSettings } from '../../core/ports/platform-settings.js'
import type { AdapterDeps } from '../platforms.js'
import { failure, refusal } from './calls.js'
import type { TemplateCard } from './template-card.js'

/** A frame that came in; `reply` answers it within 5 s. */
export interface BotFrame {
  body: unknown
  /** Ends the turn: WeCom takes no further message of somebody who was left unanswered three times. */
  replyText(text: string): Promise<void>
  welcome(text: string): Promise<void>
  updateCard(card: TemplateCard): Promise<void>
}

export type BotState = 'closed' | 'opening' | 'open' | 'refused' | 'taken-over'

export type BotSocket = ReturnType<typeof createBotSocket>

/** How long the bot is left to another process that connected: two that take it back from each other serve nobody. */
const takenOverPauseMs = 10 * 60_000

/**
 * The AI bot's socket, by the official SDK. WeCom allows one connection per bot and has no other way to send for it.
 *
 * Contained here: the SDK gives up after ten drops unless told not to, never comes back after another process took
 * the connection over, logs whole messages, and rejects with a frame instead of an error.
 *
 * @see https://developer.work.weixin.qq.com/document/path/101463
 */
export function createBotSocket(
  settings: Pick<WecomSettings, 'botUrl'> & { bot: NonNullable<WecomSettings['bot']> },
  { log, pauseMs = takenOverPauseMs }: Pick<AdapterDeps, 'log'> & { pauseMs?: number },
) {
  let socket: WSClient | null = null
  let state: BotState = 'closed'
  let comeBack: NodeJS.Timeout | null = null
  let onFrame: (frame: BotFrame) => Promise<void> = () => Promise.resolve()
  const working = new Set<Promise<void>>()

  async function open(): Promise<void> {
    // Read only when there is a bot: the SDK brings an HTTP client of its own.
    const { WSClient } = await import('@wecom/aibot-node-sdk')
    state = 'opening'
    const mine = new WSClient({
      botId: settings.bot.id,
      secret: settings.bot.secret,
      wsUrl: settings.botUrl,
      maxReconnectAttempts: -1,
      maxAuthFailureAttempts: -1,
      logger: silent,
    })
    socket = mine
    mine.on('authenticated', () => {
      state = 'open'
      log.info({}, 'the WeCom bot is connected')
    })
    mine.on('disconnected', () => {
      if (state === 'open') state = 'opening'
    })
    mine.on('error', () => {
      if (state === 'opening') state = 'refused'
      log.warn({}, 'the WeCom bot could not connect; it tries again')
    })
    mine.on('reconnecting', () => {
      if (state !== 'taken-over') state = 'opening'
    })
    mine.on('event.disconnected_event', () => {
      state = 'taken-over'
      log.error({ pauseMs }, 'another program has connected with the WeCom bot')
      comeBack = setTimeout(() => {
        mine.disconnect()
        void open()
      }, pauseMs).unref()
    })
    const take = (frame: WsFrame<unknown>) => {
      const run = onFrame(frameOf(mine, frame)).catch((err: unknown) =>
        log.error({ err }, 'a frame of the WeCom bot failed'),
      )
      working.add(run)
      void run.finally(() => working.delete(run))
    }
    mine.on('message', take)
    mine.on('event', take)
    mine.connect()
  }

  async function send(chatId: string, body: Parameters<WSClient['sendMessage']>[1]): Promise<void> {
    if (!socket || state !== 'open') throw failure('bot_not_connected', true, 5_000)
    await settle(socket.sendMessage(chatId, body))
  }

  return {
    state: () => state,
    listen(handler: typeof onFrame) {
      onFrame = handler
    },
    connect: open,
    async disconnect(): Promise<void> {
      if (comeBack) clearTimeout(comeBack)
      comeBack = null
      socket?.removeAllListeners('message')
      socket?.removeAllListeners('event')
      await Promise.all(working)
      socket?.disconnect()
      socket = null
      state = 'closed'
    },
    /** @throws PlatformError with WeCom's code; `bot_not_connected` where another process holds the connection. */
    sendMarkdown: (chatId: string, content: string) =>
      send(chatId, { msgtype: 'markdown', markdown: { content } }),
    sendCard: (chatId: string, card: TemplateCard) =>
      send(chatId, { msgtype: 'template_card', template_card: card as never }),
  }
}

function frameOf(socket: WSClient, frame: WsFrame<unknown>): BotFrame {
  const { headers } = frame
  return {
    body: frame.body,
    replyText: (text) =>
      settle(socket.replyStream({ headers }, `s${headers.req_id}`.slice(0, 60), text, true)),
    welcome: (text) => settle(socket.replyWelcome({ headers }, { msgtype: 'text', text: { content: text } })),
    updateCard: (card) => settle(socket.updateTemplateCard({ headers }, card as never)),
  }
}

/** The SDK rejects with the platform's frame, or with an error when the frame's fate is unknown. */
async function settle(sent: Promise<unknown>): Promise<void> {
  try {
    await sent
  } catch (err) {
    if (typeof err === 'object' && err !== null && 'errcode' in err) throw refusal(Number(err.errcode))
    throw failure('timeout', true, undefined, err)
  }
}

const nothing = () => undefined
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
