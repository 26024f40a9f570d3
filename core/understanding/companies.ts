import { GENERIC_NAMES, LEFT_STOPS, LEGAL_ENDINGS, PLACES, TRADE_ENDINGS } from './companies-words.js'
import type { PersonHit } from './people.js'

/** A company named in a text. `sure`: it says so itself (有限公司, a form field, 我们公司叫…) or is known. */
export type CompanyHit = { start: number; end: number; text: string; sure: boolean }

/**
 * Finds the companies named in a text.
 *
 * @param text - As `cleanText` gives it; offsets refer to it.
 * @param people - What `findPeople` found: 联创塑胶陈工 and 青岛港的林处长 end where the person begins.
 * @param known - Names that are certain to be companies or customers.
 * @returns hits in the order of the text, never overlapping.
 */
export function findCompanies(
  text: string,
  people: readonly PersonHit[] = [],
  known: readonly string[] = [],
): CompanyHit[] {
  const hits = [
    ...knownCompanies(text, known),
    ...declared(text),
    ...byEnding(text, LEGAL, true, people),
    ...byEnding(text, TRADE, false, people),
    ...beforePeople(text, people),
    ...byPlace(text),
    ...visited(text),
  ]
  return withoutOverlaps(hits.filter((hit) => !people.some((p) => collides(p, hit))))
}

/** A company does not begin inside a name, nor hold a person with a title (叶经理团队培训). */
function collides(person: PersonHit, hit: CompanyHit): boolean {
  const inside = hit.start <= person.start && person.end <= hit.end && !hit.sure
  return (person.start < hit.start && hit.start < person.end) || (inside && /titled|nick/.test(person.kind))
}

const byLength = (a: string, b: string) => b.length - a.length
const LEGAL = new RegExp([...LEGAL_ENDINGS].map((e) => e.replace(/[()]/g, '\\$&')).join('|'), 'g')
const TRADE = new RegExp(
  `(?:${[...TRADE_ENDINGS].sort(byLength).join('|')}){1,3}(?![\\u4e00-\\u9fff]{0,1}业务)`,
  'g',
)
const PLACE = new RegExp(`(?:${[...PLACES].sort(byLength).join('|')})`)
const STOPS = new RegExp(`(?:${[...LEFT_STOPS].sort(byLength).join('|')})`, 'g')
const NAME_RUN = /[\u4e00-\u9fffA-Za-z0-9()·&]{1,24}$/

/** 公司：厦门鹭岛旅行社, 我们公司叫“不试用科技”. */
function declared(text: string): CompanyHit[] {
  const patterns = [
    /(?<![\u4e00-\u9fff])(?:公司(?:名称?)?|单位(?:名称)?|企业(?:名称)?|客户名称|抬头)[:： ]+([\u4e00-\u9fffA-Za-z0-9()·&]{2,30})/g,
    /(?:公司|单位|厂子?|店)(?:名字)?(?:是|叫做?|名叫)\s*[“"「『]([^”"」』\n]{2,24})[”"」』]/g,
    /(?:公司|单位|厂子?|店)(?:名字)?叫做?([\u4e00-\u9fffA-Za-z0-9]{2,12})(?=[,，。!！;；\s]|$)/g,
  ]
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match): CompanyHit[] => {
      const name = match[1] ?? ''
      if (/^(?:电话|手机|职位|姓名|需求|什么|啥)/.test(name)) return []
      const start = match.index + match[0].lastIndexOf(name)
      return [{ start, end: start + name.length, text: name, sure: true }]
    }),
  )
}

/** Names that end like a company: walk left from the ending to where the name begins. */
function byEnding(text: string, ending: RegExp, sure: boolean, people: readonly PersonHit[]): CompanyHit[] {
  const hits: CompanyHit[] = []
  for (const match of text.matchAll(ending)) {
    const end = match.index + match[0].length
    const core = coreBefore(text, match.index)
    if (core === undefined) continue
    const enough = /^.?公司$/.test(match[0]) || !sure ? isProperName(core) : core.length >= 2
    const brief = sure || (core.length <= 8 && standsLikeName(text, match.index - core.length, end, people))
    if (!enough || !brief || (WORDY.test(core) && match[0].length <= 3)) continue
    const start = match.index - core.length
    hits.push({ start, end, text: text.slice(start, end), sure: sure && match[0].length > 3 })
  }
  return hits
}

/** Words that stand in sentences and not in names. */
const WORDY =
  /在|才|点|分钟|小时|免费|承诺|当初|需要|可以|没有|怎么|什么|不|吗|提供|支持|收费|付费|销售的|使用|想|负责|一行|来|\d人/

/** The part of a name that stands before its ending, cut at words that cannot belong to it. */
function coreBefore(text: string, at: number): string | undefined {
  const run = NAME_RUN.exec(text.slice(Math.max(0, at - 24), at))?.[0]
  if (run === undefined) return undefined
  const place = lastPlace(run)
  if (place !== undefined) return run.slice(place)
  let cut = 0
  for (const stop of run.matchAll(STOPS)) {
    if (stop.index + stop[0].length < run.length) cut = stop.index + stop[0].length
  }
  const core = run.slice(cut)
  return core === '' || core.length > 14 ? undefined : core
}

/** Where the place name that begins a company name stands (东莞市长安…: the first of a chain of places). */
function lastPlace(run: string): number | undefined {
  const match = PLACE.exec(run)
  if (match === null) return undefined
  const before = run.slice(0, match.index)
  const rest = run.slice(match.index + match[0].length)
  if (/的/.test(rest)) return undefined
  return before.length > 0 && /^[A-Za-z0-9(]+$/.test(before) ? undefined : match.index
}

function isProperName(core: string): boolean {
  const bare = core.replace(/[()（）]/g, '')
  return (
    bare.length >= 2 &&
    !GENERIC_NAMES.has(bare) &&
    !/的|^(?:我|你|他|她|咱|俺|阿拉|侬|贵|这|那|哪|某|几|一|两|三|多|不|没|很)|(?:我|你|他|她|咱)们$|贵$|下属|隔壁|猎头|XX|某|招聘|代理|皮包|广告$|^(?:装修|软件|广告|物流|贸易|科技|外贸|建筑|网络|咨询|设计|快递|保险|食品|服装|化工)$|\d家/.test(
      bare,
    )
  )
}

/** A short name counts where a name may stand: at an edge, after 我是/拜访/客户, before 的 + person, before a person. */
function standsLikeName(text: string, start: number, end: number, people: readonly PersonHit[]): boolean {
  const after = text.slice(end, end + 2)
  const personNext = people.some((p) => p.start >= end && p.start <= end + 2)
  if (/^(?:业|行业|类|领域|系统|软件|设备|方面|平台|产品|公司|企业|客户|项目)/.test(text.slice(end, end + 3)))
    return false
  const head = text.slice(Math.max(0, start - 8), start)
  const announced =
    /(?:我是|我们是|这是|这边是|这里是|来自|代表|拜访了?|回访了?|走访了?|趟|去了?|到了?|在|客户|见了?|约了?|跟|和|与|给|联系了?|对接了?|陌拜了?|单位|签了|签下|拿下|跟进|恭喜)\s?$/.test(
      head,
    )
  if (personNext || PLACE.test(text.slice(start, start + 4))) return true
  if (announced) return /^(?:$|[^\u4e00-\u9fff]|[的那这了沟聊谈说要想签见约开确已采续做演在])/.test(after)
  return (
    (start === 0 || /[\n,，。;；:：|/【】、(（\s]$/.test(head)) &&
    /^(?:$|[^\u4e00-\u9fff]|[的那这])/.test(after)
  )
}

/** 青岛港的林处长, 恒大王总: a name of two to ten characters directly before a person. */
function beforePeople(text: string, people: readonly PersonHit[]): CompanyHit[] {
  return people.flatMap((person): CompanyHit[] => {
    const of = text[person.start - 1] === '的'
    const end = of ? person.start - 1 : person.start
    const core = of ? coreBefore(text, end) : undefined
    if (
      core === undefined ||
      core.length < 2 ||
      core.length > 10 ||
      NOT_A_COMPANY.test(core) ||
      !isProperName(core)
    )
      return []
    const start = end - core.length
    if (!announcedAt(text, start)) return []
    return [{ start, end, text: core, sure: false }]
  })
}

const NOT_A_COMPANY =
  /^(?:客户|对方|那边|这边|公司|甲方|乙方|老板|他们|我们|你们|负责|采购|财务|技术|行政|人事|实施|销售|法务|市场|运营|生产|部门|隔壁|新来|上次|上周|昨天|今天|之前|原来|以前|另外|介绍|认识|第|电话|微信|项目|产品)|(?:部|部门|方面|老板|手下|身边|负责|对接|认识|介绍|需求|问题|电话|情况|意思|合同|项目|报价|方案|预算|助理|上级|领导|同事|朋友|亲戚|那边|这边|那里|[东南西北中]区|大区|片区|今天|明天|昨天|说|做|管)$/

function announcedAt(text: string, start: number): boolean {
  const head = text.slice(Math.max(0, start - 6), start)
  return (
    start === 0 ||
    /(?:拜访了?|回访了?|走访了?|认识了?|见了?|约了?|跟|和|与|给|联系了?|对接了?|陌拜了?|找了?|见到|我是|这是|[\n,，。;；:：\s])$/.test(
      head,
    )
  )
}

/** 东莞市长安恒泰五金, at the beginning of a clause and closed by its end. */
function byPlace(text: string): CompanyHit[] {
  const pattern = new RegExp(
    `(?<=^|[\\n,，。;；])(?:${PLACE.source})[\\u4e00-\\u9fff]{3,14}(?=[,，。;；\\n ])`,
    'g',
  )
  return [...text.matchAll(pattern)].flatMap((match): CompanyHit[] =>
    new RegExp(`(?:${TRADE_ENDINGS.join('|')})$`).test(match[0])
      ? [{ start: match.index, end: match.index + match[0].length, text: match[0], sure: false }]
      : [],
  )
}

/** 去中铁十二局见了金部长, 南通恒业合同签了: an organisation by where it stands, not by what it is called. */
function visited(text: string): CompanyHit[] {
  const patterns = [
    /(?:去|到|在|跑)(?:了)?(?:一?趟)?([\u4e00-\u9fff]{3,11}[局院校厂司店行所馆社港段矿])(?=见了?|拜访|给|跟|和|找|谈|聊|开|做)/g,
    new RegExp(
      `(?<=^|[\\n,，。;；])((?:${PLACE.source})[\\u4e00-\\u9fff]{2,4}?)(?=合同|项目|单子|那边|报价|方案|尾款|回款|的(?:合同|项目|单子))`,
      'g',
    ),
  ]
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match): CompanyHit[] => {
      const name = match[1] ?? ''
      if (!isProperName(name) || /客户|他们|我们|公司$|我司|现场|对方/.test(name)) return []
      const start = match.index + match[0].indexOf(name)
      return [{ start, end: start + name.length, text: name, sure: false }]
    }),
  )
}

function knownCompanies(text: string, known: readonly string[]): CompanyHit[] {
  return known.flatMap((name): CompanyHit[] => {
    const start = name.length < 2 ? -1 : text.indexOf(name)
    return start < 0 ? [] : [{ start, end: start + name.length, text: name, sure: true }]
  })
}

function withoutOverlaps(hits: CompanyHit[]): CompanyHit[] {
  const kept: CompanyHit[] = []
  for (const hit of hits) {
    const clash = kept.some((k) => k.start < hit.end && hit.start < k.end)
    if (!clash && !kept.some((k) => k.text === hit.text)) kept.push(hit)
  }
  return kept.sort((a, b) => a.start - b.start)
}
