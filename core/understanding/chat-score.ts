import type { CaptureDocument, CaptureSignal } from '../playbook/capture.js'
import { clauseAt } from './chat-parts.js'
import type { Clause } from './chat-text.js'
import type { KeywordHit } from './keywords.js'
import type { PhraseHit } from './phrases.js'
import type { TimeHit } from './times.js'

export type ChatFact = {
  text: string
  clauses: Clause[]
  hits: KeywordHit[]
  signals: (CaptureSignal & { hits: PhraseHit[] })[]
  times: TimeHit[]
  hasContact: boolean
  looksLikeCard: boolean
  hasBudgetBound: boolean
  sender: 'external' | 'internal'
}

export type ChatVerdict = {
  isLead: boolean
  score: number
  reasons: string[]
  keywords: string[]
  negated: string[]
  signals: ChatFact['signals']
}

type Weighed = { weight: number; reason: string }

const MORE_KEYWORDS = 0.15
const CONTACT_ALONE = 0.55
const CONTACT_BESIDE = 0.3
const PROPOSED_TIME = 0.6
const BOUNDED_SUM = 0.5
/** 可以/有空 with a time and not much else: the answer to "when does it suit you". */
const AVAILABLE =
  /可以|有空|方便|都行|都可以|都在|我在|没问题|ok|行|过来|见|等你|等您|空着|时间段|来吧|碰|约|给我电话|聊|那就|地址|定了|安排/i
/** A condition that stands for a named time: 等预算批下来, 年后, 过了会. */
const CONDITION =
  /等[^,，。!?！？]{1,14}(?:批|下来|过了|通过|定了|定下|到位|结束|确认|回来|审完|走完|上会|到期|好了|了)|年后|节后|过完年|批下来|批了|过会|到期(?:后|了|之前|前)|下一?步|二期|新财年|财年|年底|年初|明年|下半年/
/** A bare thank-you or receipt is none, whatever else it may hold. */
const THANKS =
  /^(?:收到|谢谢|多谢|感谢|好的|好|嗯+|ok|辛苦|知道了|明白)+[,，。!！~ ]*(?:了|谢谢|辛苦了)?[。!！~]?$/i

/** Facts × weights → lead or not, with the reasons. Pure. */
export function weighChat(fact: ChatFact, capture: CaptureDocument): ChatVerdict {
  const refused = refusalStands(fact)
  const signals = effectiveSignals(fact, refused)
  const affirmed = refused ? [] : tagsOf(fact, 'affirmed', capture)
  const extra = refused ? [] : derivedTags(fact, signals, affirmed, capture)
  // 试用账号收到了,想约个演示: what was received names the subject of a wish that stands beside it.
  const reported = affirmed.length > 0 ? tagsOf(fact, 'reported', capture) : []
  const keywords = orderTags([...affirmed, ...reported, ...extra], capture)
  const negated = deniedTags(fact, refused, keywords, capture)
  if (fact.sender === 'internal') {
    return { isLead: false, score: 0, reasons: ['同事之间的消息'], keywords: [], negated: [], signals }
  }
  const parts = [
    ...keywordParts(affirmed, capture),
    ...signalParts(signals, affirmed),
    ...otherParts(fact, extra, affirmed, capture),
  ]
  const sum = parts.reduce((total, part) => total + part.weight, 0)
  const score = Math.round(Math.min(1, Math.max(0, sum)) * 100) / 100
  const isLead = sum >= capture.threshold - 1e-9 && !THANKS.test(fact.text.trim())
  return {
    isLead,
    score: isLead ? score : Math.min(score, capture.threshold - 0.01),
    reasons: reasonsOf(parts, negated, isLead),
    keywords,
    negated,
    signals,
  }
}

/** Whether a refusal holds for the message: not when it belongs to one keyword and another is wished for later on. */
function refusalStands(fact: ChatFact): boolean {
  const refusal = fact.signals.find((signal) => signal.key === 'refuse')
  if (refusal === undefined) return false
  if (namesLaterTime(fact)) return false
  const last = Math.max(...refusal.hits.map((hit) => hit.end))
  const wishes = fact.signals
    .filter((signal) => signal.key === 'wish' || signal.key === 'interest')
    .flatMap((signal) => signal.hits)
  return !fact.hits.some((hit) => {
    if (hit.state !== 'affirmed' || hit.start < last) return false
    const clause = clauseAt(fact.clauses, hit.start)
    return (
      clause !== undefined &&
      (clause.start >= last || wishes.some((w) => clause.start <= w.start && w.end <= clause.end))
    )
  })
}

/** 明年3月再联系, 等预算批下来再买: interest at a later time that has a name. 有需要再说 has none. */
function namesLaterTime(fact: ChatFact): boolean {
  const later = fact.signals.find((signal) => signal.key === 'later')
  if (later === undefined) return false
  const vague = /以后再说|有需要|需要的时候|需要再|有机会|改天|下次|回头|到时候再说|再说吧/.test(fact.text)
  const timed = fact.times.some(
    (time) =>
      time.kind !== 'duration' &&
      !/^(?:最近|近期|现在|目前)/.test(time.text) &&
      later.hits.some((hit) => hit.start >= time.start - 4 && hit.start - time.end <= 10),
  )
  return timed || (!vague && CONDITION.test(fact.text))
}

function effectiveSignals(fact: ChatFact, refused: boolean): ChatFact['signals'] {
  return fact.signals.filter((signal) => {
    if (signal.key === 'refuse') return refused
    if (signal.key === 'later') return namesLaterTime(fact)
    return true
  })
}

function tagsOf(fact: ChatFact, state: KeywordHit['state'], capture: CaptureDocument): string[] {
  const demoSpans = fact.hits.filter((hit) => hit.key !== capture.meetingTag && hit.state === 'affirmed')
  const tags = fact.hits.filter((hit) => {
    if (hit.state !== state) return false
    // 约个深度演示 asks for a demo; the appointment is only how.
    const sameClause = (other: KeywordHit) =>
      clauseAt(fact.clauses, other.start) === clauseAt(fact.clauses, hit.start)
    return (
      hit.key !== capture.meetingTag || !demoSpans.some((other) => other.key === '演示' && sameClause(other))
    )
  })
  return orderTags(
    tags.map((hit) => hit.key),
    capture,
  )
}

/** Tags without their words: contact details were left, a time was proposed, a sum was bounded. */
function derivedTags(
  fact: ChatFact,
  signals: ChatFact['signals'],
  affirmed: readonly string[],
  capture: CaptureDocument,
): string[] {
  const against = signals.some((signal) => signal.weight <= -0.9)
  if (against) return []
  const tags: string[] = []
  if (fact.hasContact) tags.push(capture.contactTag)
  if (fact.hasBudgetBound && !affirmed.includes(capture.budgetTag)) tags.push(capture.budgetTag)
  if (proposesTime(fact, affirmed)) tags.push(capture.meetingTag)
  return tags
}

function proposesTime(fact: ChatFact, affirmed: readonly string[]): boolean {
  if (affirmed.length > 0 || fact.times.length === 0) return false
  const usable = fact.times.some(
    (time) => ['date', 'datetime', 'time', 'range'].includes(time.kind) && time.confidence >= 0.4,
  )
  const words =
    fact.text.replace(/\s/g, '').length - fact.times.reduce((sum, time) => sum + time.end - time.start, 0)
  return usable && words <= 16 && AVAILABLE.test(fact.text)
}

function deniedTags(
  fact: ChatFact,
  refused: boolean,
  keywords: readonly string[],
  capture: CaptureDocument,
): string[] {
  const denied = tagsOf(fact, 'denied', capture)
  // 太贵,不要了 gives a reason; it does not say that no quotation is wanted.
  const wanted = { ...fact, hits: fact.hits.filter((hit) => !hit.text.includes('贵')) }
  const all = refused ? [...denied, ...tagsOf(wanted, 'affirmed', capture)] : denied
  return orderTags(all, capture).filter((tag) => !keywords.includes(tag))
}

function keywordParts(affirmed: readonly string[], capture: CaptureDocument): Weighed[] {
  const rules = capture.keywords
    .filter((rule) => affirmed.includes(rule.key))
    .sort((a, b) => b.weight - a.weight)
  return rules.map((rule, i) => ({
    weight: i === 0 ? rule.weight : MORE_KEYWORDS,
    reason: `提到${rule.key}`,
  }))
}

function signalParts(signals: ChatFact['signals'], affirmed: readonly string[]): Weighed[] {
  const strongest = Math.max(
    0,
    ...signals.filter((s) => s.weight > 0 && s.intent !== undefined).map((s) => s.weight),
  )
  return signals.flatMap((signal): Weighed[] => {
    // A wish needs an object; beside a keyword, further signs of interest count once, as a wish does.
    if (signal.intent === undefined && affirmed.length === 0) return []
    // Two signs of the same trouble are one trouble.
    const worse = signals.some((s) => s.weight < signal.weight && s.intent === signal.intent)
    if (signal.weight < 0 && worse) return []
    if (signal.weight > 0 && signal.intent !== undefined) {
      if (signal.weight < strongest) return []
      return [{ weight: affirmed.length > 0 ? signal.weight / 2 : signal.weight, reason: signal.reason }]
    }
    return [{ weight: signal.weight, reason: signal.reason }]
  })
}

function otherParts(
  fact: ChatFact,
  extra: readonly string[],
  affirmed: readonly string[],
  capture: CaptureDocument,
): Weighed[] {
  const parts: Weighed[] = []
  if (extra.includes(capture.contactTag)) {
    const alone = affirmed.length === 0
    parts.push({
      weight: fact.looksLikeCard ? 0.7 : alone ? CONTACT_ALONE : CONTACT_BESIDE,
      reason: '留了联系方式',
    })
  }
  if (extra.includes(capture.meetingTag))
    parts.push({ weight: PROPOSED_TIME, reason: '给了可以见面或通话的时间' })
  if (extra.includes(capture.budgetTag)) parts.push({ weight: BOUNDED_SUM, reason: '说了价钱的上限' })
  return parts
}

function reasonsOf(parts: readonly Weighed[], negated: readonly string[], isLead: boolean): string[] {
  const sorted = [...parts].sort((a, b) => (isLead ? b.weight - a.weight : a.weight - b.weight))
  const reasons = [...new Set(sorted.filter((part) => isLead || part.weight < 0).map((part) => part.reason))]
  const denials = negated.map((tag) => `否定了${tag}`)
  const all = isLead ? [...reasons, ...denials] : [...denials, ...reasons]
  return all.length > 0 ? all.slice(0, 5) : ['没有看到购买、试用或续费的意思']
}

function orderTags(tags: readonly string[], capture: CaptureDocument): string[] {
  return capture.keywords.map((rule) => rule.key).filter((key) => tags.includes(key))
}
