import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'
import type { Tx } from '../../core/db/unit-of-work.js'
import { DomainError } from '../../core/errors.js'
import { authorize } from '../../core/permissions/permissions.js'
import { documents } from '../../core/playbook/documents.js'
import { rollBackSchema, type VersionAnswer } from '../contract/ladders.js'
import {
  ruleBodySchema,
  ruleNames,
  rulePublishSchema,
  type RuleMeaning,
  type RuleName,
  type RulePage,
} from '../contract/rules.js'
import { moreCardLabels } from './admin-texts.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { parse } from './problems.js'
import { createRuleMeanings } from './rule-meaning.js'
import { cardLabels, systemName } from './texts.js'
import { loadVocabulary } from './vocabulary.js'

const shownVersions = 20
/** Cards that no rule speaks of: made of others, or sent by hand to look where they go. */
const madeByItself: ReadonlySet<string> = new Set(['digest', 'test.message'])

/** Documents of rules as their pages show and change them; each change is a version that can be taken back. */
export function addRuleRoutes(add: AddRoute, { core }: ApiDeps): void {
  const meaningOf = createRuleMeanings(core)

  async function readPage(tx: EntityManager, name: RuleName): Promise<RulePage> {
    const body = await core.playbook.get(tx, name)
    const history = await core.playbook.history(tx, name)
    const published = history.find(({ state }) => state === 'published')
    const [newest] = history
    const words = await loadVocabulary(
      tx,
      core,
      history.map(({ savedBy }) => savedBy),
    )
    const shown = history.map(({ version, state, note, savedBy, savedAt }) => ({
      ...{ version, state, note },
      by: savedBy.startsWith('system:') ? systemName : (words.person(savedBy)?.name ?? savedBy),
      at: savedAt.toISOString(),
    }))
    const draft = newest?.state === 'draft' && shown[0] ? { ...shown[0], body: newest.body } : null
    return {
      ...{ name, body, draft },
      label: documents[name].label,
      version: published?.version ?? 0,
      people: await peopleIn(tx, [body, draft?.body]),
      cards: Object.entries({ ...cardLabels, ...moreCardLabels })
        .filter(([key]) => !key.startsWith('answer.') && !madeByItself.has(key))
        .map(([key, label]) => ({ key, label })),
      history: shown.slice(0, shownVersions),
    }
  }

  async function peopleIn(tx: EntityManager, bodies: unknown[]): Promise<RulePage['people']> {
    const ids = new Set<string>()
    JSON.stringify(bodies, (key, value: unknown) => {
      if (key === 'people' && Array.isArray(value)) for (const id of value) ids.add(String(id))
      return value
    })
    return [...(await core.org.people(tx, [...ids])).values()].map(({ id, name }) => ({ id, name }))
  }

  async function requireBase(tx: Tx, name: RuleName, base: number): Promise<void> {
    const history = await core.playbook.history(tx, name)
    const version = history.find(({ state }) => state === 'published')?.version ?? 0
    if (version !== base) throw new DomainError('playbook.changed_meanwhile')
  }

  /** For administrators, whatever the route does. @throws DomainError `permission.denied`, `playbook.unknown`. */
  function nameFor(actor: PersonActor, { name }: Record<string, string>): RuleName {
    authorize(actor, 'playbook.edit')
    const known = ruleNames.find((one) => one === name)
    if (!known) throw new DomainError('playbook.unknown', { name })
    return known
  }

  add('get', '/admin/playbook/:name', async (ctx, actor): Promise<RulePage> => {
    const name = nameFor(actor, ctx.params)
    return core.read((tx) => readPage(tx, name))
  })

  add('post', '/admin/playbook/:name/preview', async (ctx, actor): Promise<RuleMeaning> => {
    const name = nameFor(actor, ctx.params)
    const { body } = parse(ruleBodySchema, await readJson(ctx))
    return core.read((tx) => meaningOf(tx, actor, name, body))
  })

  add('post', '/admin/playbook/:name/draft', async (ctx, actor): Promise<VersionAnswer> => {
    const name = nameFor(actor, ctx.params)
    const { body, base, note } = parse(rulePublishSchema, await readJson(ctx))
    return core.write(async (tx) => {
      await requireBase(tx, name, base)
      return { version: (await core.playbook.saveDraft(tx, actor, name, body, note)).version }
    })
  })

  add('post', '/admin/playbook/:name/publish', async (ctx, actor): Promise<VersionAnswer> => {
    const name = nameFor(actor, ctx.params)
    const { body, base, note } = parse(rulePublishSchema, await readJson(ctx))
    return core.write(async (tx) => {
      await requireBase(tx, name, base)
      const { version } = await core.playbook.saveDraft(tx, actor, name, body, note)
      await core.playbook.publish(tx, actor, name, version)
      return { version }
    })
  })

  add('post', '/admin/playbook/:name/roll-back', async (ctx, actor): Promise<VersionAnswer> => {
    const name = nameFor(actor, ctx.params)
    const { version, base } = parse(rollBackSchema, await readJson(ctx))
    return core.write(async (tx) => {
      await requireBase(tx, name, base)
      return { version: (await core.playbook.rollBack(tx, actor, name, version)).version }
    })
  })
}
