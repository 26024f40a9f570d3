import { clausesOf } from './chat-text.js'
import { compilePhrases } from './phrases.js'

/** Wordings of denial, as the capture document of the playbook holds them. */
export type NegationWords = { before: string[]; after: string[]; harmless: string[] }

type Span = { start: number; end: number }

/** Characters between a denying word and what it denies; more than that and it denies something else. */
const REACH_BEFORE = 8
const REACH_AFTER = 5
/** Words after which a denial no longer holds: 不用演示了直接签合同, 不是要试用而是要报价. */
const TURN =
  /直接|而是|就是要|只要|只想|只是想|但|可是|不过|先给|先发|改成|改为|换成|我要|我想|还是要|只求|给我|麻烦/
/** Two denials that make an affirmation: 不是没预算, 不能不签. */
const DOUBLE =
  /(?:不是|并非|并不是|也不是|又不是|不能|不得|不可能|不会|没有|没|无)(?:说)?(?:没有|没|不|无|未|拒绝)(?!好意思|错|过|论)/g
/** 算了,还是周二吧 changes the plan; it refuses nothing. */
const CHANGED = /(?:算了|不行|不用)[,，]?(?=还是|就(?:周|下|明|后|定)|改(?:到|成|为|约)|换(?:成|到))/g
/** 合不合适, 有没有, 好了没有 ask; they deny nothing. */
const A_NOT_A = /([\u4e00-\u9fff])[不没]\1|是否|能否|可否|有没有/g

/**
 * Builds the reader of denials for one document.
 *
 * @returns a function that says which of the spans of a text are denied. A denial reaches back or forth within its
 *   clause; a double denial affirms.
 */
export function createNegationReader(words: NegationWords) {
  const before = compilePhrases(words.before)
  const after = compilePhrases(words.after)
  const harmless = compilePhrases(words.harmless)
  return {
    /** The text with everything that only looks like a denial blanked out, same length. */
    mask(text: string): string {
      const harmed = harmless(text).reduce(blank, text)
      return maskAffirmations(harmed)
    },

    /** The spans that the text denies. `masked` is the text as `mask` gives it. */
    denied<S extends Span>(masked: string, spans: readonly S[]): S[] {
      const clauses = clausesOf(masked)
      const denials = { before: before(masked), after: after(masked) }
      return spans.filter((span) => {
        const clause = clauses.find((c) => c.start <= span.start && span.end <= c.end)
        return (
          clause !== undefined &&
          (deniedBefore(masked, span, clause, denials.before) ||
            deniedAfter(masked, span, clause, denials.after))
        )
      })
    },
  }
}

/** Blanks out double denials and questions of the form 合不合适, same length: what is left denies on its own. */
export function maskAffirmations(text: string): string {
  const spans = [...text.matchAll(A_NOT_A), ...text.matchAll(DOUBLE), ...text.matchAll(CHANGED)]
  return spans.map((m) => ({ start: m.index, end: m.index + m[0].length })).reduce(blank, text)
}

function deniedBefore(text: string, span: Span, clause: Span, hits: readonly Span[]): boolean {
  if (/[不没未别无甭]$/.test(text.slice(clause.start, span.start))) return true
  return hits.some((hit) => {
    if (hit.start < clause.start || hit.end > span.end || hit.start >= span.start) return false
    const between = text.slice(hit.end, span.start)
    return between.length <= REACH_BEFORE && !TURN.test(between)
  })
}

function deniedAfter(text: string, span: Span, clause: Span, hits: readonly Span[]): boolean {
  return hits.some((hit) => {
    if (hit.start < span.end || hit.start > clause.end) return false
    const between = text.slice(span.end, hit.start)
    return (
      between.length <= REACH_AFTER &&
      !/时候?|之后|以后/.test(between) &&
      !TURN.test(between) &&
      !/[想要]$/.test(between)
    )
  })
}

function blank(text: string, span: Span): string {
  return text.slice(0, span.start) + '\u3000'.repeat(span.end - span.start) + text.slice(span.end)
}
