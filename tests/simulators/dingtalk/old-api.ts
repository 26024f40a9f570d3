import { Refused, sim, type SimPerson, type World } from './world.js'

type Body = Record<string, unknown>
type Route = (world: World, body: Body) => object

const dayMs = 86_400_000
const refuse = (code: string): never => {
  throw new Refused(code, 200)
}
const insiders = (world: World) => world.people.filter((person) => !person.isOutside)

/** Whether the app's range reaches this person: given one by one, or by a department of theirs or one above it. */
function sees(world: World, { userId, departments }: SimPerson): boolean {
  const reaches = (id: string | null): boolean =>
    id !== null &&
    (world.range.departments.includes(id) ||
      reaches(world.departments.find((department) => department.id === id)?.parentId ?? null))
  return (
    world.range.people.includes(userId) || world.range.departments.includes('1') || departments.some(reaches)
  )
}

/** Quotes numbers and truth values as some of the platform's answers do. */
const loose = (world: World, value: number | boolean): unknown =>
  world.switches.quotes ? String(value) : value

/** The old generation, path → what it does; answers are 200 with `errcode`. */
export const oldRoutes: Record<string, Route> = {
  '/topapi/v2/department/listsub': (world, body) => ({
    result: world.departments
      .filter((department) => department.parentId === String(body['dept_id'] ?? 1))
      .map((department) => ({
        dept_id: Number(department.id),
        name: department.name,
        parent_id: Number(department.parentId),
      })),
  }),
  '/topapi/v2/department/get': (world, body) => {
    const department = world.departments.find(({ id }) => id === String(body['dept_id'])) ?? refuse('60003')
    return {
      result: {
        dept_id: Number(department.id),
        name: department.name,
        ...(department.parentId ? { parent_id: Number(department.parentId) } : {}),
        dept_manager_userid_list: department.leaders,
      },
    }
  },
  '/topapi/v2/user/list': (world, body) => {
    const asked = Number(body['size'])
    if (asked < 1 || asked > 100) refuse('40035')
    const size = Math.min(asked, world.switches.userPage)
    const all = insiders(world).filter((person) => person.departments.includes(String(body['dept_id'])))
    const from = Number(body['cursor'])
    const hasMore = from + size < all.length
    return {
      result: {
        has_more: loose(world, hasMore),
        ...(hasMore ? { next_cursor: loose(world, from + size) } : {}),
        list: all.slice(from, from + size).map((person) => ({
          userid: person.userId,
          unionid: person.unionId,
          name: person.name,
          title: person.title,
          dept_id_list: person.departments.map(Number),
          active: loose(world, true),
        })),
      },
    }
  },
  '/topapi/user/listid': (world, body) => ({
    result: {
      userid_list: insiders(world)
        .filter((person) => person.departments.includes(String(body['dept_id'])))
        .map((person) => person.userId),
    },
  }),
  '/topapi/v2/user/get': (world, body) => {
    const person = insiders(world).find(({ userId }) => userId === body['userid']) ?? refuse('60121')
    if (!sees(world, person)) refuse('50002')
    const { userId, unionId, name, title, departments } = person
    return {
      result: { userid: userId, unionid: unionId, name, title, dept_id_list: departments.map(Number) },
    }
  },
  '/topapi/user/getbyunionid': (world, body) => {
    const person = world.people.find(({ unionId }) => unionId === body['unionid']) ?? refuse('60121')
    return { result: { contact_type: loose(world, person.isOutside ? 1 : 0), userid: person.userId } }
  },
  '/topapi/user/count': (world) =>
    world.switches.countsPeople
      ? { result: { count: loose(world, insiders(world).length) } }
      : refuse('60011'),
  '/auth/scopes': (world) => ({
    auth_org_scopes: { authed_dept: world.range.departments.map(Number), authed_user: world.range.people },
  }),
  '/topapi/v2/user/getuserinfo': (world, body) => {
    const code = String(body['code'])
    const grant = world.codes.get(code)
    world.codes.delete(code)
    if (!grant || grant.expiresAt < world.nowMs() || grant.corpId !== sim.corpId) return refuse('40078')
    return { result: { userid: grant.userId, unionid: `union-${grant.userId}`, sys: loose(world, false) } }
  },
  '/topapi/message/corpconversation/asyncsend_v2': sendNotice,
  '/topapi/message/corpconversation/getsendresult': (world, body) => {
    const message = world.messages.find(({ id }) => id === String(body['task_id'])) ?? refuse('40035')
    if (world.nowMs() - message.at > dayMs) refuse('40035')
    return {
      send_result: {
        read_user_id_list: message.isRead && !message.dropped ? [message.to] : [],
        unread_user_id_list: !message.isRead && !message.dropped ? [message.to] : [],
        forbidden_list: message.dropped ? [{ code: message.dropped, userid: message.to, count: 1 }] : [],
      },
    }
  },
  '/topapi/message/corpconversation/recall': (world, body) => {
    const message = world.messages.find(({ id }) => id === String(body['msg_task_id'])) ?? refuse('40035')
    message.isRecalled = true
    return {}
  },
}

/** Says ok to everything that is well-formed, and throws silently away what breaks a limit. */
function sendNotice(world: World, body: Body): object {
  if (String(body['agent_id']) !== sim.agentId) refuse('40056')
  const to = String(body['userid_list'])
  const msg = body['msg']
  if (Buffer.byteLength(JSON.stringify(msg)) > 2048) refuse('40035')
  const day = Math.floor((world.nowMs() + 8 * 3_600_000) / dayMs)
  const same = `${day}:${to}:${JSON.stringify(msg)}`
  const all = `${day}:${to}`
  const isSame = world.noticesToday.has(same)
  const count = (world.noticesToday.get(all) ?? 0) + 1
  world.noticesToday.set(same, 1)
  world.noticesToday.set(all, count)
  const id = String(100_000 + world.messages.length)
  const dropped = isSame ? '143106' : count > 500 ? '143105' : null
  const param = msg as Record<string, unknown>
  world.messages.push({
    id,
    to,
    kind: 'notice',
    msgKey: 'text',
    param,
    at: world.nowMs(),
    isRead: false,
    isRecalled: false,
    dropped,
  })
  return { task_id: loose(world, Number(id)), request_id: world.next('request-') }
}
