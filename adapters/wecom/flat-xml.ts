import type { XmlNode } from './xml.js'

const mostElements = 500
const plainName = /^[A-Za-z]\w*$/
const blank = /^[ \n\t]*$/
const noChildren: XmlNode['children'] = new Map()

/**
 * Reads what almost every callback is: elements side by side, each a text or one CDATA section. A parser of all of XML
 * takes ten times as long for it, and every callback is read twice, sealed and open.
 *
 * @returns null for whatever is not of this form, right or wrong: the parser shall say. Never more lenient than it.
 */
export function readFlatXml(text: string): XmlNode | null {
  if (!text.startsWith('<xml>') || text.includes('\r')) return null
  const children = new Map<string, XmlNode[]>()
  let at = skipBlanks(text, '<xml>'.length)
  for (let elements = 0; !text.startsWith('</xml>', at); elements++) {
    const nameEnd = text.indexOf('>', at)
    const name = text.slice(at + 1, nameEnd)
    if (elements === mostElements || text[at] !== '<' || nameEnd < 0 || !plainName.test(name)) return null
    const content = readContent(text, nameEnd + 1)
    if (!content || !text.startsWith(`</${name}>`, content.end)) return null
    const node = { text: content.text, children: noChildren }
    const alike = children.get(name)
    if (alike) alike.push(node)
    else children.set(name, [node])
    at = skipBlanks(text, content.end + name.length + '</>'.length)
  }
  const isWhole = children.size > 0 && blank.test(text.slice(at + '</xml>'.length))
  return isWhole ? { text: '', children } : null
}

/** Text up to the next mark, or one CDATA section; null where there is something to decode or to refuse. */
function readContent(text: string, from: number): { text: string; end: number } | null {
  if (text.startsWith('<![CDATA[', from)) {
    const end = text.indexOf(']]>', from + 9)
    return end < 0 ? null : { text: text.slice(from + 9, end), end: end + 3 }
  }
  const end = text.indexOf('<', from)
  const words = text.slice(from, end)
  return end < 0 || /[&>\]]/.test(words) ? null : { text: words, end }
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === '\n' || text[at] === ' ' || text[at] === '\t') at += 1
  return at
}
