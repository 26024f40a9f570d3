/**
 * Answers evaluation items: JSON Lines in, JSON Lines out, one object an item, `id` first.
 *
 *     npm run -s predict -- datetime < items.jsonl > predictions.jsonl
 *
 * A line that cannot be answered gives {"id", "error"} and the next one is read.
 */
import { createInterface } from 'node:readline'
import type { Item, Predict } from './predict/item.js'
import { messageOf, parseItem } from './predict/item.js'

/** One loader a kind: a kind's code is read only when it is asked for. */
const KINDS: Record<string, () => Promise<Predict>> = {
  datetime: async () => (await import('./predict/datetime.js')).predictDatetime,
  money: async () => (await import('./predict/money.js')).predictMoney,
  phone: async () => (await import('./predict/phone.js')).predictPhone,
  chat: async () => (await import('./predict/chat.js')).predictChat,
  followup: async () => (await import('./predict/followup.js')).predictFollowup,
  wire: async () => (await import('./predict/wire.js')).predictWire,
}

async function main(): Promise<void> {
  const kind = process.argv[2] ?? ''
  const load = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (!load) {
    console.error(
      `usage: npm run -s predict -- ${Object.keys(KINDS).join('|')} < items.jsonl > predictions.jsonl`,
    )
    process.exitCode = 2
    return
  }
  const predict = await load()
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() && !process.stdout.write(`${JSON.stringify(await answer(line, predict))}\n`))
      await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}

async function answer(line: string, predict: Predict): Promise<object> {
  let item: Item | undefined
  try {
    item = parseItem(line)
    return { id: item.id, ...(await predict(item)) }
  } catch (err) {
    return { id: item?.id ?? null, error: messageOf(err) }
  }
}

await main()
