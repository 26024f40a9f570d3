import type { CardKind } from '../cards/card-kind.js'
import type { Command } from './command.js'
import { myDeals } from './deal.js'
import { find } from './find.js'
import { createHelp } from './help.js'
import { leave } from './leave.js'
import { myLeads } from './my-leads.js'
import { newLead } from './new-lead.js'
import { notices } from './notices.js'
import { today } from './today.js'
import { writeFollowUp } from './write-follow-up.js'

const { help, unknown } = createHelp(() => commands)

/** What colleagues can say. The first pattern that fits is taken; everything else is a follow-up or not understood. */
export const commands: readonly Command[] = [
  myLeads,
  today,
  find,
  newLead,
  writeFollowUp,
  myDeals,
  leave,
  help,
]

/** The cards that answer, for the registry of cards. */
export const answers: readonly CardKind[] = [
  ...commands.map((command) => command.answer),
  unknown,
  ...notices,
]

/** @returns the command and its params, or null. */
export function findCommand(text: string): { command: Command; params: Record<string, string> } | null {
  const trimmed = text.replace(/^@\S+\s*/, '').trim()
  for (const command of commands) {
    const match = command.pattern.exec(trimmed)
    if (match) return { command, params: trimParams(match.groups ?? {}) }
  }
  return null
}

const trimParams = (groups: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(groups).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  )
