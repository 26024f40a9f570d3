import type { EntityManager } from 'typeorm'
import { z } from 'zod'
import type { Core } from '../../core/app.js'
import type { DeadEvent } from '../../core/inbox/care.js'
import { platforms } from '../../core/ports/platform.js'
import { maskPhone } from '../../core/understanding/phones.js'
import type { DeadEventView } from '../contract/system.js'
import { platformWords } from '../contract/words.js'
import { eventWords, reasonOf } from './admin-texts.js'

/** What can be told of an event of any kind: a body that is none of ours is shown as what it is, an event. */
const bodySchema = z.object({
  type: z.string().default('form'),
  sender: z.object({ externalId: z.string(), name: z.string().optional() }).optional(),
  chat: z.object({ name: z.string().optional() }).optional(),
  text: z.string().optional(),
  actionId: z.string().optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
})

const longestText = 200
const phone = /(?<!\d)1[3-9]\d{9}(?!\d)/g

/** An event that was given up, as an admin reads it. Phone numbers in it stay masked. */
export async function presentDeadEvent(
  tx: EntityManager,
  core: Core,
  row: DeadEvent,
): Promise<DeadEventView> {
  const body = readBody(row.body)
  const platform = platforms.find((name) => name === row.channel)
  const sender = body.sender
  const person = platform && sender ? await core.org.findByAccount(tx, platform, sender.externalId) : null
  const said = body.text ?? body.actionId ?? formText(body.fields)
  return {
    id: row.id,
    channel: platform ? platformWords[platform] : '网页表单',
    from: person?.name ?? sender?.name ?? sender?.externalId ?? '',
    what: eventWords[body.type] ?? '事件',
    text: said.slice(0, longestText).replace(phone, maskPhone),
    receivedAt: row.receivedAt.toISOString(),
    attempts: row.attempts,
    reason: reasonOf(row.lastError) ?? '',
  }
}

function readBody(text: string): z.infer<typeof bodySchema> {
  try {
    return bodySchema.catch({ type: '' }).parse(JSON.parse(text))
  } catch {
    return { type: '' }
  }
}

const formText = (fields: Record<string, unknown> | undefined): string =>
  Object.values(fields ?? {})
    .filter((value): value is string => typeof value === 'string' && value !== '')
    .join('，')
