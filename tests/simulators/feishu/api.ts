import { createHash } from 'node:crypto'
import { checkCard } from './card-check.js'
import { createLimits } from './limits.js'
import { createTasks } from './tasks.js'
import { bot, tenant, type SimMessage, type Switches, type World } from './world.js'

export interface SimRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string | string[] | undefined>
  body: Record<string, unknown>
}

export interface SimAnswer {
  status: number
  body: unknown
  headers?: Record<string, string>
}

const twoHours = 7200_000
const halfHour = 1800_000
const day = 86_400_000

interface ApiDeps {
  world: World
  app: { id: string; secret: string }
  granted: Set<string>
  switches: Switches
  /** Taps that are being answered, by message. */
  answering: Set<string>
  /** Departments and people that the app may see; `0` is all. */
  visible: Set<string>
  console: Record<string, unknown>
}

const ok = (data: object = {}): SimAnswer => ({ status: 200, body: { code: 0, msg: 'success', data } })
const no = (code: number, status = 400): SimAnswer => ({ status, body: { code, msg: `error ${code}` } })

/** The open platform's HTTP side. Each route names the page that it follows in `adapters/feishu/calls.ts`. */
export function createApi({ world, app, granted, switches, answering, visible, console }: ApiDeps) {
  const limits = createLimits(world.now)
  const tokens = new Map<string, number>()
  const uuids = new Map<string, { at: number; messageId: string }>()
  const codes = new Map<string, { openId: string; at: number }>()
  const userTokens = new Map<string, string>()
  const reverted = new Map<string, string>()
  let tokenNumber = 0

  /** The same token while 30 minutes of it are left, else a new one beside it. */
  function issueToken(body: Record<string, unknown>): SimAnswer {
    if (body['app_id'] !== app.id) return no(10003)
    if (body['app_secret'] !== app.secret) return no(10014)
    const current = [...tokens].find(([, until]) => until - world.now() >= halfHour)
    const value = current?.[0] ?? `t-${(tokenNumber += 1)}`
    if (!current) tokens.set(value, world.now() + twoHours)
    const expire = Math.floor(((tokens.get(value) ?? 0) - world.now()) / 1000)
    return { status: 200, body: { code: 0, msg: 'ok', tenant_access_token: value, expire } }
  }

  const needs = (...anyOf: string[]): SimAnswer | null =>
    anyOf.some((scope) => granted.has(scope)) ? null : no(99991672)

  const tasks = createTasks({ world, ok, no, needs })

  function send({ query, body }: SimRequest): SimAnswer {
    const refused = needs('im:message:send_as_bot', 'im:message')
    if (refused) return refused
    const receiver = String(body['receive_id'])
    const kind = query.get('receive_id_type')
    const uuid = typeof body['uuid'] === 'string' ? body['uuid'] : ''
    if (switches.shortUuids && uuid.length > 50) return no(230001)
    const known = uuids.get(uuid)
    const first =
      known && world.now() - known.at < 3_600_000 ? world.messages.get(known.messageId) : undefined
    if (uuid && first) return ok(told(first))
    if (!limits.take(`to:${receiver}`, 5, 1000)) return no(230020)
    if (!limits.take('app', 50, 1000))
      return {
        ...no(99991400, 429),
        headers: { 'x-ogw-ratelimit-reset': '1', 'x-ogw-ratelimit-limit': '50' },
      }
    const person = kind === 'chat_id' ? undefined : world.find(receiver)
    const chat = kind === 'chat_id' ? world.chats.get(receiver) : person && world.withBot(person.openId)
    if (kind !== 'chat_id' && !person) return no(230001)
    if (person && (!person.isAvailable || person.isResigned)) return no(230013)
    if (!chat?.hasBot) return no(230002)
    const bad = badContent(String(body['msg_type']), body['content'])
    if (bad) return bad
    const message = world.post({
      chatId: chat.id,
      sender: null,
      type: String(body['msg_type']),
      content: String(body['content']),
    })
    if (uuid) uuids.set(uuid, { at: world.now(), messageId: message.id })
    return ok(told(message))
  }

  const told = (message: SimMessage) => ({
    message_id: message.id,
    chat_id: message.chatId,
    msg_type: message.type,
    create_time: String(message.at),
  })

  function badContent(type: string, content: unknown): SimAnswer | null {
    if (typeof content !== 'string') return no(230001)
    const most = type === 'text' ? 150 * 1024 : 30 * 1024
    if (Buffer.byteLength(content) > most) return no(230025)
    let value: unknown
    try {
      value = JSON.parse(content)
    } catch {
      return no(230001)
    }
    if (type !== 'interactive') return null
    const wrong = checkCard(value, { mostComponents: switches.capsComponents ? 200 : Infinity })
    return wrong === null ? null : { status: 400, body: { code: 230099, msg: wrong } }
  }

  function ownMessage(id: string): SimMessage | SimAnswer {
    const message = world.messages.get(id)
    if (!message) return no(230001)
    if (message.recalled) return no(230110)
    return message.sender === null ? message : no(230012)
  }

  function patch(id: string, body: Record<string, unknown>): SimAnswer {
    const message = ownMessage(id)
    if ('status' in message) return message
    if (world.now() - message.at > 14 * day) return no(230031)
    if (!limits.take(`patch:${id}`, 5, 1000)) return no(230020)
    const bad = badContent('interactive', body['content'])
    if (bad) return bad
    if (switches.revertsEarlyUpdates && answering.has(id)) reverted.set(id, message.content)
    message.content = String(body['content'])
    message.updates += 1
    return ok()
  }

  function urge(id: string, level: string, body: Record<string, unknown>): SimAnswer {
    const scope = level === 'app' ? 'im:message.urgent' : `im:message.urgent:${level}`
    const refused = needs(scope)
    if (refused) return refused
    const message = ownMessage(id)
    if ('status' in message) return message
    const members = world.chats.get(message.chatId)?.members ?? new Set()
    const asked = (body['user_id_list'] as string[]).map((one) => world.find(one)?.openId ?? one)
    const reached = asked.filter((one) => members.has(one))
    const unread = (account: string) =>
      [...world.messages.values()].filter(
        (one) => !one.readBy.has(account) && one.urges.some((urged) => urged.account === account),
      ).length
    if (reached.some((one) => unread(one) >= 200)) return no(230023)
    message.urges.push(...reached.map((account) => ({ level, account })))
    return ok({ invalid_user_id_list: asked.filter((one) => !members.has(one)) })
  }

  function readers(id: string): SimAnswer {
    const refused = needs('im:message', 'im:message:readonly')
    if (refused) return refused
    const message = ownMessage(id)
    if ('status' in message) return message
    if (world.now() - message.at > 7 * day) return no(230001)
    const items = [...message.readBy].map(([openId, at]) => ({
      user_id_type: 'open_id',
      user_id: openId,
      timestamp: String(at),
      tenant_key: tenant,
    }))
    return ok({ items, has_more: false })
  }

  function page<T>(
    items: T[],
    query: URLSearchParams,
  ): { items: T[]; has_more: boolean; page_token?: string } {
    const size = Math.min(50, Number(query.get('page_size') ?? 10))
    const from = Number(query.get('page_token') ?? 0)
    const more = from + size < items.length
    return {
      items: items.slice(from, from + size),
      has_more: more,
      ...(more ? { page_token: String(from + size) } : {}),
    }
  }

  const departmentView = (id: string) => {
    const one = world.departments.find((department) => department.id === id)
    return (
      one && {
        ...(granted.has('contact:department.base:readonly') ? { name: one.name } : {}),
        open_department_id: one.id,
        department_id: one.id.slice(3),
        parent_department_id: one.parent,
        leader_user_id: one.leader ?? '',
        leaders: one.leader ? [{ leaderType: 1, leaderID: one.leader }] : [],
        status: { is_deleted: false },
      }
    )
  }

  const personView = (id: string) => {
    const one = world.find(id)
    return (
      one && {
        open_id: one.openId,
        union_id: one.unionId,
        ...(granted.has('contact:user.employee_id:readonly') ? { user_id: one.userId } : {}),
        ...(granted.has('contact:user.base:readonly') ? { name: one.name, job_title: one.title ?? '' } : {}),
        department_ids: one.departments,
        leader_user_id: one.leader ?? '',
        status: { is_frozen: false, is_resigned: one.isResigned ?? false, is_activated: true },
      }
    )
  }

  const sees = (id: string): boolean => {
    const groups = [...world.groups.values()]
    if (visible.has('0') || visible.has(id) || groups.some((one) => one.departments.includes(id))) return true
    const parent = world.departments.find((one) => one.id === id)?.parent
    return parent !== undefined && parent !== '0' && sees(parent)
  }

  function contact(path: string, query: URLSearchParams): SimAnswer | null {
    const refused = needs('contact:contact.base:readonly')
    if (refused) return refused
    const [, kind = '', id = '', rest] =
      /^\/contact\/v3\/(departments|users)\/([^/]+)(\/children)?$/.exec(path) ?? []
    if (path === '/contact/v3/scopes') {
      const ids = [...visible]
      return ok({
        department_ids: ids.filter((one) => !one.startsWith('ou_')),
        user_ids: ids.filter((one) => one.startsWith('ou_')),
        group_ids: [...world.groups.keys()],
        has_more: false,
      })
    }
    const group = /^\/contact\/v3\/group\/([^/]+)\/member\/simplelist$/.exec(path)
    if (group) {
      const refusedGroup = needs('contact:group:readonly')
      if (refusedGroup) return refusedGroup
      const found = world.groups.get(group[1] ?? '')
      if (!found) return no(42001)
      const ids = query.get('member_type') === 'user' ? found.people : found.departments
      const { items, ...more } = page(ids, query)
      return ok({ memberlist: items.map((id) => ({ member_id: id })), ...more })
    }
    if (path === '/contact/v3/users/find_by_department') {
      const of = query.get('department_id') ?? ''
      if (!sees(of)) return no(40004)
      const items = [...world.people.values()].filter(
        (one) => one.tenant === tenant && one.departments.includes(of),
      )
      return ok(
        page(
          items.map((one) => personView(one.openId)),
          query,
        ),
      )
    }
    if (kind === 'users') {
      const one = world.find(id)
      if (!one) return no(41012)
      const isGiven = [...world.groups.values()].some((group) => group.people.includes(id))
      const isSeen =
        isGiven || visible.has(id) || visible.has('0') || one.isResigned || one.departments.some(sees)
      return isSeen ? ok({ user: personView(id) }) : no(41050)
    }
    if (kind !== 'departments') return null
    if (!sees(id)) return no(40004)
    if (!rest) return ok({ department: departmentView(id) })
    const items = world.departments.filter((one) => one.parent === id)
    return ok(
      page(
        items.map((one) => departmentView(one.id)),
        query,
      ),
    )
  }

  function signIn(body: Record<string, unknown>): SimAnswer {
    const refused = (code: number): SimAnswer => ({
      status: 400,
      body: { code, error: 'invalid_grant', error_description: `error ${code}` },
    })
    if (body['client_id'] !== app.id || body['client_secret'] !== app.secret) return refused(20002)
    const code = String(body['code'])
    const found = codes.get(code)
    codes.delete(code)
    if (!found) return refused(20003)
    if (world.now() - found.at > 300_000) return refused(20004)
    const token = `u-${createHash('sha256').update(code).digest('hex')}`
    userTokens.set(token, found.openId)
    return {
      status: 200,
      body: { code: 0, access_token: token, expires_in: 7200, token_type: 'Bearer', scope: '' },
    }
  }

  function userInfo(bearer: string): SimAnswer {
    const one = world.find(userTokens.get(bearer) ?? '')
    if (!one) return no(99991668)
    return ok({ name: one.name, open_id: one.openId, union_id: one.unionId, tenant_key: one.tenant })
  }

  /** What only the app's token opens. */
  function authorized(request: SimRequest): SimAnswer {
    const { method, path, query, body } = request
    const route = `${method} ${path}`
    const message = /^\/im\/v1\/messages\/([^/]+)(?:\/(\w+))?$/.exec(path)
    if (route === 'POST /im/v1/messages') return send(request)
    if (message?.[1] !== undefined) {
      const [, id, action = ''] = message
      if (method === 'PATCH' && action.startsWith('urgent_')) return urge(id, action.slice(7), body)
      if (method === 'PATCH' && !action) return patch(id, body)
      if (method === 'GET' && action === 'read_users') return readers(id)
      if (method === 'DELETE' && !action) {
        const found = ownMessage(id)
        if ('status' in found) return found
        found.recalled = true
        return ok()
      }
    }
    const ofTask = tasks.handle(method, path, body)
    if (ofTask) return ofTask
    if (method === 'GET' && path.startsWith('/contact/')) return contact(path, query) ?? no(404, 404)
    if (route === 'GET /application/v6/scopes')
      return ok({ scopes: [...granted].map((name) => ({ scope_name: name, grant_status: 1 })) })
    if (route === `GET /application/v6/applications/${app.id}`)
      return needs('application:application:self_manage', 'admin:app.info:readonly') ?? ok({ app: console })
    if (route === 'GET /bot/v3/info')
      return {
        status: 200,
        body: {
          code: 0,
          msg: 'ok',
          bot: { activate_status: 2, app_name: bot.name, open_id: bot.openId, ip_white_list: [] },
        },
      }
    if (route === 'GET /tenant/v2/tenant/query')
      return needs('tenant:tenant:readonly') ?? ok({ tenant: { name: '测试公司', tenant_key: tenant } })
    if (route === 'POST /jssdk/ticket/get') return ok({ ticket: 'page-ticket', expire_in: 7200 })
    return { status: 404, body: '404 page not found' }
  }

  return {
    tasks: tasks.tasks,
    handle(request: SimRequest): SimAnswer {
      const { method, path, body } = request
      const bearer = String(request.headers['authorization'] ?? '').replace(/^Bearer /, '')
      if (`${method} ${path}` === 'POST /auth/v3/tenant_access_token/internal') return issueToken(body)
      if (`${method} ${path}` === 'POST /authen/v2/oauth/token') return signIn(body)
      if (`${method} ${path}` === 'GET /authen/v1/user_info') return userInfo(bearer)
      if (!bearer) return no(99991661)
      if (!((tokens.get(bearer) ?? 0) > world.now())) return no(99991663)
      return authorized(request)
    },
    /** The platform may end a token's life at any time. */
    expireTokens: () => tokens.clear(),
    signInCode(openId: string): string {
      const code = world.next('code-')
      codes.set(code, { openId, at: world.now() })
      return code
    },
    /** The answer to a tap is in: what was drawn too early falls back. */
    answered(messageId: string): void {
      const before = reverted.get(messageId)
      const message = world.messages.get(messageId)
      if (before !== undefined && message) message.content = before
      reverted.delete(messageId)
    },
  }
}

export type SimApi = ReturnType<typeof createApi>
