import { clausesOf, quotedSpans } from './chat-text.js'
import type { createNegationReader } from './negation.js'
import { compilePhrases } from './phrases.js'

/** What a keyword rule of the capture document is to this reader. */
export type KeywordRule = { key: string; forms: string[]; falseFriends: string[] }

/** A keyword where it stands. `state`: said as one's own wish, denied, quoted from others, or reported as received or done. */
export type KeywordHit = {
  key: string
  start: number
  end: number
  text: string
  state: 'affirmed' | 'denied' | 'quoted' | 'reported'
}

/** 合同我收到了, 对公账户已转: what was received or done is no wish. */
const REPORT =
  /收到(?:了|$|[,，。])|收到[^,，。]{1,8}了|已(?:经)?(?:转|付|打款|汇|寄|签收)|(?:付|转|打|汇)(?:过去|出去)?了(?!.{0,3}就)|(?:转|交|报|提交|发|拿)给[^,，。]{1,6}了|(?:我们?)(?:先|这两天|这几天|回头|今天|明天|周末|再)*看(?:看|一下|下)?(?:$|[,，。])/
const ASKS = /[?？吗呢]|想|要|能|再|什么|怎么|多少|就(?:签|定|买)|可以/

type Span = { start: number; end: number }

/**
 * Builds the keyword reader for one list of rules.
 *
 * @returns a function from a text (cleaned and simplified) to its keywords in order. Hits inside a longer word of
 *   another sense (试用期) or inside `names` (a company called 不试用科技) are not reported.
 */
export function createKeywordReader(
  rules: readonly KeywordRule[],
  negation: ReturnType<typeof createNegationReader>,
) {
  const readers = rules.map((rule) => ({
    key: rule.key,
    find: compilePhrases(rule.forms),
    friends: compilePhrases(rule.falseFriends),
  }))
  return (text: string, masked: string, names: readonly Span[] = []): KeywordHit[] => {
    const quotes = quotedSpans(text).filter((quote) => quote.end - quote.start < text.trim().length)
    const hits = readers.flatMap((reader) => {
      const friends = reader.friends(text)
      return reader
        .find(text)
        .filter(
          (hit) =>
            !friends.some((f) => overlaps(f, hit) && hit.text.length <= f.text.length) &&
            !names.some((n) => overlaps(n, hit)),
        )
        .map((hit) => ({ ...hit, key: reader.key }))
    })
    const denied = new Set(negation.denied(masked, hits))
    const reports = clausesOf(text).filter((clause) => REPORT.test(clause.text) && !ASKS.test(clause.text))
    return hits
      .map((hit): KeywordHit => {
        const within = (span: Span) => span.start <= hit.start && hit.end <= span.end
        if (quotes.some(within)) return { ...hit, state: 'quoted' }
        if (reports.some(within)) return { ...hit, state: 'reported' }
        return { ...hit, state: denied.has(hit) ? 'denied' : 'affirmed' }
      })
      .sort((a, b) => a.start - b.start)
  }
}

function overlaps(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end
}
