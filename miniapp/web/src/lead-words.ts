import type { LeadRow } from '../../contract/leads.js'
import { texts } from './texts.js'

type Named = Pick<LeadRow, 'name' | 'company'>

/** What a lead is called: the person, else the company. */
export const leadTitle = ({ name, company }: Named): string => name || company || texts.nobody

/** What stands beside the title: the company, unless it is the title. */
export const leadSubtitle = ({ name, company }: Named): string => (name ? company : '')

type Tone = 'accent' | 'good' | 'warn' | 'bad' | ''

const tones: Record<LeadRow['state'], Tone> = {
  new: 'accent',
  offered: 'warn',
  queued: 'bad',
  owned: 'good',
  converted: 'accent',
  closed: '',
}

export function leadTag(lead: LeadRow): { text: string; tone: Tone } {
  if (lead.red) return { text: texts.leads.red, tone: 'bad' }
  if (lead.unviewed) return { text: texts.leads.unviewed, tone: 'warn' }
  return { text: texts.leads.states[lead.state], tone: tones[lead.state] }
}
