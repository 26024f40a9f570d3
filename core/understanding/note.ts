import { cleanText, simplify } from './chat-text.js'
import { findCompanies } from './companies.js'
import { chooseAmount } from './note-amount.js'
import { comingTimes, nextStep, type NoteTime } from './note-next.js'
import type { NoteAction, NoteDraft, NoteField, NoteOutcome, NoteStage } from './note-schema.js'
import { readTodos } from './note-todos.js'
import { actionRules, firstRule, outcomeRules, SPOKE, stageRules } from './note-words.js'
import { findPeople, type PersonHit } from './people.js'
import { findPhones } from './phones.js'

export type NoteContext = {
  /** When it was said, on the organisation's wall clock: YYYY-MM-DDTHH:mm:ss. */
  reference: string
  /** Names of the people and customers whom the speaker may see. */
  knownNames?: readonly string[]
  /** The speaker's own name: never one of the customer's people. */
  self?: string
}

/**
 * Reads what a rep says about a contact with a customer into a draft of a follow-up.
 *
 * Pure and offline. Only the first `MAX_READ` characters are read. What the words leave open is listed in `unsure`.
 */
export function readNote(text: string, context: NoteContext): NoteDraft {
  const clean = cleanText(text)
  const plain = simplify(clean)
  const known = splitKnown(context.knownNames ?? [])
  const everyone = findPeople(clean, known.people).filter((person) => person.text !== context.self)
  const times = comingTimes(clean, context.reference)
  const { todos, colleagues } = readTodos(clean, times, everyone)
  const people = everyone.filter((person) => !colleagues.includes(person.text))
  const companies = findCompanies(clean, people, known.companies)
  const action = actionOf(happened(plain, times), people) ?? actionOf(plain, people)
  const outcome = outcomeOf(plain, happened(plain, times))
  const stage = stageOf(plain, outcome)
  const { amount, doubtful } = chooseAmount(clean)
  const next = nextStep(clean, times)
  const customer = companies[0]?.text
  const phone = findPhones(clean)[0]?.value
  const unsure = unsureFields({
    customer,
    people,
    companies: companies.length,
    outcome,
    action,
    times,
    doubtful,
  })
  return {
    ...(customer === undefined ? {} : { customer: customer.slice(0, 80) }),
    persons: people.map((person) => person.text).slice(0, 20),
    action: action ?? 'other',
    outcome: outcome ?? 'neutral',
    ...(stage === undefined ? {} : { stage }),
    ...(amount === undefined ? {} : { amount }),
    ...(next === undefined ? {} : { next }),
    todos: todos.slice(0, 20),
    ...(phone === undefined ? {} : { phone }),
    confidence: Math.round((1 - unsure.length / 8) * 100) / 100,
    unsure,
  }
}

/** The text without what is said behind a coming time: 客户打来的,明天下午再电话 was one call. Same length. */
function happened(text: string, times: readonly NoteTime[]): string {
  return times.reduce(
    (rest, { hit, clause }) =>
      rest.slice(0, hit.start) +
      '\u3000'.repeat(Math.max(0, clause.end - hit.start - 1)) +
      rest.slice(clause.end - 1),
    text,
  )
}

/** 五点前把合同盖好章拍给我 is good news and not yet a deal: what makes a win has to have happened. */
function outcomeOf(text: string, past: string): NoteOutcome | undefined {
  const said = firstRule(outcomeRules, text)
  return said === 'won' && firstRule(outcomeRules, past) !== 'won' ? 'positive' : said
}

function actionOf(text: string, people: readonly PersonHit[]): NoteAction | undefined {
  const named = firstRule(actionRules, text)
  if (named !== undefined) return named
  return people.some((person) => SPOKE.test(text.slice(person.end).trimStart().slice(0, 8)))
    ? 'call'
    : undefined
}

function stageOf(text: string, outcome: NoteOutcome | undefined): NoteStage | undefined {
  if (outcome === 'no_contact') return undefined
  if (outcome === 'lost') return 'lost'
  return firstRule(stageRules, text) ?? (outcome === 'won' ? 'won' : undefined)
}

type Doubts = {
  customer: string | undefined
  people: readonly PersonHit[]
  companies: number
  outcome: NoteOutcome | undefined
  action: NoteAction | undefined
  times: readonly NoteTime[]
  doubtful: boolean
}

function unsureFields({
  customer,
  people,
  companies,
  outcome,
  action,
  times,
  doubtful,
}: Doubts): NoteField[] {
  const doubts: [NoteField, boolean][] = [
    ['customer', (customer === undefined && people.length === 0) || companies > 1],
    ['action', action === undefined],
    ['outcome', outcome === undefined],
    ['amount', doubtful],
    ['next', nextIsOpen(times)],
  ]
  return doubts.filter(([, open]) => open).map(([field]) => field)
}

/** Two times with about the same claim, or one that is only a guess. */
function nextIsOpen(times: readonly NoteTime[]): boolean {
  const [first, second] = times
  if (first === undefined) return false
  return (
    first.hit.confidence < 0.5 ||
    (second !== undefined && first.weight - second.weight < 0.5 && first.at !== second.at)
  )
}

const ORGANISATION = /公司|集团|科技|学校|大学|医院|银行|局|厂|店|中心|协会|研究院|有限|商贸|实业|酒店|工作室/

/** Names handed in are people when they are as short as one and no organisation. */
function splitKnown(names: readonly string[]): { people: string[]; companies: string[] } {
  const isPerson = (name: string) =>
    /^[A-Za-z .]+$/.test(name) || (name.length <= 4 && !ORGANISATION.test(name))
  const sorted = [...new Set(names)].sort((a, b) => b.length - a.length)
  return {
    people: sorted.filter((name) => looksPersonal(name) && isPerson(name)),
    companies: sorted.filter((name) => !looksPersonal(name) || !isPerson(name)),
  }
}

/** A name the readers themselves would take for a person where one is announced. */
function looksPersonal(name: string): boolean {
  return findPeople(`联系人:${name}`).length > 0 || findPeople(`跟${name}说`).length > 0
}
