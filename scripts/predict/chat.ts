import { z } from 'zod'
import { captureDefault } from '../../core/playbook/capture.js'
import { readChat, type ChatReading } from '../../core/understanding/chat.js'

const itemSchema = z.object({
  id: z.string(),
  text: z.string(),
  reference: z.string(),
  sender: z.enum(['external', 'internal']),
  chat: z.enum(['single', 'group']).default('single'),
})

/** One chat item in, its prediction out, in the field names of the evaluation format. */
export function predictChat(item: unknown) {
  const { id, text, reference, sender, chat } = itemSchema.parse(item)
  const reading = readChat(text, { sender, chat, reference, capture: captureDefault })
  return {
    id,
    is_lead: reading.isLead,
    score: reading.score,
    intent: reading.intent,
    keywords: reading.keywords,
    negated: reading.negated,
    phone: reading.phones.map((phone) => phone.value),
    email: reading.emails,
    wechat: reading.wechat,
    budget: inYuan(reading.budget),
    quantity: reading.quantity ?? null,
    time: reading.times.map((time) => ({ text: time.text, value: time.value })),
    company: reading.companies,
    person: reading.persons,
    reasons: reading.reasons,
  }
}

function inYuan(budget: ChatReading['budget']) {
  if (budget === undefined) return null
  const yuan = (cents: number | undefined) => (cents === undefined ? undefined : cents / 100)
  return {
    currency: budget.currency,
    value: yuan(budget.valueCents),
    min: yuan(budget.minCents),
    max: yuan(budget.maxCents),
    bound: budget.bound,
  }
}
