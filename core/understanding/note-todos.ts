import { clausesOf, type Clause } from './chat-text.js'
import type { NoteTime } from './note-next.js'
import type { NoteDraft } from './note-schema.js'
import type { PersonHit } from './people.js'

export type Todo = NoteDraft['todos'][number]
export type TodoReading = { todos: Todo[]; colleagues: string[] }

const ROLES =
  '财务|法务|行政|技术(?:部|同事|总监|支持|那边)?|售前|售后|实施|产品(?:经理|部)?|研发|开发|商务|客服|运营|交付|设计|美工|市场部?|前台|仓库|物流|人事|采购(?=[^价计流])|内勤|助理|主管|领导|我们?老板|我们?经理|同事'
const NAME_PART = '[\\u4e00-\\u9fff]{1,3}'
/** 让财务今天开, 请法务再看一下, 让实施的小杨评估: somebody on our side is asked. */
const ASKED = new RegExp(
  `(?:让|叫|请|找|安排|麻烦|催|通知|转给|交给|拜托|喊)(?:一下|下|了)?(?:我们?的?)?((?:${ROLES})(?:部|同事|那边)?)(?:的)?(?=(.*))`,
)
/** 行政安排一下会议室: the part of our house that is told, at the head of a clause. */
const TOLD = new RegExp(
  `^\\s?(?:@)?((?:财务|法务|行政|售前|售后|实施|研发|商务|交付|设计|内勤|客服|技术(?:部|同事)?|产品部?)(?:部|同事|那边|这边)?)(?:的)?(?=(?:需要|要|得|来|去|帮|帮忙|负责|尽快|抓紧|先|再|今天|明天|后天|下周|周|\\d|本周|月底|配合|准备|安排|出|做|评估|审|看|开|跟|确认|改|提供|支持|写))(.*)`,
)
/** 让我下午把合同发他, 要我出个方案: the speaker is asked. */
const ASKED_ME =
  /(?:让|要求?|叫|请|催着?|等着?|希望|麻烦|需要|盯着)(?:我们?|咱们?|阿拉|俺)(?!老板|领导|公司的?人|们的)(?:这边|公司)?(?:先|再|尽快|抓紧)?(.*)/
/** 我明天发他报价, 我说要问下技术: the speaker undertakes it. */
const I_WILL =
  /(?:^|[^让要叫请跟和给对与找把带陪问催帮加向])我(?:们)?(?:这边)?(?:说|答应(?:了)?|承诺(?:了)?)?(?:[^,，。]{0,8})?((?:要|得|去|来|会|需要|负责|打算|准备|回去|回头|稍后|晚点|今天|今晚|明天|明早|后天|下午|晚上|下周|周[一二三四五六日天]|这周|马上|尽快|先|再)[^,，。;；]*(?:发|给|做|回(?=他|她|客户|对方|复)|准备|问|改|寄|出(?!差|来)|提交|整理|申请|确认|加(?:他|她|个)?微信|协调|核实|写|报|带|安排|补|查|催|送|填|订|约|回复)[^,，。;；]*)|(?:天|[上下]午|晚上|周[一二三四五六日末]|号|月底|回头|晚点)我(?:再|就|会)?((?:发|寄|送|带|交|出|给|把)[^,，。;；了过]{2,})$/
const REMEMBER =
  /(?:记得|别忘了?|不要忘记?|提醒我|务必|待办[:：]?|todo[:：]?|回去后?(?:要|得|再|就)?(?=发|做|整理|加|写|准备|出|寄|给|问)|需要(?=给|发|准备|补|改|出|提供|做|寄|提交)|(?:还)?得(?=给|发|准备|补|改|出|做|寄|提交|再|先)|(?:^|\s)(?:要|需)(?=给他|给客户|发他|准备|补|寄|提交|申请|改))([^,，。;；]{2,})/i
/** 合同明天寄, 报价周五前发他: ours to send, though nobody is named. */
const OURS =
  /^(?:[^,，。;；给发出交客他她]{1,8}[前内]((?:给|发|出|交|提交|回复?|报)[^,，。;；]{2,12})|(?:然后|再|先|最后)?(?:把)?((?:合同|报价单?|方案|资料|样品|发票|标书|PPT|案例|账号|协议)[^,，。;；]{0,12}(?:寄|发|给他|给客户|送|提交|开)(?:过去|给|他|她|出|去|到)?[^,，。;；]{0,6}))$/
const PAST =
  /(?:寄|发|给|开|送|提交|做|问|改|写|报|加|聊|谈|说)(?:了|过|完|好了|出去了)|已经?|刚刚?|昨天|上周|收到|发我|了$/
/** Somebody at the customer who orders his own people about: 他让助理小郭跟我对接. */
const THEIR_ORDER =
  /(?:他|她|客户|对方|[总董哥姐工]|经理|老板|主任|处长|院长)(?:说)?(?:又|会|再|就|已经?)?(?:让|叫|请|安排|交给|转给)(?!我)/

/** Who must do what by when, on the speaker's side. */
export function readTodos(
  text: string,
  times: readonly NoteTime[],
  people: readonly PersonHit[],
): TodoReading {
  const todos: Todo[] = []
  const colleagues: string[] = []
  for (const clause of clausesOf(text)) {
    const told = clause.text.replace(/[,，。;；!！?？、\n]+$/, '')
    // A telegram style sets clauses apart with blanks: … 合计23084元 合同明天寄.
    const found =
      readClause(told, people) ??
      told
        .split(/\s+/)
        .map((part) => readClause(part, people))
        .find((f) => f !== undefined)
    if (found === undefined) continue
    if (found.colleague !== undefined) colleagues.push(found.colleague)
    const what = tidy(found.what)
    if (what.length < 2 && found.who === '我') continue
    const due = dueOf(clause, text, times)
    todos.push({ who: found.who, what: what.slice(0, 100) || '跟进', ...(due === undefined ? {} : { due }) })
  }
  return { todos: onePerPerson(todos), colleagues }
}

type Found = { who: string; what: string; colleague?: string }

function readClause(told: string, people: readonly PersonHit[]): Found | undefined {
  const asked = ASKED.exec(told)
  if (asked !== null && !THEIR_ORDER.test(told.slice(0, asked.index + 2))) {
    const rest = asked[2] ?? ''
    const named = people.find((person) => rest.startsWith(person.text))
    const role = (asked[1] ?? '').replace(/^我们?/, '')
    return named === undefined
      ? { who: role, what: rest }
      : { who: named.text, what: rest.slice(named.text.length), colleague: named.text }
  }
  const toldRole = TOLD.exec(told)
  if (toldRole !== null) return { who: toldRole[1] ?? '', what: toldRole[2] ?? '' }
  const colleague = new RegExp(`(?:让|叫|请|安排|麻烦|通知)(?:同事|我们?的?)(${NAME_PART})`).exec(told)
  const mate =
    colleague === null ? undefined : people.find((person) => (colleague[1] ?? '').startsWith(person.text))
  if (mate !== undefined)
    return {
      who: mate.text,
      what: told.slice(told.indexOf(mate.text) + mate.text.length),
      colleague: mate.text,
    }
  const junior = juniorOf(told, people)
  if (junior !== undefined) return junior
  const mine =
    ASKED_ME.exec(told) ??
    (PAST.test(told) ? null : (I_WILL.exec(told) ?? REMEMBER.exec(told) ?? OURS.exec(told)))
  if (mine !== null && !/看着办|^(?:很|太|觉得|等|去不|不)/.test(mine[1] ?? ''))
    return { who: '我', what: mine[1] ?? mine[2] ?? '' }
  return /约?回去后?(?:再)?(?:加|发|细聊)/.test(told)
    ? { who: '我', what: told.replace(/^.*?回去后?(?:再)?/, '') }
    : undefined
}

/** 让小李把标书弄好, 小王跟一下: a junior by the pet name who is told what to do is one of ours. */
const JUNIOR =
  /(?:(?<=^|[\s,，])|(?<![客户他她方总工姐哥])(?:让|叫|请|派|安排))([小阿][\u4e00-\u9fff])(?=((?:[^,，。;；说讲回问]{0,12}?)(?:跟一?下|跟进|处理|弄|负责|准备|整理|补|核实?|查|催|换|修|带|去|过去|跑一趟|送|把[^,，。;；]*)[^,，。;；]*))/

function juniorOf(told: string, people: readonly PersonHit[]): Found | undefined {
  const match = JUNIOR.exec(told)
  const name = match?.[1]
  if (match === null || name === undefined || !people.some((person) => person.text === name)) return undefined
  if (THEIR_ORDER.test(told.slice(0, match.index + 2))) return undefined
  return { who: name, what: match[2] ?? '', colleague: name }
}

function dueOf(clause: Clause, text: string, times: readonly NoteTime[]): string | undefined {
  const inside = times.filter((time) => clause.start <= time.hit.start && time.hit.start < clause.end)
  if (inside[0] !== undefined) return inside[0].at
  const near = times
    .filter(
      (time) =>
        Math.abs(time.hit.start - clause.start) < 30 &&
        text.slice(Math.min(time.hit.start, clause.start), Math.max(time.hit.start, clause.start)).length <
          30,
    )
    .sort((a, b) => Math.abs(a.hit.start - clause.start) - Math.abs(b.hit.start - clause.start))
  return near[0]?.at
}

function tidy(what: string): string {
  return what
    .replace(/^(?:[\s,，:：]|去|来|再|先|要|得|会|需要|帮忙|帮|负责|尽快|抓紧)+/, '')
    .replace(/(?:[。.!！~]|一下|吧|了|哈|哦)+$/, '')
    .trim()
}

function onePerPerson(todos: readonly Todo[]): Todo[] {
  return todos.filter(
    (todo, i) => todos.findIndex((other) => other.who === todo.who && other.what === todo.what) === i,
  )
}
