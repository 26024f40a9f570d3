import type { CaptureDocument, ChatIntent } from '../playbook/capture.js'
import { counterFrames, findFrames, plainAsk, type FrameHit } from './chat-frames.js'
import { intentOfLead, intentOfOther } from './chat-intent.js'
import {
  blankSpans,
  chooseBudget,
  findEmails,
  findQuantity,
  findWechatIds,
  type Budget,
} from './chat-parts.js'
import { weighChat, type ChatFact } from './chat-score.js'
import { cleanText, clausesOf, simplify } from './chat-text.js'
import { findCompanies } from './companies.js'
import { createKeywordReader, type KeywordHit } from './keywords.js'
import { findMoney } from './money.js'
import { createNegationReader, maskAffirmations } from './negation.js'
import { findPeople } from './people.js'
import { findMaskedPhones, findPhones, type MaskedPhoneHit, type PhoneHit } from './phones.js'
import { compilePhrases, type PhraseHit } from './phrases.js'
import { findTimes, type TimeHit } from './times.js'

export type ChatContext = {
  sender: 'external' | 'internal'
  chat: 'single' | 'group'
  /** When it was written, on the organisation's wall clock: YYYY-MM-DDTHH:mm:ss. */
  reference: string
  capture: CaptureDocument
}

export type ChatReading = {
  /** An outside person shows interest in buying, trying, renewing or extending, now or at a named later time. */
  isLead: boolean
  /** 0..1; from the document's threshold on it is a lead. */
  score: number
  /** Why it is a lead or none: short, Chinese, the weightiest first. */
  reasons: string[]
  intent: ChatIntent
  /** Tags of the keywords the person affirms, in the order of the document; empty where there is no lead. */
  keywords: string[]
  /** Tags of the keywords the person denies; never one that is affirmed. */
  negated: string[]
  phones: PhoneHit[]
  maskedPhones: MaskedPhoneHit[]
  emails: string[]
  wechat: string[]
  budget?: Budget
  quantity?: number
  times: TimeHit[]
  companies: string[]
  persons: string[]
}

/**
 * Reads one chat message: is it a lead, what is wanted and denied, who is it and how to reach them.
 *
 * Pure and offline. Only the first `MAX_READ` characters are read; offsets in hits refer to `cleanText(text)`.
 */
export function readChat(text: string, context: ChatContext): ChatReading {
  const reader = readerOf(context.capture)
  const clean = cleanText(text)
  const plain = simplify(clean)
  const people = findPeople(clean)
  const companies = findCompanies(clean, people)
  const phones = findPhones(clean)
  const maskedPhones = findMaskedPhones(clean)
  const emails = findEmails(clean)
  const wechat = findWechatIds(clean)
  // How long something lasts (14天试用, 一年多少钱) is no time that anybody can be met at.
  const times = findTimes(clean, context.reference).filter((time) => time.kind !== 'duration')
  const money = findMoney(clean, { spokenUnits: true }).filter(
    (hit) => !phones.some((phone) => within(phone, [hit]) || within(hit, [phone])),
  )
  const masked = reader.negation.mask(plain)
  const built = reader.frames(plain, masked, companies)
  const named = reader.keywords(plain, masked, companies)
  const hits = [...named, ...builtBeside(named, built)].sort((a, b) => a.start - b.start)
  const fact: ChatFact = {
    text: plain,
    clauses: clausesOf(plain),
    hits,
    signals: withPlainAsk(
      plain,
      [...reader.signals(plain, masked, companies, built.spans), ...built.signals],
      hits,
      context,
    ),
    times,
    hasContact: phones.length + maskedPhones.length + emails.length + wechat.length > 0,
    looksLikeCard: looksLikeCard(clean, people.length + companies.length, phones.length + emails.length),
    hasBudgetBound: money.some((hit) => hit.bound === 'at_most'),
    sender: context.sender,
  }
  const verdict = weighChat(fact, context.capture)
  const intentFacts = {
    ...fact,
    keywords: verdict.keywords,
    negated: verdict.negated,
    signals: verdict.signals,
  }
  const budget = verdict.isLead ? chooseBudget(clean, money) : undefined
  const quantity = verdict.isLead
    ? findQuantity(blankSpans(plain, [...money, ...times, ...phones]))
    : undefined
  return {
    isLead: verdict.isLead,
    score: verdict.score,
    reasons: verdict.reasons,
    intent: verdict.isLead
      ? intentOfLead(intentFacts, context.capture)
      : intentOfOther(intentFacts, context.sender),
    keywords: verdict.isLead ? verdict.keywords : [],
    negated: verdict.negated,
    phones,
    maskedPhones,
    emails,
    wechat,
    ...(budget === undefined ? {} : { budget }),
    ...(quantity === undefined ? {} : { quantity }),
    times,
    companies: context.sender === 'internal' ? [] : companies.map((hit) => hit.text),
    persons: context.sender === 'internal' ? [] : people.map((hit) => hit.text),
  }
}

/** A forwarded business card or a filled-in form: several labelled or separated fields with a name and a number. */
function looksLikeCard(text: string, names: number, contacts: number): boolean {
  const labels =
    text.match(/(?:姓名|联系人|公司|单位|电话|手机|邮箱|职位|需求|预算|地址|名片|表单)\s*[:：】\s]/g)
      ?.length ?? 0
  const separators = text.match(/[|/／\n]/g)?.length ?? 0
  return (
    contacts > 0 &&
    names > 0 &&
    (labels >= 3 || (/名片|表单/.test(text) && labels + separators >= 2) || separators >= 3)
  )
}

type Span = { start: number; end: number }
type Signals = ChatFact['signals']
type Built = { keywords: (KeywordHit & { yields: boolean })[]; signals: Signals; spans: readonly Span[] }

type ChatReader = {
  negation: ReturnType<typeof createNegationReader>
  keywords: (text: string, masked: string, names: readonly Span[]) => KeywordHit[]
  signals: (plain: string, masked: string, names: readonly Span[], asked: readonly Span[]) => Signals
  frames: (plain: string, masked: string, names: readonly Span[]) => Built
}

// Compiling a document costs milliseconds and documents never change once published.
const readers = new WeakMap<CaptureDocument, ChatReader>()

function readerOf(capture: CaptureDocument): ChatReader {
  const ready = readers.get(capture)
  if (ready !== undefined) return ready
  const negation = createNegationReader(capture.negations)
  const finders = capture.signals.map((signal) => ({ signal, find: compilePhrases(signal.forms) }))
  const reader: ChatReader = {
    negation,
    keywords: createKeywordReader(capture.keywords, negation),
    // 不是没预算 and 合不合适 refuse nothing; everything else is looked for in the full text.
    signals: (plain, masked, names, asked) =>
      finders.flatMap(({ signal, find }) => {
        const text = signal.intent === 'refuse' ? maskAffirmations(plain) : plain
        // 续一年怎么操作 asks how to buy, whatever 怎么操作 means elsewhere.
        const others = signal.key === 'support' ? [...names, ...asked] : names
        const found = find(text).filter((hit) => !within(hit, others))
        const asks = signal.weight > 0 && signal.intent !== undefined
        const denied = asks ? new Set(negation.denied(masked, found)) : new Set<PhraseHit>()
        const hits = found.filter((hit) => !denied.has(hit))
        return hits.length === 0 ? [] : [{ ...signal, hits }]
      }),
    frames: (plain, masked, names) => {
      const found = findFrames(plain).filter((hit) => !within(hit, names))
      const denied = new Set(negation.denied(masked, found))
      const isTag = (hit: FrameHit) => capture.keywords.some((keyword) => keyword.key === hit.frame.tag)
      return {
        keywords: found.filter(isTag).map((hit) => asKeyword(hit, denied.has(hit))),
        signals: [
          ...found.filter((hit) => !isTag(hit) && !denied.has(hit)),
          ...findFrames(plain, counterFrames),
        ].map(asSignal),
        spans: found,
      }
    },
  }
  readers.set(capture, reader)
  return reader
}

/** A signal of this weight or lower takes the benefit of the doubt away. */
const SPEAKS_AGAINST = -0.35

/** Adds the plain request where nothing speaks against the message and it was written to us alone. */
function withPlainAsk(
  plain: string,
  signals: Signals,
  hits: readonly KeywordHit[],
  { chat, sender }: ChatContext,
): Signals {
  const states = new Set(hits.map((hit) => hit.state))
  if (states.has('denied') && !states.has('affirmed')) return signals
  const against = signals.some((signal) => signal.weight <= SPEAKS_AGAINST)
  if (against || chat === 'group' || sender === 'internal') return signals
  return [...signals, ...findFrames(plain, [plainAsk]).map(asSignal)]
}

function asKeyword({ frame, start, end, text }: FrameHit, denied: boolean): Built['keywords'][number] {
  const { tag = '', yields = false } = frame
  return { key: tag, start, end, text, state: denied ? 'denied' : 'affirmed', yields }
}

/** The keywords that constructions amount to, without those that yield to another one. */
function builtBeside(named: readonly KeywordHit[], { keywords }: Built): KeywordHit[] {
  const firm = [...named, ...keywords.filter((hit) => !hit.yields)].some((hit) => hit.state === 'affirmed')
  return firm ? keywords.filter((hit) => !hit.yields) : keywords
}

function asSignal({ frame, start, end, text }: FrameHit): Signals[number] {
  const { key, reason, weight, intent } = frame
  return { key, reason, weight, intent, forms: [], hits: [{ start, end, text }] }
}

function within(hit: Span, spans: readonly Span[]): boolean {
  return spans.some((span) => span.start <= hit.start && hit.end <= span.end)
}
