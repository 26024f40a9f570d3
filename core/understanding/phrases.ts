/**
 * Wordings as an administrator writes them, compiled to matchers that cannot run away.
 *
 * Notation: `…` stands for up to ten characters of the same clause, `(甲|乙)` for either (an empty side is allowed),
 * `#` for a number in digits or characters. Everything else is literal; Latin letters match in either case and only
 * as whole words.
 */
export type PhraseHit = { start: number; end: number; text: string }

const GAP = '[^，。！？；,!?;\\n]{0,10}?'
const NUMBER = '[\\d一二三四五六七八九十百千万两几]{1,6}'
const SPECIAL = /[.*+?^${}[\]\\]/g
const NOTATION = /^[^()|]*(?:\([^()]*\)[^()|]*)*$/

/** Whether a wording keeps to the notation (brackets closed, not nested, `|` only inside brackets). */
export function isPhrase(wording: string): boolean {
  return wording.trim() !== '' && NOTATION.test(wording)
}

/**
 * Compiles wordings into one matcher. The longest wording wins where several begin at the same place.
 *
 * @param wordings - As described above; an empty list never matches.
 */
export function compilePhrases(wordings: readonly string[]): (text: string) => PhraseHit[] {
  const usable = wordings.filter(isPhrase)
  if (usable.length === 0) return () => []
  const source = [...usable]
    .sort((a, b) => b.length - a.length)
    .map(sourceOf)
    .join('|')
  const pattern = new RegExp(source, 'gi')
  return (text) =>
    [...text.matchAll(pattern)].map((m) => ({ start: m.index, end: m.index + m[0].length, text: m[0] }))
}

function sourceOf(wording: string): string {
  const body = wording
    .trim()
    .replace(SPECIAL, '\\$&')
    .replaceAll('(', '(?:')
    .replaceAll('…', GAP)
    .replaceAll('#', NUMBER)
  const head = /^[a-z]/i.test(wording) ? '(?<![a-z])' : ''
  const tail = /[a-z]$/i.test(wording) ? '(?![a-z])' : ''
  return `${head}${body}${tail}`
}
