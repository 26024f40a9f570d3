import { In, LessThan, type EntityManager } from 'typeorm'
import { systemActor, type Actor } from '../actor.js'
import type { Leavers } from '../assignment/leavers.js'
import type { Changes } from '../changes/changes.js'
import { select } from '../db/sql.js'
import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Deadline } from '../deadlines/deadline.js'
import type { Deadlines } from '../deadlines/deadlines.js'
import type { PlannedStep } from '../deadlines/ladder.js'
import { DealEntity } from '../deals/deal.js'
import { DomainError } from '../errors.js'
import { authorize } from '../permissions/permissions.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { TaskEntity, type Task } from './task.js'

export type NewTask = Pick<
  Task,
  'kind' | 'title' | 'ownerId' | 'subjectType' | 'subjectId' | 'followUpId' | 'dueAt' | 'allDay'
> & {
  demo?: boolean
}

export interface TasksDeps {
  clock: Clock
  ids: Ids
  changes: Changes
  deadlines: Deadlines
  leavers: Leavers
}

export type Tasks = ReturnType<typeof createTasks>

export function createTasks({ clock, ids, changes, deadlines, leavers }: TasksDeps) {
  const timer = systemActor('tasks')
  const subjectOf = (id: string) => ({ type: 'task' as const, id })

  const tell =
    (kind: 'task.fell-due' | 'task.overdue', otherwise: string) =>
    async (tx: Tx, { deadline, step }: { deadline: Deadline; step: PlannedStep }) => {
      const task = await tx.getRepository(TaskEntity).findOneBy({ id: deadline.subjectId, state: 'open' })
      if (!task) return
      const people = await deadlines.peopleOf(tx, { deadline, step }, { otherwise })
      await changes.append(tx, timer, {
        subject: subjectOf(task.id),
        kind,
        data: { ownerId: task.ownerId, toIds: people.map(({ id }) => id) },
      })
    }
  deadlines.concernedBy('task', async (tx, id) => {
    const task = await tx.getRepository(TaskEntity).findOneBy({ id })
    return task && { ownerId: task.ownerId, departmentId: null }
  })
  deadlines.on('task.due', 'remind', tell('task.fell-due', 'owner'))
  deadlines.on('task.due', 'overdue', tell('task.overdue', 'manager'))

  async function end(tx: Tx, actor: Actor, task: Task, state: 'done' | 'cancelled'): Promise<boolean> {
    const ended = await updateRows(
      tx,
      TaskEntity,
      { id: task.id, state: 'open' },
      { state, closedAt: clock.now() },
    )
    if (ended !== 1) return false
    await (state === 'done' ? deadlines.meet : deadlines.cancel)(tx, 'task.due', subjectOf(task.id))
    await changes.append(tx, actor, {
      subject: subjectOf(task.id),
      kind: `task.${state}`,
      fields: { state: ['open', state] },
      data: { ownerId: task.ownerId, about: aboutOf(task) },
    })
    return true
  }

  leavers.holds({
    table: 'tasks',
    column: 'ownerId',
    condition: "r.state = 'open'",
    async hand(tx, actor, { id, personId }) {
      const task = await tx.getRepository(TaskEntity).findOneByOrFail({ id })
      const toId = await leavers.successor(tx, personId, null)
      return toId !== null && handOver(tx, actor, task, toId)
    },
  })

  /** Somebody else does it from now on. False when it is closed, or changed hands already. */
  async function handOver(tx: Tx, actor: Actor, task: Task, toId: string): Promise<boolean> {
    const held = { id: task.id, state: 'open' as const, ownerId: task.ownerId }
    if ((await updateRows(tx, TaskEntity, held, { ownerId: toId })) !== 1) return false
    const running = await deadlines.running(tx, 'task.due', subjectOf(task.id))
    // The customer's turn stays the customer's turn, whoever waits; else the new owner is reminded from the first step.
    if (running?.pausedAt) await deadlines.waitFor(tx, 'task.due', subjectOf(task.id), toId)
    else await deadlines.start(tx, 'task.due', subjectOf(task.id), { dueAt: task.dueAt, personId: toId })
    await changes.append(tx, actor, {
      subject: subjectOf(task.id),
      kind: 'task.handed-over',
      fields: { ownerId: [task.ownerId, toId] },
      data: { ownerId: toId, about: aboutOf(task) },
    })
    return true
  }

  async function requireOwn(tx: Tx, actor: Actor, id: string): Promise<Task> {
    const task = await tx.getRepository(TaskEntity).findOneBy({ id })
    if (!task) throw new DomainError('task.not_found', { id })
    authorize(actor, 'task.do', { ownerId: task.ownerId, departmentId: null })
    return task
  }

  const appendTurn = (tx: Tx, actor: Actor, task: Task, kind: 'task.paused' | 'task.resumed') =>
    changes.append(tx, actor, {
      subject: subjectOf(task.id),
      kind,
      data: { ownerId: task.ownerId, about: aboutOf(task) },
    })

  async function resume(tx: Tx, actor: Actor, task: Task): Promise<boolean> {
    if (!(await deadlines.resume(tx, 'task.due', subjectOf(task.id)))) return false
    await appendTurn(tx, actor, task, 'task.resumed')
    return true
  }

  return {
    /** Adds a task with its reminder at `dueAt`. A time that has passed reminds at once. */
    async add(tx: Tx, actor: Actor, input: NewTask): Promise<Task> {
      const task: Task = {
        ...input,
        demo: input.demo ?? false,
        id: ids.next(),
        state: 'open',
        createdAt: clock.now(),
        closedAt: null,
      }
      await insertRows(tx, TaskEntity, [task])
      await deadlines.start(tx, 'task.due', subjectOf(task.id), { dueAt: task.dueAt, personId: task.ownerId })
      await changes.append(tx, actor, {
        subject: subjectOf(task.id),
        kind: 'task.added',
        fields: { dueAt: [null, task.dueAt.toISOString()], state: [null, 'open'] },
        data: { ownerId: task.ownerId, about: aboutOf(task), kind: task.kind },
      })
      return task
    },

    /**
     * Ticks a task off. Ticking it off twice is no error.
     *
     * @throws DomainError `task.not_found`, `permission.denied`.
     */
    async finish(tx: Tx, actor: Actor, id: string): Promise<Task> {
      const task = await requireOwn(tx, actor, id)
      await end(tx, actor, task, 'done')
      return { ...task, state: 'done' }
    },

    /**
     * It is the customer's turn: nobody is reminded of the task until the customer gets in touch, or somebody goes on.
     *
     * @returns false when no reminder of it was to come any more, or it waits already.
     * @throws DomainError `task.not_found`, `permission.denied`.
     */
    async waitForCustomer(tx: Tx, actor: Actor, id: string): Promise<boolean> {
      const task = await requireOwn(tx, actor, id)
      if (!(await deadlines.pause(tx, 'task.due', subjectOf(id)))) return false
      await appendTurn(tx, actor, task, 'task.paused')
      return true
    },

    /** Reminds again, with the time that was left. False when it did not wait. Errors as for `waitForCustomer`. */
    async goOn(tx: Tx, actor: Actor, id: string): Promise<boolean> {
      return resume(tx, actor, await requireOwn(tx, actor, id))
    },

    /** The customer has been in touch: what waited for that goes on. */
    async customerWrote(tx: Tx, about: { type: 'lead' | 'customer'; id: string }): Promise<void> {
      const waiting = await select<{ id: string }>(
        tx,
        `SELECT t.id FROM tasks t JOIN deadlines d ON d.subjectType = 'task' AND d.subjectId = t.id
         WHERE t.subjectType = ? AND t.subjectId = ? AND t.state = 'open' AND d.pausedAt IS NOT NULL
         AND d.state = 'waiting' ORDER BY t.id`,
        [about.type, about.id],
      )
      for (const { id } of waiting)
        await resume(tx, timer, await tx.getRepository(TaskEntity).findOneByOrFail({ id }))
    },

    /** Whether it is the customer's turn. */
    async isWaiting(tx: EntityManager, id: string): Promise<boolean> {
      return Boolean((await deadlines.running(tx, 'task.due', subjectOf(id)))?.pausedAt)
    },

    /**
     * Moves a task to another time. It is reminded of at that time as if it were new, also when it was reminded of
     * before or waited for the customer. Errors as for `finish`, and `task.closed`.
     */
    async postpone(tx: Tx, actor: Actor, id: string, to: { dueAt: Date; allDay: boolean }): Promise<Task> {
      const task = await requireOwn(tx, actor, id)
      if ((await updateRows(tx, TaskEntity, { id, state: 'open' }, to)) !== 1)
        throw new DomainError('task.closed', { id })
      await deadlines.start(tx, 'task.due', subjectOf(id), { dueAt: to.dueAt, personId: task.ownerId })
      await changes.append(tx, actor, {
        subject: subjectOf(id),
        kind: 'task.postponed',
        fields: { dueAt: [task.dueAt.toISOString(), to.dueAt.toISOString()] },
        data: { ownerId: task.ownerId, about: aboutOf(task) },
      })
      return { ...task, ...to }
    },

    /**
     * A new contact settles what was planned before it: open contact tasks of this person about the subject are done,
     * for a customer also those that were made while it was a lead.
     */
    async settleContacts(
      tx: Tx,
      actor: Actor,
      ownerId: string,
      about: { type: 'lead' | 'customer'; id: string },
    ): Promise<string[]> {
      const planned = {
        kind: 'contact' as const,
        state: 'open' as const,
        ownerId,
        createdAt: LessThan(clock.now()),
      }
      const deals =
        about.type === 'customer'
          ? await tx
              .getRepository(DealEntity)
              .find({ where: { customerId: about.id }, select: { leadId: true } })
          : []
      const leadIds = deals.flatMap((deal) => deal.leadId ?? [])
      const open = await tx.getRepository(TaskEntity).findBy([
        { ...planned, subjectType: about.type, subjectId: about.id },
        { ...planned, subjectType: 'lead', subjectId: In(leadIds) },
      ])
      for (const task of open) await end(tx, actor, task, 'done')
      return open.map((task) => task.id)
    },

    /** Opens settled tasks again and takes back those that a follow-up made: the way back of an undone follow-up. */
    async takeBack(tx: Tx, actor: Actor, followUpId: string, settledIds: string[]): Promise<void> {
      for (const task of await tx.getRepository(TaskEntity).findBy({ followUpId, state: 'open' }))
        await end(tx, actor, task, 'cancelled')
      for (const id of settledIds) {
        const task = await tx.getRepository(TaskEntity).findOneBy({ id, state: 'done' })
        if (!task) continue
        await updateRows(tx, TaskEntity, { id, state: 'done' }, { state: 'open', closedAt: null })
        await deadlines.start(tx, 'task.due', subjectOf(id), { dueAt: task.dueAt, personId: task.ownerId })
        await changes.append(tx, actor, {
          subject: subjectOf(id),
          kind: 'task.reopened',
          fields: { state: ['done', 'open'] },
          data: { ownerId: task.ownerId, about: aboutOf(task) },
        })
      }
    },

    async find(tx: EntityManager, id: string): Promise<Task | null> {
      return tx.getRepository(TaskEntity).findOneBy({ id })
    },

    async ofFollowUp(tx: EntityManager, followUpId: string): Promise<Task[]> {
      return tx.getRepository(TaskEntity).find({ where: { followUpId }, order: { dueAt: 'ASC' } })
    },

    /** A person's open tasks that are due before an instant, oldest first. */
    async openFor(tx: EntityManager, ownerId: string, before: Date): Promise<Task[]> {
      return tx.getRepository(TaskEntity).find({
        where: { ownerId, state: 'open', dueAt: LessThan(before) },
        order: { dueAt: 'ASC' },
        take: 100,
      })
    },

    /** Open tasks about a subject, soonest first. */
    async openAbout(tx: EntityManager, about: { type: 'lead' | 'customer'; id: string }): Promise<Task[]> {
      return tx.getRepository(TaskEntity).find({
        where: { subjectType: about.type, subjectId: about.id, state: 'open' },
        order: { dueAt: 'ASC' },
        take: 50,
      })
    },
  }
}

const aboutOf = (task: Pick<Task, 'subjectType' | 'subjectId'>) => ({
  type: task.subjectType,
  id: task.subjectId,
})
