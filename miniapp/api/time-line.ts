import type { EntityManager } from 'typeorm'
import type { Core } from '../../core/app.js'
import type { Change, Subject } from '../../core/changes/change.js'
import type { FollowUp } from '../../core/follow-ups/follow-up.js'
import { maskPhone } from '../../core/understanding/phones.js'
import type { TimeLineEntry } from '../contract/common.js'
import { money } from './money.js'
import { systemName } from './texts.js'
import { beginnings, describeChange, fieldLabels, hiddenKinds } from './time-line-texts.js'
import { loadVocabulary, type Vocabulary } from './vocabulary.js'

/**
 * What happened to some subjects, newest first, in words.
 *
 * @param showPhones - whole numbers; else masked. @param followUps - recorded about the subjects; their words come along.
 */
export async function readTimeLine(
  tx: EntityManager,
  core: Core,
  subjects: Subject[],
  { showPhones, followUps = [] }: { showPhones: boolean; followUps?: FollowUp[] },
): Promise<TimeLineEntry[]> {
  const recorded = followUps.slice(0, mostFollowUps)
  const all = [...subjects, ...recorded.map(({ id }) => ({ type: 'follow-up' as const, id }))]
  const changes = await core.changes.timeLine(tx, all, { limit: 60 })
  const words = await loadVocabulary(tx, core, changes.flatMap(peopleIn))
  return changes
    .filter((change) => !hiddenKinds.has(change.kind))
    .map((change) => ({
      id: change.id,
      at: change.at.toISOString(),
      kind: change.kind,
      actor: actorName(change, words),
      ...describeChange(change, words),
      ...(change.kind === 'follow-up.recorded' ? { detail: wordsOf(recorded, change.subjectId) } : {}),
      fields: Object.entries(beginnings.has(change.kind) ? {} : change.fields).flatMap(
        ([field, [before, after]]) => {
          const label = fieldLabels[field]
          if (!label) return []
          const say = (value: unknown) => sayValue(field, value, words, showPhones)
          return [{ label, before: say(before), after: say(after) }]
        },
      ),
    }))
}

/** Each is a subject of the query. */
const mostFollowUps = 30

const wordsOf = (followUps: FollowUp[], id: string): string | null =>
  followUps.find((followUp) => followUp.id === id)?.text ?? null

const personFields = ['ownerId', 'offeredToId', 'askedId']

function peopleIn(change: Change): (string | null)[] {
  const inFields = personFields.flatMap((field) => change.fields[field] ?? [])
  return [change.actorId, change.data.personId, ...inFields].filter(
    (id): id is string => typeof id === 'string',
  )
}

function actorName(change: Change, words: Vocabulary): string {
  return change.actorId.startsWith('system:')
    ? systemName
    : (words.person(change.actorId)?.name ?? systemName)
}

function sayValue(field: string, value: unknown, words: Vocabulary, showPhones: boolean): string {
  if (value === null || value === undefined || value === '') return ''
  // A commitment stands where a personal value was erased.
  if (typeof value === 'string' && value.startsWith('sha256:')) return '（已删除）'
  if (personFields.includes(field)) return words.person(String(value))?.name ?? ''
  if (field === 'phone') return showPhones ? String(value) : maskPhone(String(value))
  if ((field === 'email' || field === 'wechat') && !showPhones) return `${String(value).slice(0, 2)}****`
  if (field === 'source') return words.source(String(value))
  if (field === 'stage') return words.stage(String(value))
  if (field === 'regionId') return words.region(String(value)) ?? ''
  if (field === 'productLineId') return words.productLine(String(value)) ?? ''
  if (field === 'amountCents' && typeof value === 'number') return money(value)
  if (field === 'expectedCloseOn') return sayDay(String(value))
  return String(value)
}

const sayDay = (day: string): string =>
  `${day.slice(0, 4)}年${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`
