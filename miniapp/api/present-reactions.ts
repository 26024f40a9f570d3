import type { EntityManager } from 'typeorm'
import type { Actor } from '../../core/actor.js'
import type { Core } from '../../core/app.js'
import type { Change } from '../../core/changes/change.js'
import type { SystemState } from '../contract/system.js'
import { reasonOf } from './admin-texts.js'
import { createRecordNames } from './record-names.js'
import { describeChange } from './time-line-texts.js'
import { loadVocabulary } from './vocabulary.js'

/** Changes that nobody could be told of, as an admin reads them. */
export async function presentReactions(
  tx: EntityManager,
  core: Core,
  actor: Actor,
): Promise<SystemState['reactions']> {
  const stuck = await core.reactions.stuck(tx, actor)
  if (stuck.length === 0) return []
  const words = await loadVocabulary(
    tx,
    core,
    stuck.flatMap(({ change }) => (change ? mentioned(change) : [])),
  )
  const nameOf = createRecordNames(core, tx)
  const rows: SystemState['reactions'] = []
  for (const { changeId, change, attempts, lastError } of stuck) {
    // What it is about may be what cannot be read.
    const about = change && (await nameOf(change.subjectType, change.subjectId).catch(() => null))
    rows.push({
      id: changeId,
      what: change ? describeChange(change, words).text : changeId,
      about: about?.name ?? '',
      path: about?.path ?? null,
      at: change?.at.toISOString() ?? null,
      attempts,
      reason: reasonOf(lastError) ?? '',
    })
  }
  return rows
}

/** Everything in it that may be somebody's id. */
const mentioned = ({ data, fields }: Change): string[] =>
  [...Object.values(data), ...Object.values(fields).map((pair) => pair[1])].filter(
    (value) => typeof value === 'string',
  )
