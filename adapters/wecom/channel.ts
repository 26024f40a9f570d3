import { stopwatch, type Clock } from '../../core/ports/clock.js'
import type { Ids } from '../../core/ports/ids.js'
import type { Channel, InboundSink } from '../../core/ports/inbound.js'
import type { WecomSettings } from '../../core/ports/platform-settings.js'
import type { Webhook } from '../../core/ports/webhook.js'
import { WireError } from '../shared/wire-error.js'
import type { AdapterDeps, AdapterLog } from '../platforms.js'
import type { BotPeople } from './bot-people.js'
import type { BotFrame, BotSocket } from './bot-socket.js'
import { createCallback } from './callback.js'
import type { CardLedger } from './card-ledger.js'
import type { Counters } from './counters.js'
import type { CustomerService } from './customer-service.js'
import { decodeBotFrame } from './decode-bot.js'
import { encodeCard, type EncodeContext } from './encode.js'
import { envelopeKeys } from './envelope.js'
import type { Fetching } from './fetching.js'
import { keepTrying, patience } from './keeping.js'
import { createWatch } from './watch.js'

export interface ChannelDeps {
  settings: WecomSettings
  clock: Clock
  ids: Ids
  log: AdapterLog
  counters: Counters
  ledger: CardLedger
  bot: BotSocket | null
  people: BotPeople | null
  customers: CustomerService | null
  archive: Fetching | null
  drawing: Pick<EncodeContext, 'pageUrl' | 'interactive'>
  waits?: readonly number[]
  holdMs?: number
  watchMs?: number
  isBound?: AdapterDeps['isBound']
}

const botBudgetMs = 3_500
const workingOn = '收到，结果发到“跟进”应用里给你。'
/** To somebody who has no account here: what the answer is follows in this chat. */
const heard = '收到。'
const hello = '你好，我是跟进助手。说一句话就能记跟进，发“帮助”看我能做什么。'

/** The ways in: the callbacks of the app, of customer service and of the contact-sync assistant, the AI bot's socket. */
export function createChannel(deps: ChannelDeps): Channel {
  const { settings, clock, log, counters, bot, people, customers, archive, drawing } = deps
  let sink: InboundSink | null = null
  const underWay = new Set<Promise<unknown>>()
  const fetchings = [customers, archive].filter((one) => one !== null)
  const watch = createWatch(fetchings, log, deps.watchMs)

  function track<T>(work: Promise<T>): Promise<T> {
    underWay.add(work)
    void work.catch(() => undefined).finally(() => underWay.delete(work))
    return work
  }

  async function takeFrame(frame: BotFrame): Promise<void> {
    if (!sink) return
    const startedAt = stopwatch()
    const sender = await people?.senderOf(frame.body)
    const callback = read(frame, sender ?? null)
    if (callback?.type !== 'event') return
    const { event, taskId } = callback
    const answer = await keepTrying(sink, event, botBudgetMs, deps.waits ?? patience.bot, startedAt)
    counters.add(`taken.bot-${event.type}`)
    if (event.type === 'message')
      await frame.replyText((await isBound(event.sender.externalId)) ? workingOn : heard)
    if (event.type === 'entered') await frame.welcome(hello)
    if (event.type === 'tap' && answer?.card && taskId) {
      const context = { ...drawing, interactive: true, hadButtons: true, taskId, notice: answer.notice }
      // The bot's cards have no grey button: without actions they become a notice.
      await frame.updateCard(encodeCard(answer.card, { ...context, hadButtons: false }))
    }
  }

  /** What cannot be looked up is not said. */
  async function isBound(account: string): Promise<boolean> {
    try {
      return (await deps.isBound?.('wecom', account)) ?? false
    } catch (err) {
      log.warn({ err }, 'whether somebody has an account could not be looked up')
      return false
    }
  }

  function read(frame: BotFrame, sender: string | null) {
    try {
      const callback = decodeBotFrame(frame.body, clock.now(), sender)
      if (callback.type === 'ignored') counters.add(`ignored.${callback.what}`)
      return callback
    } catch (err) {
      if (!(err instanceof WireError)) throw err
      counters.add(`refused.bot-${err.code}`)
      log.warn({ code: err.code }, 'a frame of the WeCom bot was refused')
      return null
    }
  }

  bot?.listen((frame) =>
    track(takeFrame(frame)).catch((err: unknown) => {
      counters.add('failed.bot')
      log.error({ err }, 'a frame of the WeCom bot could not be answered')
    }),
  )

  const callback = (path: string, secrets: { token: string; aesKey: string }) =>
    createCallback(path, envelopeKeys({ ...secrets, receiver: settings.corpId }), {
      ...deps,
      sink: () => sink,
    })
  const webhooks: Webhook[] = [
    ...(settings.callback ? [callback('wecom/app', settings.callback)] : []),
    ...(settings.customerService ? [callback('wecom/kf', settings.customerService)] : []),
    ...(settings.contactCallback ? [callback('wecom/contacts', settings.contactCallback)] : []),
  ].map((webhook) => ({ ...webhook, handle: (request) => track(webhook.handle(request)) }))

  return {
    platform: 'wecom',
    webhooks,
    async start(given) {
      sink = given
      for (const fetching of fetchings)
        track(fetching.catchUp(given)).catch((err: unknown) =>
          log.warn({ err }, 'what WeCom told of could not be looked up'),
        )
    },
    async stop() {
      sink = null
      watch.stop()
      await bot?.disconnect()
      await Promise.all(fetchings.map((fetching) => fetching.stop()))
      await Promise.allSettled([watch.idle(), ...underWay])
    },
    ...(bot || fetchings.length > 0
      ? {
          async connect() {
            watch.start(() => sink)
            await bot?.connect()
          },
          async disconnect() {
            watch.stop()
            await bot?.disconnect()
          },
        }
      : {}),
  }
}
