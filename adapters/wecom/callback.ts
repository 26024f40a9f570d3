import { setTimeout as pause } from 'node:timers/promises'
import { stopwatch } from '../../core/ports/clock.js'
import type { Clock } from '../../core/ports/clock.js'
import type { Ids } from '../../core/ports/ids.js'
import type { InboundAnswer, InboundSink, TapEvent } from '../../core/ports/inbound.js'
import type { Webhook, WebhookAnswer, WebhookRequest } from '../../core/ports/webhook.js'
import { WireError } from '../shared/wire-error.js'
import type { AdapterLog } from '../platforms.js'
import { wholeArchive } from './archive.js'
import type { CardLedger } from './card-ledger.js'
import type { Counters } from './counters.js'
import type { CustomerService } from './customer-service.js'
import { decodeCallback, type CardClick } from './decode.js'
import { encodeCard, looksOf, type EncodeContext } from './encode.js'
import { checkFreshness, openEcho, openMessage, sealAnswer, type EnvelopeKeys } from './envelope.js'
import type { Fetching } from './fetching.js'
import { keepTrying, patience } from './keeping.js'
import { cardAnswerXml, textAnswerXml } from './template-card.js'
import { parseXml } from './xml.js'

export interface CallbackDeps {
  clock: Clock
  ids: Ids
  log: AdapterLog
  counters: Counters
  ledger: CardLedger
  customers: CustomerService | null
  archive: Fetching | null
  drawing: Pick<EncodeContext, 'pageUrl' | 'interactive'>
  /** Null until the channel was started. */
  sink: () => InboundSink | null
  /** Tests wait less. */
  waits?: readonly number[]
  holdMs?: number
}

const maxBytes = 256 * 1024
/**
 * WeCom waits five seconds for an answer; what is ready later than this is shown by an update of the card. Counted from
 * the moment that the callback came.
 */
const tapBudgetMs = 3_500
/** That there is something to fetch is written down already: the answer need not wait for it to the end. */
const fetchBudgetMs = 1_000
/** One page says that any answer but 200 is repeated, another that only silence is: a failure is told late. */
const holdFailureMs = 5_500

/** A callback address of the app (or of customer service): the check of the address by GET, what happened by POST. */
export function createCallback(path: string, keys: EnvelopeKeys, deps: CallbackDeps): Webhook {
  const { clock, ids, log, counters, ledger, customers, archive, drawing } = deps

  function refuse(err: unknown): WebhookAnswer {
    if (!(err instanceof WireError)) throw err
    counters.add(`refused.${err.code}`)
    log.warn({ path, code: err.code }, 'a WeCom callback was refused')
    return { status: err.code === 'malformed' ? 400 : 403 }
  }

  async function handle(request: WebhookRequest, startedAt: number): Promise<WebhookAnswer> {
    const { query, body, ip } = request
    const sink = deps.sink()
    if (!sink) return { status: 503 }
    const plain = openMessage(keys, query, body.toString('utf8'))
    checkFreshness(query, clock.now())
    const callback = decodeCallback(parseXml(plain))
    switch (callback.type) {
      case 'ignored':
        counters.add(`ignored.${callback.what}`)
        return ok
      case 'fetch': {
        if (!customers) {
          counters.add('ignored.customer-service')
          return ok
        }
        await customers.wake(callback.openKfId, callback.token)
        counters.add('taken.fetch')
        await inTime(customers.fetch(sink, callback.openKfId), fetchBudgetMs)
        return ok
      }
      case 'fetch-archive':
        counters.add(archive ? 'taken.fetch-archive' : 'ignored.archive')
        if (!archive) return ok
        await archive.want(wholeArchive)
        await inTime(archive.fetch(sink, wholeArchive), fetchBudgetMs)
        return ok
      case 'event': {
        if (callback.click) await ledger.addCode(callback.click.taskId, callback.click.responseCode)
        const event = { ...callback.event, origin: { ip } }
        const waits = deps.waits ?? patience.app
        const answer = await keepTrying(sink, event, tapBudgetMs, waits, startedAt)
        counters.add(`taken.${event.type}`)
        return event.type === 'tap' ? answerTap(event, answer, callback.click) : ok
      }
    }
  }

  async function answerTap(
    event: TapEvent,
    answer: InboundAnswer | null,
    click: CardClick | undefined,
  ): Promise<WebhookAnswer> {
    const recipient = { userId: event.sender.externalId, corpId: keys.receiver, at: clock.now() }
    if (answer?.card) {
      const messageId = click ? await ledger.messageOf(click.taskId) : null
      const record = messageId === null ? null : await ledger.find(messageId)
      const context = { ...drawing, hadButtons: record?.hasButtons ?? true }
      if (messageId !== null && record && record.userId === event.sender.externalId)
        await ledger.remember(messageId, {
          ...record,
          looks: looksOf(answer.card, context),
          title: answer.card.title,
        })
      return sealed(cardAnswerXml(encodeCard(answer.card, { ...context, notice: answer.notice }), recipient))
    }
    return answer?.notice ? sealed(textAnswerXml(answer.notice.text, recipient)) : ok
  }

  const sealed = (xml: string): WebhookAnswer => ({
    status: 200,
    type: 'application/xml',
    body: sealAnswer(keys, xml, clock.now(), ids.next()),
  })

  return {
    path,
    maxBytes,
    async handle(request) {
      const startedAt = stopwatch()
      try {
        if (request.body.length > maxBytes) throw new WireError('oversized')
        if (request.method === 'GET') {
          const echo = openEcho(keys, request.query)
          checkFreshness(request.query, clock.now())
          counters.add('taken.address-check')
          return { status: 200, body: echo }
        }
        return await handle(request, startedAt)
      } catch (err) {
        if (err instanceof WireError) return refuse(err)
        counters.add('failed.store')
        log.error({ path, err }, 'a WeCom callback could not be stored')
        const left = (deps.holdMs ?? holdFailureMs) - (stopwatch() - startedAt)
        if (left > 0) await pause(left, undefined, { ref: false })
        return { status: 503 }
      }
    },
  }
}

const ok: WebhookAnswer = { status: 200, body: '' }

const inTime = (work: Promise<void>, ms: number): Promise<void> =>
  Promise.race([work, pause(ms, undefined, { ref: false })])
