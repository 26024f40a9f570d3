import { clausesOf, type Clause } from './chat-text.js'
import type { NoteDraft } from './note-schema.js'
import { DAY_SECONDS, formatDay, readLocal } from './times-calendar.js'
import { findTimes, type TimeHit } from './times.js'

/** A time in a note with what is said about it. `weight` orders the candidates for the next step. */
export type NoteTime = { hit: TimeHit; at: string; clause: Clause; weight: number }

const STEP =
  /再|去|见|拜访|上门|演示|demo|签|联系|回访|打|聊|谈|发|寄|给|送|约|开会|会|答复|回复|出结果|来|吃饭|交付|培训|上线|付|验收|开|过|安排|跟进|汇报|提交|call|meet|follow/i
const CORRECTION =
  /(?:不对|说错|错了|更正|不是|改(?:约|到|成|为|在|期)|改(?=周|下|明|后|\d)|推迟到|延到|延期到|提前到|挪到|推到|调到|顺延到|应该是)/
/** The customer's own affairs: 他周日要跟老板汇报, 客户内部开会. */
const THEIRS =
  /(?:他|她|伊|客户|对方|总|经理|老板).{0,8}(?:跟.{0,4}(?:老板|领导|上级).{0,3}(?:汇报|说|请示)|内部|上会|出差|休假|请假|回来(?!再)|在厂|在公司)/
const DONE = /(?:了|过|完|刚|已经?|昨|前天|上周|上次|上个?月|早就)/
const AHEAD =
  /(?:再|要|会|准备|打算|约|改|安排|之前|前|让|给|发|去|来|才|可以|能|将|预计|最快|就|记得|下次|还)/
/** 现在用的老系统 tells how things are. */
const PRESENT = /^(?:现在|目前|当前|此刻|眼下|最近|近期|这段时间)/
/** What makes a bare 今天 a plan: 让财务今天开, 今天之内给答复, 下午把合同发他. */
const AHEAD_TODAY =
  /再|要|准备|打算|约|晚点|待会|之?前|内|让|请|给|发|寄|去|来|答复|回复|交|签(?!了)|付(?!了)|开|安排|定|汇报|能|可以|会(?=[给发去来再打])/
const BACKGROUND =
  /(?:期间|以来|之后一直|去年|前年|当时|成立于|从.{1,8}开始用|到期|有效期|质保|账期|上线时间|工期)/

/**
 * The times of a note that lie ahead, best candidate for the next step first.
 *
 * @param reference - Wall clock of the note, YYYY-MM-DDTHH:mm:ss.
 */
export function comingTimes(text: string, reference: string): NoteTime[] {
  const clauses = clausesOf(text)
  const times = findTimes(text, reference, { prefer: 'future' })
  const candidates = times.flatMap((hit): NoteTime[] => {
    const clause = clauses.find((c) => c.start <= hit.start && hit.start < c.end)
    const at = weekdayInside(hit, times, text) ?? momentOf(hit)
    if (clause === undefined || at === undefined || isPast(at, reference)) return []
    return [{ hit, at, clause, weight: weightOf(text, hit, clause, reference) }]
  })
  for (const c of candidates) if (candidates.some((wide) => narrows(c, wide))) c.weight += 1.2
  const likely = candidates.filter((c) => c.weight > 0)
  // 26号客户内部评审,等结果: the customer's own date is worth a reminder where there is no other.
  const kept = likely.length > 0 ? likely : candidates.filter((c) => c.weight > -0.5 && c.weight !== 0)
  return kept.sort((a, b) => b.weight - a.weight || a.hit.start - b.hit.start)
}

/** 客户:下周。我:周几?客户:周二吧: a bare weekday shortly after a week that was named is that week's. */
function weekdayInside(hit: TimeHit, times: readonly TimeHit[], text: string): string | undefined {
  if (!/^(?:周|星期|礼拜)[一二三四五六日天]$/.test(hit.text)) return undefined
  const week = times.findLast(
    (other) => other.end <= hit.start && /^下+个?(?:周|星期|礼拜)$/.test(other.text),
  )
  if (week === undefined || /[,，。;；].*[,，。;；].*[,，。;；]/.test(text.slice(week.end, hit.start)))
    return undefined
  const monday = readLocal(`${week.value.slice(0, 10)}T00:00:00`) / DAY_SECONDS
  const offset = '一二三四五六日'.indexOf((hit.text.at(-1) ?? '').replace('天', '日'))
  return formatDay(monday + Math.max(0, offset))
}

/** 下周 … 周二吧: a later day inside a wider time that was named before. */
function narrows(day: NoteTime, wide: NoteTime): boolean {
  const [from, to] = wide.at.split('/')
  if (from === undefined || to === undefined || to === '..' || from === '..' || from.length > 10) return false
  return wide.hit.end <= day.hit.start && day.at >= from && day.at < to && !day.at.includes('/')
}

/** The first coming step with the customer, out of `comingTimes`. */
export function nextStep(text: string, times: readonly NoteTime[]): NoteDraft['next'] {
  const best = times[0]
  if (best === undefined) return undefined
  const what = stepWords(text, best)
  return { at: best.at, what, ...(best.hit.deadline === true ? { deadline: true } : {}) }
}

/** Normal form with a day in it, or undefined for durations and bare ends. */
function momentOf(hit: TimeHit): string | undefined {
  if (hit.kind === 'duration') return undefined
  // 过两天, 年后: open to the right; the first day is the one to remind on.
  if (hit.value.endsWith('/..')) return hit.value.slice(0, -3)
  if (/^(?:\.\.\/)?\d{4}-/.test(hit.value)) return hit.value
  return hit.at
}

function isPast(at: string, reference: string): boolean {
  const parts = at.split('/')
  const last = parts.findLast((part) => part !== '..') ?? at
  const exclusive = parts.length === 2 && parts[0] !== '..' && parts[1] !== '..'
  return last.length === 10
    ? exclusive
      ? last <= reference.slice(0, 10)
      : last < reference.slice(0, 10)
    : last < reference
}

function weightOf(text: string, hit: TimeHit, clause: Clause, reference: string): number {
  // 跟孟经理、老魏吃了饭: a list does not end what is said about the time.
  const end =
    clause.mark === '、'
      ? hit.end + Math.max(0, text.slice(hit.end).search(/[,，。;；!！?？\n]|$/))
      : clause.end
  const tail = text.slice(hit.end, end)
  const near = text.slice(Math.max(clause.start, hit.start - 10), end)
  const follows = followingClause(text, clause)
  if (PRESENT.test(hit.text) || spansToday(hit.value, reference)) return 0
  const today =
    hit.value.startsWith(reference.slice(0, 10)) || (hit.at ?? '').startsWith(reference.slice(0, 10))
  const around = blankOut(near, hit.text)
  const clock =
    hit.at !== undefined && hit.at > reference && /[\d一二两三四五六七八九十半](?:点|:|时|刻)/.test(hit.text)
  // 今天下午三点 is still to come at half past ten, whatever was agreed about it.
  if (today && !clock && DONE.test(around) && !AHEAD.test(tail)) return 0
  if (today && !clock && !(AHEAD_TODAY.test(tail) || AHEAD_TODAY.test(text.slice(clause.start, hit.start))))
    return 0
  if (today && !clock && /[了过完]/.test(tail) && !/要|准备|打算|再|晚点|待会|之?前/.test(tail)) return 0
  if (today && !clock && /^[^,，。;；要再]{0,4}(?:了|过|完)/.test(tail)) return 0
  let weight = 1
  if (STEP.test(tail) || STEP.test(around)) weight += 1
  else if (STEP.test(follows)) weight += 0.5
  if (/再|约|下次|回访|跟进|follow/i.test(around)) weight += 0.5
  if (CORRECTION.test(text.slice(Math.max(0, hit.start - 8), hit.start))) weight += 2
  if (
    /^[,，。]?[^,，。;；]{0,3}(?:不对|说错|哦不|不是|改(?:到|成|为)|推迟到|延到|延期|提前到|挪到|推到)/.test(
      text.slice(hit.end, hit.end + 8),
    )
  )
    weight -= 2.5
  if (THEIRS.test(blankOut(text.slice(clause.start, clause.end), hit.text))) weight -= 1.2
  if (BACKGROUND.test(around) && !/再/.test(tail)) weight -= 1
  if (hit.kind === 'recurring') weight -= 0.8
  if (hit.confidence < 0.5) weight -= 0.7
  if (
    today &&
    /(?:早上|上午|刚|今天).{0,3}$/.test(hit.text) &&
    DONE.test(text.slice(clause.start, clause.end))
  )
    weight -= 1
  return weight
}

/** 今年指标还没下来: a stretch of more than a month that has begun is no appointment. */
function spansToday(value: string, reference: string): boolean {
  const [from, to] = value.split('/')
  if (from === undefined || to === undefined || from === '..' || to === '..') return false
  const days =
    (readLocal(`${to.slice(0, 10)}T00:00:00`) - readLocal(`${from.slice(0, 10)}T00:00:00`)) / DAY_SECONDS
  return from.slice(0, 10) <= reference.slice(0, 10) && days > 31
}

function followingClause(text: string, clause: Clause): string {
  const rest = text.slice(clause.end)
  return clausesOf(rest.slice(0, 40))[0]?.text ?? ''
}

function blankOut(text: string, part: string): string {
  return text.replace(part, '\u3000')
}

const LEAD_IN =
  /^(?:[\s:：,，、的”“"」』]|之?前|以前|内|左右|再|去|来|我|我们|他|她|客户|对方|要|会|就|可以|能|先|给他|请|把|让|说|给(?=阿拉|我))+/
const TRAIL = /(?:[。.!！~]|吧|了|呢|哈|哦|啊|撒|的事)+$/

/** What is to happen then, in the note's own words; 联系 where it gives none. */
function stepWords(text: string, time: NoteTime): string {
  const tail = trimmed(text.slice(time.hit.end, time.clause.end))
  if (tail.length >= 2) return tail
  const head = trimmed(text.slice(time.clause.start, time.hit.start)).replace(/说$/, '')
  if (tail.length === 1) return `${head.slice(-6)}${tail}`
  if (head.length >= 2) return head
  const next = trimmed(followingClause(text, time.clause))
  return next.length >= 2 ? next : '联系'
}

function trimmed(words: string): string {
  return words
    .replace(/[,，。;；!！?？、\n]+$/, '')
    .trim()
    .replace(LEAD_IN, '')
    .replace(TRAIL, '')
    .trim()
    .slice(0, 60)
}
