/** Length of a text as the platform counts it. */
export const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8')

/** Cuts to `max` bytes of UTF-8 between characters; a cut text ends in … which counts. Lone surrogates are mended. */
export function cutBytes(text: string, max: number): string {
  const whole = text.toWellFormed()
  if (byteLength(whole) <= max) return whole
  let room = max - byteLength('…')
  let kept = ''
  for (const character of whole) {
    room -= byteLength(character)
    if (room < 0) break
    kept += character
  }
  return max < byteLength('…') ? '' : `${kept}…`
}

/**
 * The longest JSON of a list that fits: its texts are shortened step by step first, then items are left out from the
 * end.
 *
 * @param draw - an item of the JSON with its texts cut to so many bytes.
 */
export function fitList<Item>(
  items: readonly Item[],
  maxBytes: number,
  draw: (item: Item, textBytes: number) => object,
): { json: string; shown: number } {
  for (const textBytes of [600, 300, 150, 90, 60, 42]) {
    const json = JSON.stringify(items.map((item) => draw(item, textBytes)))
    if (byteLength(json) <= maxBytes) return { json, shown: items.length }
  }
  for (let shown = items.length - 1; shown > 0; shown -= 1) {
    const json = JSON.stringify(items.slice(0, shown).map((item) => draw(item, 42)))
    if (byteLength(json) <= maxBytes) return { json, shown }
  }
  return { json: '[]', shown: 0 }
}
