import { dayOf, weekdayOf } from './times-calendar.js'
import { lunarDay, lunarNewYearsEve } from './times-lunar.js'

export interface Holiday {
  /** Its day in a year (for lunar days: in the lunar year of that number). */
  day: (year: number) => number | undefined
  /** Days off in an ordinary year, first day included; "after the holiday" begins behind them. */
  length: number
  /** Names that also mean something else and need 节, 期间, 前 … behind them or nothing around. */
  isShort?: boolean
}

const fixed = (month: number, day: number) => (year: number) => dayOf(year, month, day)
const lunar = (month: number, day: number) => (year: number) => lunarDay(year, month, day)

/** The nth given weekday of a month (1 = Monday). */
export function nthWeekday(year: number, month: number, weekday: number, nth: number): number | undefined {
  const first = dayOf(year, month, 1)
  if (first === undefined) return undefined
  const day = first + ((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7
  return dayOf(year, month, day - first + 1)
}

// Day = floor(Y × 0.2422 + C) − leap days of the century so far; C for 2000–2099 (a day off in few years).
const term = (month: number, constant: number) => (year: number) => {
  const short = year % 100
  const leaps = month <= 2 ? Math.floor((short - 1) / 4) : Math.floor(short / 4)
  return dayOf(year, month, Math.floor(short * 0.2422 + constant) - leaps)
}

// Western Easter after Meeus, Astronomical Algorithms, chapter 8.
function easter(year: number): number | undefined {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114
  return dayOf(year, Math.floor(f / 31), (f % 31) + 1)
}

interface Row {
  names: string
  day: Holiday['day']
  length?: number
  isShort?: boolean
}

const ROWS: readonly Row[] = [
  { names: '元旦节 元旦 阳历新年 新历新年 公历新年 新年', day: fixed(1, 1), length: 3 },
  { names: '情人节 圣瓦伦丁节 圣瓦伦丁日', day: fixed(2, 14) },
  { names: '女生节', day: fixed(3, 7) },
  { names: '三八妇女节 国际妇女节 妇女节 三八节 女神节', day: fixed(3, 8) },
  { names: '植树节', day: fixed(3, 12) },
  { names: '国际消费者权益日 消费者权益日 315晚会', day: fixed(3, 15) },
  { names: '愚人节', day: fixed(4, 1) },
  { names: '世界地球日 地球日', day: fixed(4, 22) },
  { names: '五一国际劳动节 国际劳动节 五一劳动节 劳动节 五一节 五一假期', day: fixed(5, 1), length: 5 },
  { names: '五一', day: fixed(5, 1), length: 5, isShort: true },
  { names: '五四青年节 青年节', day: fixed(5, 4) },
  { names: '护士节', day: fixed(5, 12) },
  { names: '国际儿童节 六一儿童节 儿童节', day: fixed(6, 1) },
  { names: '六一', day: fixed(6, 1), isShort: true },
  { names: '世界环境日 环境日', day: fixed(6, 5) },
  { names: '年中大促 618大促', day: fixed(6, 18) },
  { names: '七一建党节 建党节', day: fixed(7, 1) },
  { names: '七一', day: fixed(7, 1), isShort: true },
  { names: '八一建军节 建军节', day: fixed(8, 1) },
  { names: '八一', day: fixed(8, 1), isShort: true },
  { names: '教师节', day: fixed(9, 10) },
  { names: '十一国庆节 国庆节 国庆', day: fixed(10, 1), length: 7 },
  { names: '十一', day: fixed(10, 1), length: 7, isShort: true },
  { names: '程序员节', day: fixed(10, 24) },
  { names: '万圣节前夜 万圣夜 万圣节', day: fixed(10, 31) },
  { names: '光棍节 双十一 双11', day: fixed(11, 11) },
  { names: '双十二 双12', day: fixed(12, 12) },
  { names: '平安夜', day: fixed(12, 24) },
  { names: '圣诞节 圣诞', day: fixed(12, 25) },
  { names: '跨年夜', day: fixed(12, 31) },
  { names: '母亲节', day: (year) => nthWeekday(year, 5, 7, 2) },
  { names: '父亲节', day: (year) => nthWeekday(year, 6, 7, 3) },
  { names: '感恩节', day: (year) => nthWeekday(year, 11, 4, 4) },
  { names: '黑色星期五', day: (year) => (nthWeekday(year, 11, 4, 4) ?? 0) + 1 },
  { names: '复活节', day: easter },
  { names: '立春', day: term(2, 3.87) },
  { names: '惊蛰', day: term(3, 5.63) },
  { names: '春分', day: term(3, 20.646) },
  { names: '清明节 清明', day: term(4, 4.81), length: 3 },
  { names: '谷雨', day: term(4, 20.1) },
  { names: '立夏', day: term(5, 5.52) },
  { names: '夏至', day: term(6, 21.37) },
  { names: '立秋', day: term(8, 7.5) },
  { names: '秋分', day: term(9, 23.042) },
  { names: '霜降', day: term(10, 23.438) },
  { names: '立冬', day: term(11, 7.438) },
  { names: '冬至', day: term(12, 21.94) },
  {
    names: '农历新年 阴历新年 大年初一 年初一 正月朔日 正月正时 春节 新春佳节 过年',
    day: lunar(1, 1),
    length: 7,
  },
  { names: '元宵节 元宵 灯节 上元节', day: lunar(1, 15) },
  { names: '端午节 端午 端阳节', day: lunar(5, 5), length: 3 },
  { names: '七夕节 七夕情人节 七夕', day: lunar(7, 7) },
  { names: '中元节 鬼节 盂兰盆节', day: lunar(7, 15) },
  { names: '中秋节 中秋 八月节', day: lunar(8, 15), length: 3 },
  { names: '重阳节 重阳', day: lunar(9, 9) },
  { names: '腊八节 腊八', day: lunar(12, 8) },
  { names: '小年', day: lunar(12, 23) },
  { names: '除夕夜 除夕 大年三十 年三十 大年夜', day: lunarNewYearsEve },
]

const HOLIDAYS = new Map<string, Holiday>(
  ROWS.flatMap(({ names, day, length = 1, isShort = false }) =>
    names.split(' ').map((name) => [name, { day, length, isShort }] as const),
  ),
)

/** Every name, longest first, as an alternation for a pattern. */
export const HOLIDAY_NAMES = [...HOLIDAYS.keys()].sort((a, b) => b.length - a.length).join('|')

export function holidayNamed(name: string): Holiday | undefined {
  return HOLIDAYS.get(name)
}
