import { captureDefault } from '../../core/playbook/capture.js'
import { readChat, type ChatReading } from '../../core/understanding/chat.js'
import type { Item } from './item.js'
import { textField } from './item.js'

/** Chat messages: `{text, reference, sender, chat}` → lead or not, why, and what was found, amounts in yuan. */
export function predictChat(item: Item): object {
  const reading = readChat(textField(item, 'text'), {
    sender: item['sender'] === 'internal' ? 'internal' : 'external',
    chat: item['chat'] === 'group' ? 'group' : 'single',
    reference: textField(item, 'reference'),
    capture: captureDefault,
  })
  return {
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
