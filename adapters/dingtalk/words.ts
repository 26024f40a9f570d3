import type { Card } from '../../core/ports/card.js'
import type { Capabilities } from '../../core/ports/messenger.js'
import { degrade } from '../shared/degrade.js'
import { cutBytes } from './bytes.js'

/** A robot message: its template's name and that template's parameters. */
export interface RobotWords {
  msgKey: 'sampleText' | 'sampleMarkdown' | 'sampleActionCard'
  msgParam: string
}

/** Documented for groups; used for all. */
const maxParamBytes = 15_000

/**
 * A card as words, where no card template can be used: markdown with a link to the page, and what to answer in the
 * chat in place of the buttons.
 *
 * @see https://open.dingtalk.com/document/orgapp/types-of-messages-sent-by-robots
 */
export function cardAsWords(
  card: Card,
  { capabilities, pageUrl }: { capabilities: Capabilities; pageUrl: (path: string) => string },
): RobotWords {
  const bare = { ...capabilities, maxActions: 0, inputs: { select: false, text: false, date: false } }
  const shown = degrade(card, bare)
  const lines = [
    `### ${plain(shown.title)}`,
    ...(shown.subtitle ? [plain(shown.subtitle)] : []),
    ...shown.blocks.flatMap((block): string[] => {
      switch (block.type) {
        case 'text':
          return [plain(block.text)]
        case 'quote':
          return [`> ${plain(`${block.by ? `${block.by}：` : ''}${block.text}`).replaceAll('\n', '\n> ')}`]
        case 'fields':
          return block.fields.map(({ label, value }) => `${plain(label)}：${plain(value)}`)
        case 'divider':
          return []
      }
    }),
    ...(shown.footnote ? [plain(shown.footnote)] : []),
  ]
  const title = cutBytes(shown.title, 200)
  const text = cutBytes(lines.join('\n\n'), maxParamBytes / 3)
  return shown.page
    ? {
        msgKey: 'sampleActionCard',
        msgParam: JSON.stringify({
          title,
          text,
          singleTitle: cutBytes(shown.page.label, 60),
          singleURL: pageUrl(shown.page.path),
        }),
      }
    : { msgKey: 'sampleMarkdown', msgParam: JSON.stringify({ title, text }) }
}

/** Plain words are plain: nothing in them is markup. */
export const textWords = (text: string): RobotWords => ({
  msgKey: 'sampleText',
  msgParam: JSON.stringify({ content: cutBytes(text, maxParamBytes / 3) }),
})

/**
 * Takes the meaning out of markdown's characters by their full-width twins: which escapes the many clients know is
 * nowhere written.
 */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\\`*_[\]<|~]/g, (character) => wide(character))
    .replace(/^(\s*)([#>+-])/gm, (_, blank: string, mark: string) => `${blank}${wide(mark)}`)
    .replace(/^(\s*\d+)\./gm, '$1．')
}

const wide = (character: string): string => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0)
