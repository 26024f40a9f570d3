import { PLACES } from './companies-words.js'
import {
  COMPOUND_SURNAMES,
  GIVEN_CHARS,
  LONG_TITLES,
  NOT_AFTER_NICK,
  NOT_ENGLISH_NAMES,
  NOT_PEOPLE,
  SHORT_TITLES,
  SURNAMES,
} from './people-words.js'

/**
 * A person named in a text. `titled`: 张总, 王芳经理; `nick`: 老李, 小周, 丽姐; `full`: 李娜; `english`: Kevin;
 * `known`: one of the names handed in.
 */
export type PersonHit = {
  start: number
  end: number
  text: string
  kind: 'titled' | 'nick' | 'full' | 'english' | 'known'
}

/**
 * Finds the people named in a text. Titles without a name (客户, 老板, 总监) are nobody.
 *
 * @param text - As `cleanText` gives it; offsets refer to it.
 * @param known - Names that are certain to be people, such as those the speaker may see.
 * @returns hits in the order of the text, never overlapping.
 */
export function findPeople(text: string, known: readonly string[] = []): PersonHit[] {
  const hits = [
    ...knownNames(text, known),
    ...titledNames(text),
    ...nicknames(text),
    ...introducedNames(text),
    ...fullNames(text),
    ...englishNames(text),
  ]
  return withoutOverlaps(hits)
}

const HAN = '[\\u4e00-\\u9fff]'
const COMPOUND = COMPOUND_SURNAMES.join('|')
const TITLE = new RegExp(
  [
    `(?<long>${LONG_TITLES.join('|')})`,
    ...SHORT_TITLES.map(({ title, notBefore }) => `${title}${notBefore ? `(?![${notBefore}])` : ''}`),
  ].join('|'),
  'g',
)
/** Characters after which a name begins: connectives, verbs of contact, punctuation. */
const BEFORE_NAME =
  /[和跟与给同找约见请让问叫对是把向陪带由被替帮等加回的,.:;!?，。：；！？、\s()（）【】|/@~-]$/
/** Words in whose last character a family name only seems to begin: 对方, 上周, 本季, 50万. */
const FALSE_SURNAME =
  /(?:[对双甲乙我三各多丙该贵官校厂院警][方]|[上下本这每一两几周]周|[本一二三四这上下每旺淡]季|[\d一二三四五六七八九十百千几]万|[由对关位属至低高善在基鉴大等终处源来便限忙]于|[那这一]边|[项题]目|已经|[家房]车|[公上]司|分店|成单|[下订签接]单|老师|[东南西北]方|[地官]方|[什那怎这多]么|其余|第一?章|文[明]|没花|[完变达促做谈弄现]成|年华|中华|美国|安全|收费|[不平]安|开[车]|一向|应付|支付|预付|到付|垫付|不支|合计|财会|[大小]苗|领白|明白|[经平非日时正通异反]常|[买送]花)$/

/** 张总, 欧阳经理, 王芳女士, 李建国总经理, Kevin总. */
function titledNames(text: string): PersonHit[] {
  const hits: PersonHit[] = []
  for (const match of text.matchAll(TITLE)) {
    const long = match.groups?.['long'] !== undefined
    const start = nameStart(text, match.index, long)
    if (start === undefined) continue
    const end = match.index + match[0].length
    if (NOT_PEOPLE.has(text.slice(start, end))) continue
    hits.push({ start, end, text: text.slice(start, end), kind: 'titled' })
  }
  return hits
}

/** Where the name before a title begins, or undefined when none stands there. */
function nameStart(text: string, titleAt: number, long: boolean): number | undefined {
  const before = text.slice(Math.max(0, titleAt - 18), titleAt)
  const latin = /(?:^|[^A-Za-z])([A-Z][a-z]{1,12}) ?$/.exec(before)?.[1]
  if (latin !== undefined && !NOT_ENGLISH_NAMES.has(latin))
    return titleAt - (before.length - before.lastIndexOf(latin))
  const compound = new RegExp(`(?:${COMPOUND})${HAN}{0,2}$`).exec(before)
  if (compound !== null) return titleAt - compound[0].length
  if (/副$/.test(before) && SURNAMES.has(before.at(-2) ?? '')) return titleAt - 2
  const last = before.at(-1) ?? ''
  const full = fullNameBefore(before, long)
  if (full > 0 && (full === 3 || !isSurname(before) || endsPhrase(before, 2))) return titleAt - full
  if (isSurname(before)) return titleAt - 1
  return titleAt > 0 && GIVEN_CHARS.has(last) && /[哥姐]/.test(text[titleAt] ?? '') && endsPhrase(before, 1)
    ? titleAt - 1
    : undefined
}

/** Length of a full name (family name + given name) at the end of `before`, or 0. */
function fullNameBefore(before: string, long: boolean): number {
  const [a, b, c] = [before.at(-3) ?? '', before.at(-2) ?? '', before.at(-1) ?? '']
  if (SURNAMES.has(a) && GIVEN_CHARS.has(b) && GIVEN_CHARS.has(c) && endsPhrase(before, 3)) return 3
  const given = GIVEN_CHARS.has(c) && (long || !SURNAMES.has(c))
  return SURNAMES.has(b) && given && !FALSE_SURNAME.test(before.slice(0, -1)) ? 2 : 0
}

function isSurname(before: string): boolean {
  return SURNAMES.has(before.at(-1) ?? '') && !FALSE_SURNAME.test(before)
}

/** Whether what stands `length` characters before the end is a place where a name may begin. */
function endsPhrase(before: string, length: number): boolean {
  const head = before.slice(0, before.length - length)
  return head === '' || BEFORE_NAME.test(head)
}

/** 老李, 小周, 阿明. */
function nicknames(text: string): PersonHit[] {
  const hits: PersonHit[] = []
  for (const match of text.matchAll(
    /(?<![大从太减缩变最很多更较偏微中弱渺古家养])([老小阿])([\u4e00-\u9fff])/g,
  )) {
    const [pair, prefix, name] = [match[0], match[1], match[2] ?? '']
    const fits = SURNAMES.has(name) || (prefix === '阿' && GIVEN_CHARS.has(name))
    if (!fits || NOT_AFTER_NICK.test(text.slice(match.index + 1, match.index + 6))) continue
    hits.push({ start: match.index, end: match.index + 2, text: pair, kind: 'nick' })
  }
  return hits
}

const NAME = `(?:(?:${COMPOUND})${HAN}{1,2}|[${[...SURNAMES].join('')}]${HAN}{1,2})`
const INTRODUCED = new RegExp(
  `(?:姓名|联系人|名字|称呼|收件人|对接人|经办人|客户名|名片】?)(?:[是为叫]|[:：|\\s])*(${NAME}|[A-Z][a-z]{1,12}(?: [A-Z][a-z]{1,12})?)(?![\\u4e00-\\u9fff])|` +
    `(?:我是|我叫|本人|这里是|这边是|名叫|叫做|叫)(${NAME})(?=$|[^\\u4e00-\\u9fff]|的|想|要|来|在|负责|做|说|,|电话|手机|微信)|` +
    `(?:我|免贵|本人|客户|他|她|老板|长|理|[,，。;；])姓([${[...SURNAMES].join('')}])(?![\\u4e00-\\u9fff]{2})|` +
    `(?:的|公司|集团|科技|厂|院|部|经理|总监|主任|主管|老板|会计|秘书|助理|财务|采购|换成了?|改成了?)(${NAME})(?=$|[,，。:：!！;；|/\\s\\d(（]|电话|手机|微信)`,
  'g',
)

/** Names that the text itself introduces: 我叫李娜, 姓名：吴婷, 免贵姓王, 云启科技的李娜. */
function introducedNames(text: string): PersonHit[] {
  return [...text.matchAll(INTRODUCED)].flatMap((match): PersonHit[] => {
    const name = match[1] ?? match[2] ?? match[3] ?? match[4] ?? ''
    if (name.length > 1 && !isLatin(name) && !isGiven(name)) return []
    const start = match.index + match[0].length - name.length
    return [{ start, end: start + name.length, text: name, kind: isLatin(name) ? 'english' : 'full' }]
  })
}

const FULL = new RegExp(
  `(?<=^|[和跟与给同找约见请让问叫陪带访系绍认识到:：、，。,;；\\n\\s|/（(【@])(${NAME})(?=$|[^\\u4e00-\\u9fff]|的|说|讲|聊|谈|沟通|通了|通过|打了|打来|见|开|约|确认|对接|吃|发|要|想|在|来|去|过|今|明|下|电话|微信|反馈|回复|表示|觉得|那边|这边|和|跟|与|让|答应|同意|已|没|不|签|定|问|提|负责|很|也|先|把|给)`,
  'g',
)

/** 跟李建国聊了, 张伟说: a full name where a name may stand and goes on like one. */
function fullNames(text: string): PersonHit[] {
  const hits: PersonHit[] = []
  for (const match of text.matchAll(FULL)) {
    const name = trimmedName(match[1] ?? '', text.slice(match.index + (match[1] ?? '').length))
    if (!isGiven(name) || ORDINARY.has(name.slice(0, 2))) continue
    hits.push({ start: match.index, end: match.index + name.length, text: name, kind: 'full' })
  }
  return hits
}

/** Two-character beginnings of ordinary words that look like family name + given name. */
const ORDINARY = new Set(
  '高兴 安全 安康 方向 方圆 方正 平台 平安 常务 明天 明年 时光 成功 成立 成本 安心 安静 金额 金融 金属 万一 温馨 高德 和平 文书 文化 文章 文明 文艺 包括 计划 计算 经济 经理 康复 利益 向前 方言 高端 高度 高级 应该 项目 房东 房源 车东 江东 江西 江南 河南 山东 广东 陕西 石家 贵州 贵阳 成都 海南 云南 湖南 杭州 苏州 温州 柳州 常州 徐州 郑州 福州 金华 台州 马上 万达 万科 华为 华东 华南 华北 华中 国家 周一 周二 周三 周四 周五 周六 周日 周末 周边 周期 单一 于是 易用 连云 沙龙 花园 白天 白云 黄金 水平 石油 路上 方才 方便 顾问 时间 时候 单子 单位 单独 钱包 易达 关于 关心 关键 强调 强烈 练习 柴油 蓝天 阳光 项链 凌晨 宁可 宁愿 宁波 程序 席位 谈到 谈成 谈好 左右 任务 任何 史上 余下 余款 余额 全面 全部 祝贺 祝好 查看 封面 储备 平常 经常 乐意 双方 常见 常用 景德 阳江 满意 解决 解释 解读 解约 包装 包月 包年 屈指 童装 梅州 云南 毛利 毛坯 范围 范本 陪同 纪要 路演 商业 商务 商家 商量 盘点 官方 官网 卫生 安装 安排 党政 谢谢 许可 许多 严重 戴上 曾经 水果 江湖 康养'.split(
    ' ',
  ),
)

/** 李娜说 is 李娜: the third character belongs to the name only when it is a given-name character. */
function trimmedName(name: string, rest: string): string {
  const long = COMPOUND_SURNAMES.some((surname) => name.startsWith(surname)) ? 4 : 3
  const last = name.at(-1) ?? ''
  if (name.length < long || (GIVEN_CHARS.has(last) && !(FOLLOWS.has(last) && /^[^，。,]/.test(rest))))
    return name
  return name.slice(0, -1)
}

// Given-name characters that more often go on with the sentence after a short name: 李娜来, 张伟可, 王强开.
const FOLLOWS = new Set('来到可开过去向进明今同问顾立达道约言许'.split(''))

function isGiven(name: string): boolean {
  const compound = COMPOUND_SURNAMES.find(
    (surname) => name.startsWith(surname) && name.length > surname.length,
  )
  const given = name.slice(compound?.length ?? 1)
  return (
    given !== '' &&
    given !== '小' &&
    !PLACES.includes(name) &&
    [...given].every((char) => GIVEN_CHARS.has(char))
  )
}

const ANNOUNCED =
  "Hi,?|Hello,?|Hey,?|Dear|I'm|I am|[Tt]his is|[Nn]ame is|[Cc]ontact|[Rr]egards,?|[Tt]hanks,?|[Cc]alled|[Mm]et|[Ww]ith"
const ENGLISH = new RegExp(
  `(?:\\b(?:Mr|Ms|Mrs|Miss|Dr)\\.? |\\b(?:${ANNOUNCED})\\s+|(?<=[和跟与给找约见请让问叫系是访]) ?|(?<=^|[\\n,，。;；:：]) ?(?=[A-Z][a-z]+ ?[\\u4e00-\\u9fff]))` +
    `([A-Z][a-z]{1,12}(?: [A-Z][a-z]{1,12})?)(?![A-Za-z@.])`,
  'g',
)

/** Kevin, David Chen, Mr. Smith: only after a word that announces a person. */
function englishNames(text: string): PersonHit[] {
  return [...text.matchAll(ENGLISH)].flatMap((match): PersonHit[] => {
    const name = match[1] ?? ''
    if (
      !/^[A-Z][a-z]+(?: [A-Z][a-z]+)?$/.test(name) ||
      name.split(' ').some((part) => NOT_ENGLISH_NAMES.has(part))
    )
      return []
    const title = /\b(?:Mr|Ms|Mrs|Miss|Dr)\.? $/.exec(match[0].slice(0, -name.length))?.[0] ?? ''
    const start = match.index + match[0].length - name.length - title.length
    return [{ start, end: start + title.length + name.length, text: title + name, kind: 'english' }]
  })
}

function knownNames(text: string, known: readonly string[]): PersonHit[] {
  return known.flatMap((name): PersonHit[] => {
    if (name.length < 2) return []
    const start = text.indexOf(name)
    return start < 0 ? [] : [{ start, end: start + name.length, text: name, kind: 'known' }]
  })
}

function isLatin(name: string): boolean {
  return /^[A-Za-z]/.test(name)
}

/** Keeps the first-listed hit of every place (known before titled before …), and each name once. */
function withoutOverlaps(hits: PersonHit[]): PersonHit[] {
  const kept: PersonHit[] = []
  for (const hit of hits) {
    const clash = kept.some((k) => k.start < hit.end && hit.start < k.end)
    if (!clash && !kept.some((k) => k.text === hit.text)) kept.push(hit)
  }
  return kept.sort((a, b) => a.start - b.start)
}
