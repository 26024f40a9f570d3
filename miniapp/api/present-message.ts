import type { Delivery } from '../../core/deliveries/delivery.js'
import type { DeliveryAttempt } from '../../core/deliveries/attempts.js'
import type { DeliveryWay } from '../../core/deliveries/log.js'
import { refusalCause, refusalWords } from '../../core/org/refusals.js'
import { PlatformError } from '../../core/errors.js'
import type { Platform } from '../../core/ports/platform.js'
import type { MessageEvent, MessageRow } from '../contract/messages.js'
import { channelWords, deliveryStateWords, platformWords } from '../contract/words.js'
import { moreCardLabels, reasonOf } from './admin-texts.js'
import type { RecordName } from './record-names.js'
import { cardLabels, systemName } from './texts.js'
import { describeChange } from './time-line-texts.js'
import type { Vocabulary } from './vocabulary.js'

export const cardLabelOf = (card: string): string => cardLabels[card] ?? moreCardLabels[card] ?? '通知'

export interface MessageWords {
  words: Vocabulary
  about: RecordName | null
  /** Whether a platform tells that a message was read. */
  tellsReading: (platform: Platform) => boolean
}

export function presentMessage(delivery: Delivery, { words, about, tellsReading }: MessageWords): MessageRow {
  const { platform, channel, state } = delivery
  return {
    id: delivery.id,
    label: cardLabelOf(delivery.card),
    about,
    to: words.person(delivery.personId)?.name ?? '群聊',
    state,
    platform,
    channel,
    queuedAt: delivery.queuedAt.toISOString(),
    at: lastOf(delivery).toISOString(),
    failure: sayReason(delivery.failure, platform),
    unreported: state === 'sent' && channel === 'messenger' && platform !== null && !tellsReading(platform),
  }
}

const lastOf = (delivery: Delivery): Date =>
  delivery.actedAt ?? delivery.readAt ?? delivery.deliveredAt ?? delivery.sentAt ?? delivery.queuedAt

/** Everything that is known to have happened to a message, oldest first. */
export function wayOf(way: DeliveryWay, words: Vocabulary, isUnreported: boolean): MessageEvent[] {
  const { delivery } = way
  const { platform } = delivery
  const via = platform ? platformWords[platform] : channelWords[delivery.channel]
  const events: (MessageEvent | null)[] = [
    way.cause && causeOf(way.cause, words),
    event(delivery.queuedAt, 'plain', '排队等待发送', levelOf(delivery)),
    ...way.attempts.map((attempt) => attemptEvent(attempt, words)),
    happened(delivery.sentAt, 'good', `${via}已接收`, routeOf(delivery)),
    happened(delivery.deliveredAt, 'good', '已送达', null),
    happened(delivery.readAt, 'good', '已读', null),
    happened(delivery.actedAt, 'good', '已处理', '对方操作了这张卡片'),
  ]
  const told = events
    .filter((one) => one !== null)
    .map((one, n) => ({ one, n }))
    .sort((a, b) => a.one.at.localeCompare(b.one.at) || a.n - b.n)
    .map(({ one }) => one)
  const end = endOf(way, told.at(-1)?.at ?? delivery.queuedAt.toISOString(), isUnreported)
  return end ? [...told, end] : told
}

/** Where it stands, where no instant of its own is stored for that. */
function endOf({ delivery, digest }: DeliveryWay, at: string, isUnreported: boolean): MessageEvent | null {
  const { state, waitingFor, workAt } = delivery
  const why = sayReason(delivery.failure, delivery.platform)
  if (state === 'queued' && waitingFor)
    return {
      at: (workAt ?? delivery.queuedAt).toISOString(),
      tone: 'warn',
      text: '还没有发出',
      detail: reasonOf(waitingFor),
    }
  if (state === 'failed') return { at, tone: 'bad', text: '没能发出', detail: why }
  if (state === 'expired') return { at, tone: 'bad', text: '过期，不再发送', detail: why }
  if (state === 'unknown') return { at, tone: 'warn', text: '结果未知', detail: why }
  if (state === 'skipped') return { at, tone: 'plain', text: '无需发送', detail: why }
  if (state === 'folded')
    return {
      at,
      tone: 'plain',
      text: '并入一张汇总卡片',
      detail: digest ? deliveryStateWords[digest.state] : null,
    }
  if (isUnreported) return { at, tone: 'plain', text: '未回执', detail: '这个平台不报告送达和已读' }
  return null
}

function attemptEvent(attempt: DeliveryAttempt, words: Vocabulary): MessageEvent {
  const why = sayReason(attempt.code, attempt.platform)
  switch (attempt.outcome) {
    case 'failed':
      return event(attempt.at, 'bad', `第 ${attempt.n} 次发送失败`, why)
    case 'unknown':
      return event(attempt.at, 'warn', '平台没有答复，结果未知', why)
    case 'interrupted':
      return event(attempt.at, 'warn', '发送途中程序停止', why)
    case 'waiting':
      return event(attempt.at, 'plain', '等待发送', why)
    case 'repeated':
      return event(attempt.at, 'warn', '再次发送，卡片注明“可能重复”', why)
    case 'retried':
      return event(attempt.at, 'plain', `${words.person(attempt.code)?.name ?? systemName}点了重发`, null)
  }
}

function causeOf(cause: NonNullable<DeliveryWay['cause']>, words: Vocabulary): MessageEvent {
  const who = words.person(cause.actorId.startsWith('system:') ? null : cause.actorId)?.name ?? systemName
  const { text, detail } = describeChange(cause, words)
  return event(cause.at, 'plain', `起因：${who} ${text}`, detail)
}

const levels: Record<Delivery['level'], string | null> = {
  normal: null,
  urgent: '加急',
  escalation: '升级提醒，结果未知时再发一次',
}

function levelOf({ level, channel }: Delivery): string | null {
  if (channel === 'todo') return '写进本人的平台待办'
  return channel === 'messenger' ? levels[level] : `提醒方式：${channelWords[channel]}`
}

const routeOf = ({ provider, platformMessageId }: Delivery): string | null =>
  [provider && `服务商 ${provider}`, platformMessageId && `编号 ${platformMessageId}`]
    .filter(Boolean)
    .join('，') || null

/** A platform's code with its meaning where we know it; the code itself stays readable for a search. */
export function sayReason(code: string | null, platform: Platform | null): string | null {
  if (!code) return null
  const ours = reasonOf(code)
  if (ours !== code || !platform) return ours
  const cause = refusalCause(new PlatformError({ platform, code, retryable: false }))
  const meanings = {
    recipient: `${refusalWords(platform, code)}，`,
    credentials: '平台不接受本应用的凭证、权限或 IP，',
    other: '',
  }
  return `${meanings[cause]}${platformWords[platform]}返回 ${code}`
}

const event = (at: Date, tone: MessageEvent['tone'], text: string, detail: string | null): MessageEvent => ({
  at: at.toISOString(),
  tone,
  text,
  detail,
})

const happened = (at: Date | null, tone: MessageEvent['tone'], text: string, detail: string | null) =>
  at && event(at, tone, text, detail)
