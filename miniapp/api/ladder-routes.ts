import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'
import type { RuleSide } from '../../core/deadlines/preview.js'
import type { Tx } from '../../core/db/unit-of-work.js'
import { DomainError } from '../../core/errors.js'
import { authorize } from '../../core/permissions/permissions.js'
import { ladderSchema, type DeadlineKind, type Ladder } from '../../core/playbook/ladders.js'
import {
  ladderPreviewInputSchema,
  ladderPublishSchema,
  replanSchema,
  rollBackSchema,
  type LaddersPage,
  type ReplanAnswer,
  type RulePreviewView,
  type VersionAnswer,
} from '../contract/ladders.js'
import { actionWords, ladderWords, whoWords } from './admin-texts.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { presentStep } from './present-plan.js'
import { parse } from './problems.js'
import { createRecordNames } from './record-names.js'
import { loadVocabulary } from './vocabulary.js'

const shownVersions = 20
/** Kinds whose due time somebody chose: the ladder's own does not count. */
const dueGiven: ReadonlySet<string> = new Set(['task.due', 'credential.expiry'])

/** The ladders as an editor shows them; every change is previewed, published as a version and can be taken back. */
export function addLadderRoutes(add: AddRoute, { core }: ApiDeps): void {
  const publishedVersion = async (tx: EntityManager): Promise<number> =>
    (await core.playbook.history(tx, 'ladders')).find(({ state }) => state === 'published')?.version ?? 0

  /** @throws DomainError `request.invalid` for a kind there is no ladder of. */
  async function kindOf(tx: EntityManager, name: string): Promise<DeadlineKind> {
    const kinds = Object.keys(await core.playbook.get(tx, 'ladders')) as DeadlineKind[]
    const kind = kinds.find((one) => one === name)
    if (!kind)
      throw new DomainError('request.invalid', { fields: [{ field: 'kind', message: '没有这种时限' }] })
    return kind
  }

  /** @throws DomainError `request.invalid` naming each field, e.g. `steps.1.at`. */
  function readLadder(kind: DeadlineKind, input: unknown): Ladder {
    const ladder: Ladder = parse(ladderSchema, input)
    const known = core.deadlines.actionsOf(kind)
    const fields = ladder.steps.flatMap((step, n) =>
      known.includes(step.do) ? [] : [{ field: `steps.${n}.do`, message: '这里没有这个动作' }],
    )
    if (fields.length > 0) throw new DomainError('request.invalid', { fields })
    return ladder
  }

  async function requireBase(tx: Tx, base: number): Promise<void> {
    if ((await publishedVersion(tx)) !== base) throw new DomainError('playbook.changed_meanwhile')
  }

  add('get', '/admin/ladders', (_ctx, actor): Promise<LaddersPage> => {
    authorize(actor, 'playbook.edit')
    return core.read((tx) => readPage(tx))
  })

  async function readPage(tx: EntityManager): Promise<LaddersPage> {
    const ladders = await core.playbook.get(tx, 'ladders')
    const history = await core.playbook.history(tx, 'ladders')
    const words = await loadVocabulary(
      tx,
      core,
      history.map(({ savedBy }) => savedBy),
    )
    const { lists } = await core.playbook.get(tx, 'duty')
    const kinds: LaddersPage['kinds'] = []
    for (const kind of Object.keys(ladders) as DeadlineKind[])
      kinds.push({
        kind,
        label: ladderWords[kind]?.label ?? kind,
        hint: ladderWords[kind]?.hint ?? '',
        dueGiven: dueGiven.has(kind),
        ladder: ladders[kind],
        actions: core.deadlines.actionsOf(kind).map((key) => ({
          key,
          label: actionWords[key]?.label ?? key,
          asksWho: actionWords[key]?.asksWho ?? true,
        })),
        running: await core.deadlines.countRunning(tx, kind),
      })
    return {
      version: history.find(({ state }) => state === 'published')?.version ?? 0,
      kinds,
      who: [
        ...Object.entries(whoWords)
          .filter(([key]) => key !== 'duty' || lists.length > 0)
          .map(([key, label]) => ({ key, label })),
        ...lists.map(({ id, label }) => ({ key: `duty:${id}`, label: `值班：${label}` })),
      ],
      history: history.slice(0, shownVersions).map(({ version, state, note, savedBy, savedAt }) => ({
        ...{ version, state, note },
        by: words.person(savedBy)?.name ?? savedBy,
        at: savedAt.toISOString(),
      })),
    }
  }

  add('post', '/admin/ladders/preview', async (ctx, actor): Promise<RulePreviewView> => {
    authorize(actor, 'playbook.edit')
    const input = parse(ladderPreviewInputSchema, await readJson(ctx))
    return core.read(async (tx) => {
      const kind = await kindOf(tx, input.kind)
      const found = await core.deadlines.previewRule(tx, kind, readLadder(kind, input.ladder))
      const nameOf = createRecordNames(core, tx)
      const rows: RulePreviewView['rows'] = []
      for (const { deadlineId, subject, before, after } of found.rows) {
        const about = await nameOf(subject.type, subject.id)
        rows.push({
          id: deadlineId,
          about: about?.name ?? '',
          path: about?.path ?? null,
          before: presentSide(before),
          after: presentSide(after),
        })
      }
      const { running, paused, changed, firing, ending, yearsWithoutHolidays } = found
      return { running, paused, changed, firing, ending, rows, yearsWithoutHolidays }
    })
  })

  add('post', '/admin/ladders/publish', async (ctx, actor): Promise<VersionAnswer> => {
    authorize(actor, 'playbook.edit')
    const { ladder: draft, base, note, ...input } = parse(ladderPublishSchema, await readJson(ctx))
    return core.write(async (tx) => {
      const kind = await kindOf(tx, input.kind)
      const ladder = readLadder(kind, draft)
      await requireBase(tx, base)
      return { version: await publish(tx, actor, { kind, ladder, note }) }
    })
  })

  async function publish(
    tx: Tx,
    actor: PersonActor,
    { kind, ladder, note }: { kind: DeadlineKind; ladder: Ladder; note: string },
  ): Promise<number> {
    const whole = { ...(await core.playbook.get(tx, 'ladders')), [kind]: ladder }
    const said = note || `修改“${ladderWords[kind]?.label ?? kind}”`
    const { version } = await core.playbook.saveDraft(tx, actor, 'ladders', whole, said)
    await core.playbook.publish(tx, actor, 'ladders', version)
    return version
  }

  add('post', '/admin/ladders/replan', async (ctx, actor): Promise<ReplanAnswer> => {
    authorize(actor, 'playbook.edit')
    const { after, ...input } = parse(replanSchema, await readJson(ctx))
    return core.write(async (tx) => {
      return core.deadlines.replan(tx, actor, await kindOf(tx, input.kind), { after })
    })
  })

  add('post', '/admin/ladders/roll-back', async (ctx, actor): Promise<VersionAnswer> => {
    authorize(actor, 'playbook.edit')
    const { version, base } = parse(rollBackSchema, await readJson(ctx))
    return core.write(async (tx) => {
      await requireBase(tx, base)
      return { version: (await core.playbook.rollBack(tx, actor, 'ladders', version)).version }
    })
  })
}

const presentSide = ({ dueAt, steps }: RuleSide) => ({
  dueAt: dueAt.toISOString(),
  steps: steps.map(presentStep),
})
