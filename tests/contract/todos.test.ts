import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Todos } from '../../core/ports/messenger.js'
import { startDingtalkStand } from '../simulators/dingtalk/stand.js'
import { startFeishuStand } from '../simulators/feishu/stand.js'
import { readTodos } from '../support/stage/read-dingtalk.js'
import { readTasks } from '../support/stage/read-feishu.js'
import type { Listed } from '../support/stage/seen.js'
import { startStage, type Stage } from '../support/stage/stage.js'
import { until } from '../support/stage/until.js'

interface ListStand {
  todos: Todos
  colleague: string
  lines(): Listed[]
  /** The person ticks off everything, in the platform's own client. */
  ticksOff(): void
  /** The person throws everything away. */
  clears(): void
  takesPermission(): void
  stop(): Promise<void>
}

const stands: Record<string, () => Promise<ListStand>> = {
  async DingTalk() {
    const { sim, adapter, stop } = await startDingtalkStand()
    const { todos } = adapter.messenger
    if (!todos) throw new Error('DingTalk has a list')
    return {
      todos,
      colleague: 'u-wang',
      lines: () => readTodos(sim.world),
      ticksOff: () => {
        for (const todo of sim.world.todos.values()) Object.assign(todo, { isDone: true, isOver: true })
      },
      clears: () => sim.world.todos.clear(),
      takesPermission: () => void sim.world.grants.denied.add('todo'),
      stop,
    }
  },
  async Feishu() {
    const stand = await startFeishuStand({ connect: false })
    const { sim, adapter } = stand
    const { todos } = adapter.messenger
    if (!todos) throw new Error('Feishu has a list')
    return {
      todos,
      colleague: sim.colleague,
      lines: () => readTasks(sim.api.tasks),
      ticksOff: () => {
        for (const task of sim.api.tasks.values()) task['completed_at'] = '1'
      },
      clears: () => sim.api.tasks.clear(),
      takesPermission: () => void sim.granted.delete('task:task:write'),
      stop: stand.stop,
    }
  },
}

describe.each(Object.entries(stands))('the list of things to do of %s', (_name, open) => {
  let stand: ListStand
  beforeEach(async () => {
    stand = await open()
  })
  afterEach(() => stand.stop())

  const dueAt = new Date('2026-03-05T01:00:00.000Z')
  const later = new Date('2026-03-06T07:30:00.000Z')
  const create = (title = '回访宏达机械') =>
    stand.todos.create({ externalId: stand.colleague, title, dueAt, page: '/leads/L1', key: 'k1' })

  it('takes a thing once, with its title, its time and where to open it', async () => {
    const id = await create()
    expect(await create()).toBe(id)
    const [line, ...others] = stand.lines()
    expect(line).toMatchObject({
      of: stand.colleague,
      title: '回访宏达机械',
      dueAt: dueAt.toISOString(),
      isDone: false,
    })
    expect(line?.link).toContain('/app/leads/L1')
    expect(others).toEqual([])
  })

  it('moves it, ticks it off and opens it anew', async () => {
    const id = await create()
    await stand.todos.change(id, stand.colleague, { title: '回访', dueAt: later, reopen: false })
    expect(stand.lines()).toMatchObject([{ title: '回访', dueAt: later.toISOString(), isDone: false }])
    await stand.todos.finish(id, stand.colleague)
    expect(stand.lines()).toMatchObject([{ isDone: true }])
    await stand.todos.change(id, stand.colleague, { title: '回访', dueAt, reopen: true })
    expect(stand.lines()).toMatchObject([{ dueAt: dueAt.toISOString(), isDone: false }])
  })

  it('is content where it was ticked off already', async () => {
    const id = await create()
    await stand.todos.finish(id, stand.colleague)
    await stand.todos.finish(id, stand.colleague)
    await stand.todos.change(id, stand.colleague, { title: '回访', dueAt, reopen: true })
    stand.ticksOff()
    await stand.todos.finish(id, stand.colleague)
    expect(stand.lines()).toMatchObject([{ isDone: true }])
  })

  it('has no line to move that was thrown away there', async () => {
    const id = await create()
    stand.clears()
    await expect(
      stand.todos.change(id, stand.colleague, { title: '回访', dueAt: later, reopen: false }),
    ).rejects.toMatchObject({ retryable: false })
    expect(stand.lines()).toEqual([])
  })

  it('cuts a title that is longer than the platform takes', async () => {
    await create('长'.repeat(4000))
    expect(stand.lines()[0]?.title).toMatch(/^长+…?$/)
  })

  it('says in one word that the app may not write to it', async () => {
    const id = await create()
    stand.takesPermission()
    const refusal = { code: 'todo_not_permitted', retryable: false }
    await expect(
      stand.todos.create({ externalId: stand.colleague, title: '二', dueAt, page: '/', key: 'k2' }),
    ).rejects.toMatchObject(refusal)
    await expect(
      stand.todos.change(id, stand.colleague, { title: '二', dueAt, reopen: false }),
    ).rejects.toMatchObject(refusal)
    await expect(stand.todos.finish(id, stand.colleague)).rejects.toMatchObject(refusal)
  })
})

describe.each(['dingtalk', 'feishu'] as const)('what a rep has promised, on %s', (platform) => {
  let stage: Stage
  beforeEach(async () => {
    stage = await startStage(platform)
    await stage.customer.writes('我姓张，我们在杭州，想了解下你们CRM的报价，预算20万左右，电话 13800138000')
    await stage.rep.clicks('接单')
    await stage.rep.writes('刚和张总通了电话，要报价，下周三再联系')
    await stage.rep.sees('已记录跟进')
  })
  afterEach(() => stage.stop())

  /** What stands in the rep's list, as soon as it is so. */
  async function listed(so: Partial<Listed>): Promise<Listed[]> {
    const lines = () => stage.far.listOf?.(stage.rep.account) ?? []
    await stage.running.idle()
    await until(
      () =>
        lines().every((line) =>
          Object.entries(so).every(([name, value]) => line[name as keyof Listed] === value),
        ),
      JSON.stringify([so, lines()]),
    )
    return lines()
  }

  it('stands in their own list with its day and its page, and goes when 已完成 is tapped', async () => {
    const [line, ...others] = await listed({ dueAt: '2026-03-18T01:00:00.000Z', isDone: false })
    expect(others).toEqual([])
    expect(line?.title).toContain('张')
    expect(line?.link).toContain('/app/leads/')
    await stage.passes('7d')
    await stage.rep.sees('该联系客户了')
    await stage.rep.clicks('已完成')
    expect(await listed({ isDone: true })).toHaveLength(1)
  })

  it('moves with 推迟到明天, and goes with 撤销', async () => {
    await stage.passes('7d')
    await stage.rep.clicks('推迟到明天')
    expect(await listed({ dueAt: '2026-03-19T01:00:00.000Z', isDone: false })).toHaveLength(1)
    await stage.rep.confirms('撤销')
    expect(await listed({ isDone: true })).toHaveLength(1)
  })
})
