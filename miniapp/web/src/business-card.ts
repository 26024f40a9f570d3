/** What a lead is begun with. */
export interface BusinessCard {
  name: string
  company: string
  phone: string
}

/**
 * Reads what the code on a business card says: a vCard (2.1 to 4.0) or a MECARD, as phones and printers write them.
 *
 * @returns null for other codes, and for a card that names nobody and no number.
 * @see https://datatracker.ietf.org/doc/html/rfc6350
 */
export function readBusinessCard(text: string): BusinessCard | null {
  const fields = /^\s*MECARD:/i.test(text)
    ? meCard(text)
    : /^\s*BEGIN:VCARD/i.test(text)
      ? vCard(text)
      : new Map<string, string[]>()
  const first = (name: string) => fields.get(name)?.[0] ?? ''
  // The structured name has the family name first, and so has a Chinese reader.
  const name = first('FN') || parts(first('N'), /[;,]/).join('')
  const card = {
    name: unescaped(name),
    company: unescaped(parts(first('ORG'), /;/)[0] ?? ''),
    phone: mobileOf(fields.get('TEL') ?? []),
  }
  return card.name || card.phone ? card : null
}

function vCard(text: string): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  // A line that begins with a blank goes on with the one before it; so does one after a soft break.
  const lines = text
    .replace(/=\r?\n(?==)/g, '')
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
  for (const line of lines) {
    const found = /^(?:[\w-]+\.)?([A-Za-z-]+)((?:;[^:]*)?):(.*)$/.exec(line)
    if (!found) continue
    const [, name = '', settings = '', value = ''] = found
    add(fields, name, /QUOTED-PRINTABLE/i.test(settings) ? printed(value) : value)
  }
  return fields
}

function meCard(text: string): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  for (const part of parts(text.replace(/^\s*MECARD:/i, ''), /;/)) {
    const colon = part.indexOf(':')
    if (colon > 0) add(fields, part.slice(0, colon), part.slice(colon + 1))
  }
  return fields
}

function add(fields: Map<string, string[]>, name: string, value: string): void {
  const key = name.toUpperCase()
  fields.set(key, [...(fields.get(key) ?? []), value.trim()])
}

/** A mobile number before others: it is the one that is called. */
function mobileOf(numbers: string[]): string {
  const plain = numbers.map((number) => number.replace(/^tel:/i, '').replace(/[^\d+-]/g, ''))
  return plain.find((number) => /^(?:\+?86-?)?1[3-9]/.test(number)) ?? plain[0] ?? ''
}

/** Parts between marks that are not escaped by a backslash. */
function parts(text: string, mark: RegExp): string[] {
  return text
    .split(new RegExp(`(?<!\\\\)${mark.source}`))
    .map((part) => part.trim())
    .filter(Boolean)
}

const unescaped = (text: string): string =>
  text
    .replace(/\\([\\,;:])/g, '$1')
    .replace(/\\n/gi, ' ')
    .trim()

function printed(value: string): string {
  try {
    return decodeURIComponent(value.replace(/%/g, '%25').replace(/=([0-9A-F]{2})/gi, '%$1'))
  } catch {
    return value
  }
}
