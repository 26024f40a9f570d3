import type { AcceptAnswer } from '../../contract/leads.js'
import { post } from './api.js'
import { texts } from './texts.js'
import { say } from './toast.js'

/** What can be done with a lead from more than one page. Each says how it went. @throws RequestFailed. */

export async function acceptLead(id: string): Promise<boolean> {
  const answer = await post<AcceptAnswer>(`/leads/${id}/accept`)
  say(answer.ok ? texts.today.took : texts.today.lost(answer.holder))
  return answer.ok
}

export async function declineLead(id: string): Promise<void> {
  await post(`/leads/${id}/decline`, { reason: '' })
  say(texts.today.passed)
}

export async function takeOverLead(id: string): Promise<void> {
  await post(`/leads/${id}/take-over`)
  say(texts.today.tookOver)
}

export async function giveLead(
  id: string,
  how: 'dispatch' | 'reassign',
  person: { id: string; name: string },
): Promise<void> {
  await post(`/leads/${id}/${how}`, { personId: person.id })
  say(texts.lead.dispatched(person.name))
}
