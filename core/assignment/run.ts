import { EntitySchema } from 'typeorm'
import * as column from '../db/columns.js'
import type { Score } from '../scoring/score.js'

/** One attempt to find a receiver. Every attempt leaves a line, "nobody matched" included (P-18). */
export interface AssignmentRun {
  id: string
  leadId: string
  at: Date
  /** What asked for it: `captured`, `unviewed`, `person-left`, `import`. */
  trigger: string
  outcome: 'offered' | 'nobody'
  chosenId: string | null
  /** One Chinese sentence: how the candidates were found, or why there were none. */
  note: string
  candidates: RunCandidate[]
}

export interface RunCandidate {
  personId: string
  name: string
  score: number
  reasons: Score['reasons']
  /** Why this person was left out in spite of the score. */
  skipped?: string
}

export const AssignmentRunEntity = new EntitySchema<AssignmentRun>({
  name: 'assignment_run',
  tableName: 'assignment_runs',
  columns: {
    id: column.id(),
    leadId: column.ref(),
    at: column.instant(),
    trigger: column.state(),
    outcome: column.state(),
    chosenId: column.optionalRef(),
    note: column.word(300),
    candidates: column.document(),
  },
  indices: [
    { name: 'assignment_runs_lead', columns: ['leadId', 'at'] },
    { name: 'assignment_runs_at', columns: ['at'] },
  ],
})

/** A person's score for one lead is lowered, e.g. after leaving it unviewed (P-7). */
export interface LeadPenalty {
  leadId: string
  personId: string
  /** What the score is multiplied with, per mille. */
  factorPermille: number
  reason: string
}

export const LeadPenaltyEntity = new EntitySchema<LeadPenalty>({
  name: 'lead_penalty',
  tableName: 'lead_penalties',
  columns: {
    leadId: { ...column.ref(), primary: true },
    personId: { ...column.ref(), primary: true },
    factorPermille: column.count(),
    reason: column.word(100),
  },
})
