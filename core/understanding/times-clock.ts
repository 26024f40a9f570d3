import type { Daypart } from './times-shape.js'
import { eat, num } from './times-shape.js'

export interface DaypartNode {
  start: number
  end: number
  part: Daypart
  /** Seconds of the day in which it begins and ends. */
  from: number
  to: number
}

export interface ClockNode {
  start: number
  end: number
  hour: number
  /** Minutes and seconds after the hour, in seconds. */
  rest: number
  meridiem?: 'am' | 'pm'
  /** Written so that no other hour can be meant: 15:00, 03:00, 16时, 零点. */
  isLiteral: boolean
  /** 下班: a habit, not a clock. */
  confidence?: number
  /** A bare number in front of "到 N 点": only good as the beginning of a range. */
  needsRange?: boolean
}

interface DaypartRow {
  words: string
  part: Daypart
  from: number
  to: number
}

const ROWS: readonly DaypartRow[] = [
  { words: '凌晨 拂晓 黎明', part: 'dawn', from: 0, to: 6 },
  {
    words: '一大早 一早 朝早 大清早 清早 清晨 早晨 早上 早间 大早上 大早 上半天',
    part: 'morning',
    from: 6,
    to: 12,
  },
  { words: '上午 午前', part: 'morning', from: 8, to: 12 },
  { words: '中午 午间 晌午 正午 大中午', part: 'noon', from: 12, to: 14 },
  { words: '下午 午后 晏昼 下半天', part: 'afternoon', from: 12, to: 18 },
  { words: '傍晚 黄昏', part: 'evening', from: 17, to: 20 },
  { words: '大晚上 夜头 今晚上 晚上 晚间 夜晚', part: 'evening', from: 18, to: 24 },
  { words: '深夜 半夜 大半夜 夜里 夜间 深更半夜', part: 'night', from: 20, to: 24 },
]
const BY_WORD = new Map(ROWS.flatMap((row) => row.words.split(' ').map((word) => [word, row] as const)))
// One letter is enough only behind a date or in front of a clock: 五号早, 晚八点.
const SHORT = new Map<string, string>([
  ['早', '早上'],
  ['晨', '早晨'],
  ['午', '中午'],
  ['晚', '晚上'],
  ['夜', '夜里'],
])

const WORDS = new RegExp([...BY_WORD.keys()].sort((a, b) => b.length - a.length).join('|'), 'y')
const SHORT_WORDS =
  /[早晨午晚夜](?!餐|饭|夜|休|点(?!钟|半|整)|期|些|班|会|安|高峰|宴|市|间|上|里|稻|已|就|于|了)/y
const SHORT_BEFORE_CLOCK = /[早晚](?=(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:点|:|时))/y

/** A part of the day; with `afterDate` a single letter (早, 晚) will do. */
export function readDaypart(text: string, at: number, afterDate: boolean): DaypartNode | undefined {
  const word = eat(WORDS, text, at)?.[0]
  if (word) {
    // 上午好, 晚上好 are greetings.
    if (!afterDate && /^(?:好|安|茶)/.test(text.slice(at + word.length))) return undefined
    return daypart(word, at, word.length)
  }
  const short = (eat(SHORT_BEFORE_CLOCK, text, at) ??
    (afterDate ? eat(SHORT_WORDS, text, at) : undefined))?.[0]
  return short ? daypart(SHORT.get(short) ?? '', at, 1) : undefined
}

function daypart(word: string, start: number, length: number): DaypartNode | undefined {
  const row = BY_WORD.get(word)
  return row && { start, end: start + length, part: row.part, from: row.from * 3600, to: row.to * 3600 }
}

const HOUR = '(\\d{1,2}|[零一二两三四五六七八九]|二?十[一二三四五六七八九]?|卅)'
const MINUTE = '(\\d{1,2}|零?[一二三四五六七八九]|[二三四五]?十[一二三四五六七八九]?)'
const MERIDIEM = '(?: ?([aApP])\\.?[mM]\\.?(?![a-z])|([ap])(?![a-zA-Z]))'

const COLON = new RegExp(`(\\d{1,2}):([0-5]\\d)(?::([0-5]\\d))?(?![\\d:])${MERIDIEM}?`, 'y')
const ENGLISH = new RegExp(`(\\d{1,2}) ?([aApP])\\.?[mM](?![a-z])`, 'y')
const PREFIXED = new RegExp(`([aApP])[mM] ?(\\d{1,2})(?::([0-5]\\d))?(?![\\d:])`, 'y')
const CHINESE = new RegExp(
  `${HOUR} ?(?:(点)(?!击|[^\\d零一二三四五六七八九十半]?[子头])|(时)(?!候|间|长|段|代|不))(?:钟|整|正)?` +
    `(?:(半)|([一三123])刻|过?${MINUTE}分(?!钟|之|期|之)|(零[一二三四五六七八九]|[二三四五]?十[一二三四五六七八九]?|0[1-9]|[1-5]\\d)(?![\\d.万千百亿个元块度折%倍月号]))?` +
    `(?:${MINUTE}秒)?(?:多|来)?(?:钟)?${MERIDIEM}?`,
  'y',
)
const CANTONESE =
  /([一二两三四五六七八九]|十[一二]?)点(?:踏([一二三四五六七八九半]|十一?)|([一二三四五六七八九]|十一?)(?:个字)?)(?![\d万点一二三四五六七八九十分刻])/y
const SHORT_OF = new RegExp(`差(一刻|${MINUTE}分)(?:钟)?(?:到)?${HOUR}点`, 'y')
const RANGE_HEAD = new RegExp(
  `${HOUR}(?= ?(?:到|至|-{1,2}|~) ?(?:\\d{1,2}|[一二两三四五六七八九十]{1,3})(?:点|时(?!间)))`,
  'y',
)
const APPROXIMATE = /([一二两三四五六七八九])[二三四五六七八九十](?=点(?!\d|[零一二三四五六七八九半]))/y
const HABITS = new Map([
  ['下班', 18],
  ['上班', 9],
  ['午夜', 0],
])
const HABIT = /(?:下班|上班)(?=以?之?[前后])|午夜/y
const OTHER_UNIT = /^(?:万|千|亿|元|块|度|折|个|倍|米|公|成|%|百|斤|吨|寸)/

/** A clock time. `afterDaypart` allows the readings that only a part of the day makes clear. */
export function readClock(text: string, at: number, afterDaypart?: Daypart): ClockNode | undefined {
  return (
    readColon(text, at) ??
    readEnglish(text, at) ??
    readShortOf(text, at) ??
    (afterDaypart === 'afternoon' ? readCantonese(text, at) : undefined) ??
    readChinese(text, at) ??
    readHabit(text, at) ??
    readLoose(text, at)
  )
}

function readColon(text: string, at: number): ClockNode | undefined {
  const match = eat(COLON, text, at)
  if (!match) return undefined
  const [words, hour = '', minute, second, m1, m2] = match
  return clock(at, words, Number(hour), Number(minute) * 60 + Number(second ?? 0), {
    meridiem: meridiem(m1 ?? m2),
    isLiteral: hour.length === 2 || Number(hour) > 6,
  })
}

function readEnglish(text: string, at: number): ClockNode | undefined {
  const match = eat(ENGLISH, text, at)
  if (match) return clock(at, match[0], Number(match[1]), 0, { meridiem: meridiem(match[2]) })
  const prefixed = eat(PREFIXED, text, at)
  if (!prefixed) return undefined
  return clock(at, prefixed[0], Number(prefixed[2]), Number(prefixed[3] ?? 0) * 60, {
    meridiem: meridiem(prefixed[1]),
  })
}

function readChinese(text: string, at: number): ClockNode | undefined {
  const match = eat(CHINESE, text, at)
  if (!match) return undefined
  const [words, hourWords = '', dot, hours, half, quarters, minutes, bare, seconds, m1, m2] = match
  const after = text.slice(at + words.length, at + words.length + 4)
  const hour = num(hourWords)
  // 三点五万, 24点5度, 八点八: a decimal.
  if (
    dot &&
    !minutes &&
    !half &&
    (/^[\d零一二三四五六七八九]/.test(after) || (bare !== undefined && OTHER_UNIT.test(after)))
  )
    return undefined
  const minute = half ? 30 : quarters ? num(quarters) * 15 : num(minutes ?? bare ?? '0')
  return clock(at, words, hour, minute * 60 + (seconds ? num(seconds) : 0), {
    meridiem: meridiem(m1 ?? m2),
    isLiteral: Boolean(hours) || hour === 0 || /^0\d/.test(hourWords),
  })
}

/** 三點三 / 三點踏三: each step is five minutes. */
function readCantonese(text: string, at: number): ClockNode | undefined {
  const match = eat(CANTONESE, text, at)
  const steps = match?.[2] ?? match?.[3]
  if (!match || !steps) return undefined
  return clock(at, match[0], num(match[1]), steps === '半' ? 1800 : num(steps) * 300, {})
}

function readShortOf(text: string, at: number): ClockNode | undefined {
  const match = eat(SHORT_OF, text, at)
  if (!match) return undefined
  const minutes = match[1] === '一刻' ? 15 : num(match[2])
  return clock(at, match[0], num(match[3]) - 1, 3600 - minutes * 60, {})
}

function readHabit(text: string, at: number): ClockNode | undefined {
  const word = eat(HABIT, text, at)?.[0]
  const hour = word === undefined ? undefined : HABITS.get(word)
  return word && hour !== undefined
    ? clock(at, word, hour, 0, { isLiteral: true, confidence: 0.6 })
    : undefined
}

function readLoose(text: string, at: number): ClockNode | undefined {
  const head = eat(RANGE_HEAD, text, at)
  if (head) return clock(at, head[0], num(head[1]), 0, { needsRange: true })
  const approximate = eat(APPROXIMATE, text, at)
  return approximate ? clock(at, `${approximate[0]}点`, num(approximate[1]), 0, {}) : undefined
}

type Extra = Partial<Pick<ClockNode, 'isLiteral' | 'confidence' | 'needsRange'>> & {
  meridiem?: 'am' | 'pm' | undefined
}

function clock(
  start: number,
  words: string,
  hour: number,
  rest: number,
  extra: Extra,
): ClockNode | undefined {
  if (!(hour >= 0 && hour <= 24) || !(rest >= 0 && rest < 3600) || (hour === 24 && rest > 0)) return undefined
  const { meridiem: half, isLiteral = false, confidence, needsRange } = extra
  if (half && hour > 12) return undefined
  return {
    start,
    end: start + words.trimEnd().length,
    hour,
    rest,
    isLiteral: isLiteral || hour > 12,
    ...(half ? { meridiem: half } : {}),
    ...(confidence ? { confidence } : {}),
    ...(needsRange ? { needsRange } : {}),
  }
}

function meridiem(letter: string | undefined): 'am' | 'pm' | undefined {
  return letter === undefined ? undefined : letter.toLowerCase() === 'a' ? 'am' : 'pm'
}

/** Hours since midnight of the named day, in seconds; more than a day for 晚上两点. */
export function secondOfDay(clock: ClockNode, part: Daypart | undefined, literal: boolean): number {
  return hourIn(clock, part, literal) * 3600 + clock.rest
}

function hourIn(
  { hour, meridiem: half, isLiteral }: ClockNode,
  part: Daypart | undefined,
  literal: boolean,
): number {
  if (half === 'pm') return hour === 12 ? 12 : hour + 12
  if (half === 'am') return hour === 12 ? 0 : hour
  if (hour > 12) return hour
  switch (part) {
    case 'dawn':
      return hour === 12 ? 0 : hour
    case 'morning':
      return hour
    case 'noon':
      return hour <= 3 ? hour + 12 : hour
    case 'afternoon':
      return hour < 12 ? hour + 12 : hour
    case 'evening':
      return hour === 12 || hour < 5 ? (hour % 12) + 24 : hour + 12
    case 'night':
      return hour === 12 || hour === 0 ? 24 : hour >= 6 ? hour + 12 : hour
    case undefined:
      // Nobody meets at three in the morning: a bare hour from one to six is the afternoon's.
      return !literal && !isLiteral && hour >= 1 && hour <= 6 ? hour + 12 : hour
  }
}
