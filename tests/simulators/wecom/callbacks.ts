import { randomBytes } from 'node:crypto'
import { decrypt, encrypt, getSignature } from '@wecom/crypto'
import { XMLParser } from 'fast-xml-parser'
import { checkCard, record } from './card-rules.js'
import { agentId, callback, contactCallback, corpId, kfCallback, type Json, type World } from './world.js'

export type Keys = { token: string; aesKey: string }

/** How callbacks are sent; all of it may be changed while it runs. */
export interface Sending {
  /** Where `/hooks` of the product is. */
  origin: string
  /** Each one twice. */
  twice: boolean
  /** Kept back until `release`, which sends them in reverse. */
  held: (() => Promise<unknown>)[] | null
  /** Sends what was sent last once more. */
  repeatLast: (() => Promise<Answered>) | null
}

export interface Answered {
  status: number
  ms: number
  /** What the answer made the clicking person see. */
  text?: string
  card?: Json
  echo?: string
}

const timeoutMs = 5_000
const mostTries = 4
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => repeated.has(name) })
const repeated = new Set([
  'HorizontalContentList',
  'JumpList',
  'ButtonList',
  'SelectList',
  'OptionList',
  'ActionList',
])

/** Fields in the order given; a list repeats its element. */
export type Fields = { [name: string]: string | number | Fields | Fields[] }

export const xmlOf = (name: string, value: Fields[string]): string => {
  if (Array.isArray(value)) return value.map((one) => xmlOf(name, one)).join('')
  if (typeof value === 'number') return `<${name}>${value}</${name}>`
  if (typeof value === 'string') return `<${name}><![CDATA[${value}]]></${name}>`
  return `<${name}>${Object.entries(value)
    .map(([child, one]) => xmlOf(child, one))
    .join('')}</${name}>`
}

const keysOf = (path: string): Keys =>
  path.endsWith('/kf') ? kfCallback : path.endsWith('/contacts') ? contactCallback : callback

/** Signs and encrypts by the vendor's own package: the product's code is not asked whether it is right. */
export function sealed(world: World, path: string, xml: string, receiver = corpId) {
  const keys = keysOf(path)
  const cipher = encrypt(keys.aesKey, xml, receiver)
  const timestamp = String(Math.floor(world.now() / 1000))
  const nonce = randomBytes(5).toString('hex')
  const query = new URLSearchParams({
    msg_signature: getSignature(keys.token, timestamp, nonce, cipher),
    timestamp,
    nonce,
  })
  const body = xmlOf('xml', {
    ToUserName: corpId,
    ...(keys !== callback ? {} : { AgentID: String(agentId) }),
    Encrypt: cipher,
  })
  return { query, body, cipher }
}

/** Sends a callback as WeCom does: five seconds, up to three repeats, a fresh envelope around the same message. */
export async function deliver(
  world: World,
  sending: Sending,
  path: string,
  fields: Fields,
): Promise<Answered> {
  const xml = xmlOf('xml', fields)
  if (sending.held) {
    sending.held.push(() => attempt(world, sending, path, xml))
    return { status: 0, ms: 0 }
  }
  sending.repeatLast = () => attempt(world, sending, path, xml)
  const answered = await attempt(world, sending, path, xml)
  if (sending.twice) await attempt(world, sending, path, xml)
  return answered
}

async function attempt(world: World, sending: Sending, path: string, xml: string): Promise<Answered> {
  let last: Answered = { status: 0, ms: 0 }
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { query, body } = sealed(world, path, xml)
    last = await post(`${sending.origin}/${path}?${query}`, body)
    const isSilent = last.status === 0
    if (last.status === 200) return read(world, path, last)
    if (!isSilent && !world.facts.repeatsOnErrorStatus) return last
  }
  return last
}

export async function post(url: string, body: string): Promise<Answered & { body?: string }> {
  const startedAt = performance.now()
  const ms = () => Math.round(performance.now() - startedAt)
  try {
    const answer = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(timeoutMs) })
    return { status: answer.status, body: await answer.text(), ms: ms() }
  } catch {
    return { status: 0, ms: ms() }
  }
}

/** Checks a passive answer's envelope and reads what it shows. */
function read(world: World, path: string, answered: Answered & { body?: string }): Answered {
  const { body = '', ...rest } = answered
  if (!body) return rest
  const keys = keysOf(path)
  const outer = record(record(parser.parse(body))['xml'])
  const cipher = String(outer['Encrypt'])
  const signature = getSignature(keys.token, String(outer['TimeStamp']), String(outer['Nonce']), cipher)
  if (signature !== outer['MsgSignature']) throw new Error('the passive answer has a wrong signature')
  const { message, id } = decrypt(keys.aesKey, cipher)
  if (id !== corpId) throw new Error('the passive answer is for somebody else')
  const inner = record(record(parser.parse(message))['xml'])
  if (inner['MsgType'] === 'text')
    return world.facts.textAnswersClick ? { ...rest, text: String(inner['Content']) } : rest
  if (inner['MsgType'] !== 'update_template_card')
    throw new Error(`an answer of kind ${String(inner['MsgType'])}`)
  const card = asCard(record(inner['TemplateCard']))
  const wrong = checkCard(world, card, 'update')
  if (wrong) throw new Error(`the card in the answer is refused: ${wrong}`)
  return { ...rest, card }
}

const numbers = new Set(['type', 'style', 'desc_color', 'mode'])
const odd: Record<string, string> = { KeyName: 'keyname', CheckBox: 'checkbox' }

/** The passive answer's spelling back to the one of `message/send`. */
function asCard(value: Json): Json {
  return Object.fromEntries(
    Object.entries(value).map(([name, content]) => {
      const key =
        odd[name] ?? name.replace(/[A-Z]/g, (letter, at: number) => `${at ? '_' : ''}${letter.toLowerCase()}`)
      if (Array.isArray(content)) return [key, content.map((one) => asCard(record(one)))]
      if (typeof content === 'object' && content !== null) return [key, asCard(content as Json)]
      return [key, numbers.has(key) ? Number(content) : content]
    }),
  )
}
