/**
 * Cuts a text to at most `max` bytes of UTF-8 without cutting a character (or a joined emoji) in half; a cut text ends
 * in …, which counts.
 */
export function cutBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text
  const room = max - Buffer.byteLength('…')
  let used = 0
  let kept = ''
  for (const { segment } of segmenter.segment(text)) {
    used += Buffer.byteLength(segment)
    if (used > room) break
    kept += segment
  }
  return room < 0 ? '' : `${kept}…`
}

const segmenter = new Intl.Segmenter('zh')
