import type { LeaveEffect } from '../../core/deadlines/leave-view.js'
import { leaveSpan, type LeaveDays } from '../../core/deadlines/leaves.js'
import { addDays, localDay, toLocal } from '../../core/deadlines/working-time.js'
import { DomainError } from '../../core/errors.js'
import type { Leave } from '../../core/org/leave.js'
import type { Person } from '../../core/org/person.js'
import { newLeaveSchema, type LeaveMeaning, type Leaves, type LeaveView } from '../contract/leaves.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { parse } from './problems.js'

const mostDeputies = 300

/** Who is away when: one's own leave, a manager's people's, an admin's everybody's. */
export function addLeaveRoutes(add: AddRoute, { core }: ApiDeps): void {
  const { leaves } = core.deadlines

  add('get', '/leaves', (_ctx, actor): Promise<Leaves> => {
    return core.read(async (tx) => {
      const people = await leaves.keptBy(tx, actor)
      const me = await core.org.person(tx, actor.personId)
      const near = (await core.org.everybody(tx)).filter(
        ({ departmentId }) => departmentId === me.departmentId,
      )
      const asDeputies = new Map([...near, ...people].map(({ id, name }) => [id, { id, name }]))
      const found = await leaves.coming(tx, actor)
      const deputies = await core.org.people(
        tx,
        found.flatMap(({ leave }) => leave.deputyId ?? []),
      )
      const present = ({ leave, person }: { leave: Leave; person: Person }): LeaveView => ({
        id: leave.id,
        person: { id: person.id, name: person.name },
        span: spanWords(daysOf(leave, core.timeZone)),
        fromAt: leave.fromAt.toISOString(),
        toAt: leave.toAt.toISOString(),
        deputy: leave.deputyId ? (deputies.get(leave.deputyId)?.name ?? null) : null,
        note: leave.note,
        isRunning: leave.fromAt <= core.clock.now(),
      })
      return {
        own: found.filter(({ person }) => person.id === actor.personId).map(present),
        others: found.filter(({ person }) => person.id !== actor.personId).map(present),
        people: people.map(({ id, name, title }) => ({ id, name, title })),
        deputies: [...asDeputies.values()].slice(0, mostDeputies),
      }
    })
  })

  add('post', '/leaves/preview', async (ctx, actor): Promise<LeaveMeaning> => {
    const input = parse(newLeaveSchema, await readJson(ctx))
    const personId = input.personId ?? actor.personId
    return core.read(async (tx) => {
      const person = await core.org.person(tx, personId)
      if (!leaves.mayKeep(actor, person))
        throw new DomainError('permission.denied', { ability: 'leave.edit' })
      const { fromAt, toAt } = leaveSpan(daysIn(input), core.timeZone)
      if (toAt <= core.clock.now()) throw new DomainError('leave.past')
      const effect = await leaves.effectOf(tx, personId)
      const whose = personId === actor.personId ? '你' : person.name
      return {
        span: spanWords(daysIn(input)),
        lines: [
          ...(fromAt <= core.clock.now() ? ['保存后马上开始'] : []),
          ...effectWords(effect, whose),
          '休假期间不会分到新线索，只算工作时间的时限对本人停表',
        ],
      }
    })
  })

  add('post', '/leaves', async (ctx, actor) => {
    const input = parse(newLeaveSchema, await readJson(ctx))
    const { deputyId, note } = input
    const leave = await core.write((tx) =>
      leaves.add(tx, actor, {
        ...daysIn(input),
        personId: input.personId ?? actor.personId,
        ...{ deputyId, note },
      }),
    )
    return { id: leave.id }
  })

  add('post', '/leaves/:id/cancel', async (ctx, actor) => ({
    ok: await core.write((tx) => leaves.cancel(tx, actor, ctx.params.id ?? '')),
  }))
}

const daysIn = ({ from, fromHalf, to, toHalf }: LeaveDaysInput): LeaveDays => ({
  ...{ from, to },
  ...(fromHalf ? { fromHalf } : {}),
  ...(toHalf ? { toHalf } : {}),
})

interface LeaveDaysInput {
  from: string
  fromHalf?: 'pm' | undefined
  to: string
  toHalf?: 'am' | undefined
}

/** The days that a leave was noted with. */
function daysOf({ fromAt, toAt }: Leave, timeZone: string): LeaveDays {
  const endsAtNoon = toLocal(toAt, timeZone).slice(11, 13) === '12'
  const until = localDay(toAt, timeZone)
  return {
    from: localDay(fromAt, timeZone),
    ...(toLocal(fromAt, timeZone).slice(11, 13) === '12' ? { fromHalf: 'pm' as const } : {}),
    to: endsAtNoon ? until : addDays(until, -1),
    ...(endsAtNoon ? { toHalf: 'am' as const } : {}),
  }
}

const weekdays = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']

function dayWords(day: string): string {
  const [, month, date] = day.split('-').map(Number)
  return `${month}月${date}日 ${weekdays[new Date(`${day}T00:00Z`).getUTCDay()]}`
}

function spanWords({ from, fromHalf, to, toHalf }: LeaveDays): string {
  if (from === to) return `${dayWords(from)}${fromHalf ? '下午' : toHalf ? '上午' : '，全天'}`
  return `${dayWords(from)}${fromHalf ? '下午' : ''} 至 ${dayWords(to)}${toHalf ? '上午' : ''}`
}

function effectWords({ waiting, manager }: LeaveEffect, whose: string): string[] {
  const to = manager ? `主管${manager.name}` : '主管'
  const said: Record<string, (n: number) => string> = {
    'lead.accept': (n) => `${whose}的 ${n} 条待接线索会转给${to}`,
    'lead.dispatch': (n) => `等${whose}指派的 ${n} 条线索会请上一级处理`,
    'lead.view': (n) => `${whose}还没查看的 ${n} 条线索会收回重新分配`,
  }
  return waiting.flatMap(({ kind, n }) => said[kind]?.(n) ?? [])
}
