import type { Card, CardBlock, CardInput } from '../../../core/ports/card.js'
import type { Seen } from './seen.js'

type Shown = Omit<Seen, 'id' | 'kind' | 'raw'>

/**
 * What of a card a person can neither read, nor press, nor fill in, nor reach by a link or a sentence in the chat.
 *
 * @returns a line for each loss; a text that is cut has to end in … and keep at least half of itself.
 */
export function lossesOf(card: Card, shown: Shown): string[] {
  const words = shown.lines.join('\n')
  const page = card.page && shown.links.find(({ url }) => url.includes(card.page?.path ?? ''))
  const lostInputs = (card.inputs ?? []).filter((input) => !isOffered(input, shown))
  const asks = lostInputs.filter(({ say }) => (say ? !words.includes(`“${say}”`) : !page))
  return [
    ...textsOf(card).filter((text) => !isReadable(text, words)),
    ...asks.map(({ label }) => `input ${label}`),
    ...(card.actions ?? [])
      .filter(({ label, submit }) => {
        if (shown.buttons.some((button) => isReadable(label, button.label))) return false
        // What it would send is filled in on the page instead, or said in the chat: the inputs' own lines tell.
        return !(submit && lostInputs.length > 0)
      })
      .map(({ label }) => `button ${label}`),
    ...(card.page && !page && !words.includes(`“${card.page.label}”`) ? [`page ${card.page.path}`] : []),
  ]
}

function isOffered(input: CardInput, { inputs }: Shown): boolean {
  const found = inputs.find(({ name, type }) => name === input.name && type === input.type)
  if (!found) return false
  if (input.type !== 'select') return true
  return input.options.every(({ value }) => found.options.some((option) => option.value === value))
}

const textsOf = (card: Card): string[] =>
  [card.title, card.subtitle ?? '', ...card.blocks.flatMap(textsOfBlock), card.footnote ?? ''].filter(Boolean)

function textsOfBlock(block: CardBlock): string[] {
  switch (block.type) {
    case 'text':
      return [block.text]
    case 'quote':
      return [block.text, block.by ?? '']
    case 'fields':
      return block.fields.flatMap(({ label, value }) => [label, value])
    case 'divider':
      return []
  }
}

function isReadable(text: string, words: string): boolean {
  if (words.includes(text)) return true
  const characters = Array.from(text)
  for (let kept = characters.length - 1; kept >= characters.length / 2; kept -= 1)
    if (words.includes(`${characters.slice(0, kept).join('')}…`)) return true
  return false
}
