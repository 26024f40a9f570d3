import type { Card } from '../../core/ports/card.js'
import { cut } from '../shared/degrade.js'
import { cutBytes } from './bytes.js'
import { repeatMark } from './once.js'

/** Limits of plain messages, bytes of UTF-8. https://developer.work.weixin.qq.com/document/path/90236 */
const mostText = 2048
const mostDescription = 512
const mostBotText = 20_480

/** A text message reads `<a href>`: a bracket before a letter is written wide, so that words stay words. */
export const messageText = (text: string): string =>
  cutBytes(text.toWellFormed().replace(/<(?=[a-z/!])/gi, '＜'), mostText)

/** The AI bot sends markdown only, and it has no escapes: marks that it would read are written wide. */
export function botText(text: string): string {
  const wide = text
    .toWellFormed()
    .replace(/[*`<[\]_~|\\]/g, (mark) => String.fromCodePoint((mark.codePointAt(0) ?? 0) + 0xfee0))
    .replace(/^(\s*)([#>+-])/gm, (_all, gap: string, mark: string) => `${gap}${wideMark(mark)}`)
    .replace(/^(\s*\d+)\.(?=\s)/gm, '$1．')
  return cutBytes(wide, mostBotText)
}

const wideMark = (mark: string): string => String.fromCodePoint((mark.codePointAt(0) ?? 0) + 0xfee0)

/** A card in words, for chats that take no card. */
export function cardInWords(card: Card): string {
  const blocks = card.blocks.flatMap((block) => {
    switch (block.type) {
      case 'text':
        return [block.text]
      case 'quote':
        return [`“${block.text}”${block.by ? `（${block.by}）` : ''}`]
      case 'fields':
        return block.fields.map(({ label, value }) => `${label}：${value}`)
      case 'divider':
        return []
    }
  })
  return [card.title, card.subtitle, ...blocks, card.footnote].filter(Boolean).join('\n')
}

/** A group of the app takes no template card: a text card whose button opens the page. */
export function groupCard(card: Card, pageUrl: (path: string) => string, isMaybeRepeated: boolean): object {
  const plain = (text: string) => text.toWellFormed().replaceAll('<', '＜').replaceAll('>', '＞')
  const title = `${isMaybeRepeated ? repeatMark : ''}${card.title}`
  const words = cardInWords({ ...card, title: '' })
  return {
    title: cut(plain(title), 128),
    description: cutBytes(plain(words || card.title), mostDescription),
    url: pageUrl(card.page?.path ?? '/today'),
    btntxt: '详情',
  }
}
