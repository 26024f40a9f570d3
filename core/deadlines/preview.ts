import { setImmediate as breathe } from 'node:timers/promises'
import type { EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import type { Subject } from '../changes/change.js'
import { updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Person } from '../org/person.js'
import { authorize } from '../permissions/permissions.js'
import { yearsWithoutHolidays } from '../playbook/holidays.js'
import type { DeadlineKind, Ladder } from '../playbook/ladders.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import { asRead, DeadlineEntity, instantOf, unreadableSteps, type Deadline } from './deadline.js'
import { carryOn, type PlannedStep } from './ladder.js'
import type { Planning } from './planning.js'
import type { Concerned } from './who.js'
import { localDay } from './working-time.js'

/** A step of a running deadline, for people to read. */
export interface PreviewStep {
  at: Date
  do: string
  /** As the ladder says it; null when it names nobody. */
  who: string | null
  /** Whom it would concern if it fired now; empty for steps that have fired or name nobody. */
  people: Pick<Person, 'id' | 'name'>[]
  state: 'fired' | 'planned'
}

/** What will fire when, to whom. */
export interface DeadlinePreview {
  deadlineId: string
  kind: DeadlineKind
  subject: Subject
  startedAt: Date
  dueAt: Date
  /** While paused the instants are those of going on now. */
  state: 'waiting' | 'paused' | 'stuck'
  steps: PreviewStep[]
  /** Years that the plan reaches and whose public holidays nobody has written down: its instants may be wrong there. */
  yearsWithoutHolidays: number[]
}

/** What a changed ladder would do to the deadlines that run now, should they be planned anew. */
export interface RulePreview {
  kind: DeadlineKind
  /** Publishing alone changes none of them: running deadlines keep the steps they were started with. */
  running: number
  paused: number
  /** Those that would fire other steps or at other times. */
  changed: number
  /** Those of which a step would fire at once. */
  firing: number
  /** Those that would have nothing left to fire. */
  ending: number
  /** The first 50 that would change, soonest new step first. */
  rows: { deadlineId: string; subject: Subject; before: RuleSide; after: RuleSide }[]
  yearsWithoutHolidays: number[]
}

export interface RuleSide {
  dueAt: Date
  steps: PreviewStep[]
}

const shownRows = 50
const slice = 500

export interface PreviewDeps {
  clock: Clock
  changes: Changes
  playbook: Playbook
  planning: Planning
  timeZone: string
  about: (tx: EntityManager, deadline: Deadline) => Promise<Concerned>
  find: (tx: EntityManager, kind: DeadlineKind, subject: Subject) => Promise<Deadline | null>
  people: (tx: EntityManager, who: string | undefined, about: Concerned) => Promise<Person[]>
  wake: (tx: Tx) => void
}

/** Looking ahead, and planning anew. */
export function createPreviews(deps: PreviewDeps) {
  const { clock, changes, playbook, planning, timeZone, about, find, people, wake } = deps

  async function show(tx: EntityManager, deadline: Deadline, steps: PlannedStep[]): Promise<PreviewStep[]> {
    const concerned = await about(tx, deadline)
    const shown: PreviewStep[] = []
    for (const [n, step] of steps.entries()) {
      const isFired = n < deadline.nextStep
      const found = isFired || !step.who ? [] : await people(tx, step.who, concerned)
      shown.push({
        at: new Date(step.at),
        do: step.do,
        who: step.who ?? null,
        people: found.map(({ id, name }) => ({ id, name })),
        state: isFired ? 'fired' : 'planned',
      })
    }
    return shown
  }

  async function unknownYears(tx: EntityManager, time: Ladder['time'], from: Date, to: Date) {
    if (time !== 'working') return []
    const year = (at: Date) => Number(localDay(at, timeZone).slice(0, 4))
    return yearsWithoutHolidays(await playbook.get(tx, 'holidays'), year(from), year(to))
  }

  /** A deadline under another ladder: what has fired stays fired, and a pause that goes on stays a pause. */
  async function under(tx: EntityManager, deadline: Deadline, ladder: Ladder) {
    const { dueAt, steps } = await planning.replanned(tx, deadline, ladder)
    const now = deadline.pausedAt ?? clock.now()
    const whole = carryOn(deadline.steps.slice(0, deadline.nextStep), steps, now)
    const isChanged =
      dueAt.getTime() !== deadline.dueAt.getTime() || JSON.stringify(whole) !== JSON.stringify(deadline.steps)
    return { dueAt, steps: whole, isChanged }
  }

  async function replanOne(tx: Tx, deadline: Deadline, ladder: Ladder): Promise<boolean> {
    const { dueAt, steps, isChanged } = await under(tx, deadline, ladder)
    if (!isChanged) return false
    const next = instantOf(steps[deadline.nextStep])
    const isHeld = deadline.pausedAt !== null || deadline.state === 'stuck'
    const moved = await updateRows(tx, DeadlineEntity, asRead(deadline), {
      dueAt,
      steps,
      time: ladder.time,
      nextAt: isHeld ? null : next,
      ...(next ? {} : { state: 'done', nextAt: null, openKey: null, closedAt: clock.now() }),
    })
    if (moved === 1) return true
    // Somebody fired, paused or moved it meanwhile: it is planned from where they left it.
    const found = await tx.getRepository(DeadlineEntity).findOneBy({ id: deadline.id })
    return found?.openKey ? replanOne(tx, found, ladder) : false
  }

  /** Running deadlines of a kind in the order of their keys. */
  async function runningAfter(tx: EntityManager, kind: DeadlineKind, after: string | null, limit: number) {
    return tx
      .getRepository(DeadlineEntity)
      .createQueryBuilder('d')
      .where('d.openKey > :after AND d.openKey < :end', { after: after ?? `${kind} `, end: `${kind}!` })
      .orderBy('d.openKey')
      .take(limit)
      .getMany()
  }

  /** What cannot be read is the runner's to park: no plan follows from it. */
  const readable = (rows: Deadline[]) => rows.filter(({ steps }) => steps !== unreadableSteps)

  return {
    /** What will fire when, to whom, for the running deadline of a kind; null when none runs. */
    async preview(
      tx: EntityManager,
      { kind, subject }: { kind: DeadlineKind; subject: Subject },
    ): Promise<DeadlinePreview | null> {
      const deadline = await find(tx, kind, subject)
      if (!deadline) return null
      const { pausedAt } = deadline
      const plan = pausedAt
        ? await planning.resumed(tx, { ...deadline, pausedAt }, clock.now())
        : { dueAt: deadline.dueAt, steps: deadline.steps }
      const end = instantOf(plan.steps.at(-1)) ?? plan.dueAt
      return {
        deadlineId: deadline.id,
        kind,
        subject,
        startedAt: deadline.startedAt,
        dueAt: plan.dueAt,
        state: pausedAt ? 'paused' : deadline.state === 'stuck' ? 'stuck' : 'waiting',
        steps: await show(tx, deadline, plan.steps),
        yearsWithoutHolidays: await unknownYears(tx, deadline.time, deadline.startedAt, end),
      }
    },

    /** How many deadlines of a kind run now. */
    countRunning: (tx: EntityManager, kind: DeadlineKind): Promise<number> =>
      tx
        .getRepository(DeadlineEntity)
        .createQueryBuilder('d')
        .where('d.openKey > :after AND d.openKey < :end', { after: `${kind} `, end: `${kind}!` })
        .getCount(),

    /** How the deadlines of a kind that run now would fire under another ladder. Reads in slices; writes nothing. */
    async previewRule(tx: EntityManager, kind: DeadlineKind, draft: Ladder): Promise<RulePreview> {
      const now = clock.now()
      const counts = { running: 0, paused: 0, changed: 0, firing: 0, ending: 0 }
      let first: { deadline: Deadline; dueAt: Date; steps: PlannedStep[]; next: string }[] = []
      let [from, to] = [now, now]
      for (let after: string | null = null; ;) {
        const rows = await runningAfter(tx, kind, after, slice)
        for (const deadline of readable(rows)) {
          const { dueAt, steps, isChanged } = await under(tx, deadline, draft)
          const end = instantOf(steps.at(-1)) ?? dueAt
          if (deadline.startedAt < from) from = deadline.startedAt
          if (end > to) to = end
          counts.running += 1
          if (deadline.pausedAt) counts.paused += 1
          if (!isChanged) continue
          const next = steps[deadline.nextStep]
          counts.changed += 1
          if (!next) counts.ending += 1
          else if (!deadline.pausedAt && new Date(next.at) <= now) counts.firing += 1
          first.push({ deadline, dueAt, steps, next: next?.at ?? '' })
        }
        first = first.toSorted((a, b) => a.next.localeCompare(b.next)).slice(0, shownRows)
        after = rows.at(-1)?.openKey ?? null
        if (rows.length < slice || after === null) break
        // A hundred thousand rows on the embedded database would otherwise hold everybody up.
        await breathe()
      }
      const rows: RulePreview['rows'] = []
      for (const { deadline, dueAt, steps } of first)
        rows.push({
          deadlineId: deadline.id,
          subject: { type: deadline.subjectType, id: deadline.subjectId },
          before: { dueAt: deadline.dueAt, steps: await show(tx, deadline, deadline.steps) },
          after: { dueAt, steps: await show(tx, deadline, steps) },
        })
      return { kind, ...counts, rows, yearsWithoutHolidays: await unknownYears(tx, draft.time, from, to) }
    },

    /**
     * Plans running deadlines anew under the ladder in force: what has fired stays fired, chosen due times and pauses
     * are kept. One slice per call, so that no unit grows with the table: go on with `next` until it is null.
     *
     * @returns how many were looked at and how many have other steps now.
     * @throws DomainError `permission.denied`.
     */
    async replan(
      tx: Tx,
      actor: Actor,
      kind: DeadlineKind,
      { after = null, limit = slice }: { after?: string | null; limit?: number } = {},
    ): Promise<{ seen: number; replanned: number; next: string | null }> {
      authorize(actor, 'playbook.edit')
      const ladder = (await playbook.get(tx, 'ladders'))[kind]
      const rows = await runningAfter(tx, kind, after, Math.min(limit, slice))
      let replanned = 0
      for (const deadline of readable(rows)) if (await replanOne(tx, deadline, ladder)) replanned += 1
      if (replanned > 0) {
        await changes.append(tx, actor, {
          subject: { type: 'playbook', id: 'ladders' },
          kind: 'playbook.replanned',
          data: { kind, replanned },
        })
        wake(tx)
      }
      return {
        seen: rows.length,
        replanned,
        next: rows.length === Math.min(limit, slice) ? (rows.at(-1)?.openKey ?? null) : null,
      }
    },
  }
}
