import type { EntityManager } from 'typeorm'
import type { Core } from '../../core/app.js'
import type { Person } from '../../core/org/person.js'
import type { PersonRef } from '../contract/common.js'
import { otherAction, unknownPerson } from './texts.js'

/** Words for the keys and ids that rows hold. */
export interface Vocabulary {
  source(key: string): string
  region(id: string | null): string | null
  productLine(id: string | null): string | null
  stage(key: string): string
  /** How a follow-up was made, as the action library calls it. */
  action(key: string): string
  person(id: string | null): PersonRef | null
}

/** @param people - ids that will be asked for; others read as somebody who is not there any more. */
export async function loadVocabulary(
  tx: EntityManager,
  core: Core,
  people: Iterable<string | null | undefined>,
): Promise<Vocabulary> {
  const ids = [...new Set(people)].filter((id): id is string => typeof id === 'string')
  const found = await core.org.people(tx, ids)
  const sources = await core.playbook.get(tx, 'sources')
  const stages = await core.playbook.get(tx, 'stages')
  const actions = await core.playbook.get(tx, 'action-library')
  const regions = await core.org.regions(tx)
  const lines = await core.org.productLines(tx)
  return {
    source: (key) => sources.find((source) => source.key === key)?.label ?? key,
    region: (id) => regions.find((region) => region.id === id)?.name ?? null,
    productLine: (id) => lines.find((line) => line.id === id)?.name ?? null,
    stage: (key) => stages.find((stage) => stage.key === key)?.label ?? key,
    action: (key) => actions.find((action) => action.key === key)?.label ?? otherAction,
    person: (id) => (id === null ? null : refOf(id, found.get(id))),
  }
}

const refOf = (id: string, person: Person | undefined): PersonRef => ({
  id,
  name: person?.name ?? unknownPerson,
  title: person?.title ?? '',
})
