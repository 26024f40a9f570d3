import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { WireError } from '../shared/wire-error.js'
import { readFlatXml } from './flat-xml.js'

/**
 * One element of a callback. WeCom's XML has no attributes: an element holds text or other elements. Names may repeat,
 * so the children of one name are always a list: one selected option and several look alike.
 */
export interface XmlNode {
  text: string
  children: ReadonlyMap<string, readonly XmlNode[]>
}

const deepest = 8
const mostElements = 5000

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  processEntities: false,
  trimValues: false,
  cdataPropName: '#cdata',
  // The parser refuses a whole document for a name like `constructor`; with a mark before it, it is a name like any other.
  transformTagName: (name) => `$${name}`,
})

/**
 * Reads a callback's XML. Declarations of types and entities are refused, markup inside CDATA is text.
 *
 * @throws WireError `malformed`.
 */
export const parseXml = (text: string): XmlNode => readFlatXml(text) ?? parseAnyXml(text)

/** As `parseXml`, for elements inside elements, entities and everything else that a parser knows. */
export function parseAnyXml(text: string): XmlNode {
  const markup = outsideCdata(text)
  // Counted before the parser sees it: anybody can send a body, and a quarter of a megabyte of tags takes it a second.
  if (markup.includes('<!') || markup.split('<').length > 2 * mostElements) throw new WireError('malformed')
  const tree = parseTree(text)
  let elements = 0
  const read = (parts: readonly Part[], depth: number): XmlNode => {
    if (depth > deepest) throw new WireError('malformed')
    const children = new Map<string, XmlNode[]>()
    let words = ''
    for (const part of parts) {
      for (const [name, value] of Object.entries(part)) {
        elements += 1
        if (elements > mostElements) throw new WireError('malformed')
        if (name === '#text') words += decodeEntities(String(value))
        else if (name === '#cdata') words += cdataOf(value)
        else if (name.startsWith('$') && Array.isArray(value))
          children.set(name.slice(1), [
            ...(children.get(name.slice(1)) ?? []),
            read(value as Part[], depth + 1),
          ])
      }
    }
    return { text: children.size > 0 ? '' : words, children }
  }
  const root = read(tree, 0).children.get('xml')?.[0]
  if (!root) throw new WireError('malformed')
  return root
}

/** What is not inside CDATA. Walked once: an expression would look for each of many missing ends up to the last byte. */
function outsideCdata(text: string): string {
  const outside: string[] = []
  let from = 0
  for (;;) {
    const start = text.indexOf('<![CDATA[', from)
    if (start === -1) break
    const end = text.indexOf(']]>', start + 9)
    if (end === -1) throw new WireError('malformed')
    outside.push(text.slice(from, start))
    from = end + 3
  }
  return outside.join('') + text.slice(from)
}

type Part = Record<string, unknown>

function parseTree(text: string): Part[] {
  try {
    // The parser closes what was left open; a cut-off body must not pass for a whole one.
    if (XMLValidator.validate(text) !== true) throw new WireError('malformed')
    return parser.parse(text) as Part[]
  } catch {
    throw new WireError('malformed')
  }
}

const cdataOf = (value: unknown): string =>
  Array.isArray(value) ? value.map((part: Part) => String(part['#text'] ?? '')).join('') : ''

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const decodeEntities = (text: string): string =>
  text.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g, (all, name, decimal, hex) => {
    if (name) return entities[name as string] ?? all
    const code = decimal ? Number(decimal) : parseInt(hex as string, 16)
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : all
  })

/** The text of the first child of this name; empty when there is none. */
export const textOf = (node: XmlNode, name: string): string => node.children.get(name)?.[0]?.text ?? ''

/** The children of this name below the first child called `within`. */
export const listOf = (node: XmlNode, within: string, name: string): readonly XmlNode[] =>
  node.children.get(within)?.[0]?.children.get(name) ?? []

/** What may be written: a text, a whole number, elements, or a list of elements of one name. */
export type XmlValue = string | number | { [name: string]: XmlValue | undefined } | XmlValue[]

/** Writes elements as WeCom does: texts in CDATA, numbers bare. */
export function writeXml(name: string, value: XmlValue | undefined): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map((item) => writeXml(name, item)).join('')
  if (typeof value === 'number') return `<${name}>${value}</${name}>`
  if (typeof value === 'string') return `<${name}>${cdata(value)}</${name}>`
  return `<${name}>${Object.entries(value)
    .map(([child, content]) => writeXml(child, content))
    .join('')}</${name}>`
}

/** Characters that XML 1.0 cannot hold at all are left out; an end mark inside the text is split over two sections. */
const cdata = (text: string): string =>
  `<![CDATA[${text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
