import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { randomBytes } from 'node:crypto'
import { checkCard, record } from './card-rules.js'
import { userIdOf } from './open-ids.js'
import { seesDepartment, seesMember, toldRange } from './range.js'
import {
  agentId,
  appSecret,
  contactSecret,
  corpId,
  kfSecret,
  openKfId,
  type Json,
  type World,
} from './world.js'

type Answer = Json & { errcode: number }
type Route = (world: World, body: Json, query: URLSearchParams) => Answer

const no = (errcode: number): Answer => ({ errcode, errmsg: `error ${errcode}, hint: [1700000000]` })
const yes = (fields: Json = {}): Answer => ({ errcode: 0, errmsg: 'ok', ...fields })
const minute = 60_000
const hour = 60 * minute

/** WeCom's API: HTTP 200 whatever happens, the code is in the body. */
export function createApi(world: World): Server {
  return createServer((request, response) => void serve(world, request, response))
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const fault = world.faults.get(url.pathname)?.shift()
  if (fault === 'hang-up') return void request.socket.destroy()
  if (fault === 'html') return void response.setHeader('content-type', 'text/html').end('<html>网关</html>')
  if (fault === 'empty') return void response.end()
  if (fault === '502') return void response.writeHead(502).end('bad gateway')
  const body = text ? (JSON.parse(text) as Json) : {}
  const answer = answerOf(world, url, body, fault)
  world.calls.push({
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body,
    errcode: answer.errcode,
  })
  if (fault === 'hang-up-after') return void request.socket.destroy()
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
}

function answerOf(world: World, url: URL, body: Json, fault: string | undefined): Answer {
  if (fault === 'busy') return no(-1)
  if (fault === 'frequency') return no(45009)
  if (fault === 'token') return no(42001)
  if (url.pathname === '/cgi-bin/gettoken')
    return fault === 'ip' ? no(60020) : issueToken(world, url.searchParams)
  const value = url.searchParams.get('access_token')
  if (!value) return no(41001)
  const token = world.tokens.get(value)
  if (!token) return no(40014)
  if (token.until <= world.now()) return no(42001)
  if (!world.trustedIp || fault === 'ip') return no(60020)
  const wanted = url.pathname.startsWith('/cgi-bin/kf/') ? kfSecret : appSecret
  const secret = url.pathname === '/cgi-bin/user/list_id' ? contactSecret : wanted
  if (token.secret !== secret) return no(48002)
  const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined
  return route ? route(world, body, url.searchParams) : no(-1)
}

/** The same token until it ends. */
function issueToken(world: World, query: URLSearchParams): Answer {
  if (query.get('corpid') !== corpId) return no(40013)
  const secret = query.get('corpsecret') ?? ''
  if (![appSecret, kfSecret, contactSecret].includes(secret)) return no(40001)
  const live = [...world.tokens].find(([, token]) => token.secret === secret && token.until > world.now())
  const value = live?.[0] ?? `at-${randomBytes(8).toString('hex')}`
  const until = live?.[1].until ?? world.now() + 7200_000
  world.tokens.set(value, { secret, until })
  return yes({ access_token: value, expires_in: Math.floor((until - world.now()) / 1000) })
}

const routes: Record<string, Route> = {
  '/cgi-bin/message/send': send,
  '/cgi-bin/message/update_template_card': updateCard,
  '/cgi-bin/message/recall': (world, { msgid }) => {
    const message = world.messages.find((one) => one.msgid === msgid)
    if (!message || world.now() - message.at > world.facts.recallMs) return no(40058)
    message.isRecalled = true
    return yes()
  },
  '/cgi-bin/appchat/send': (world, body) => {
    if (!world.groups.has(String(body['chatid']))) return no(86003)
    const kind = String(body['msgtype'])
    if (kind === 'template_card') return no(40058)
    show(world, String(body['chatid']), kind, record(body[kind]), false)
    return yes()
  },
  '/cgi-bin/pstncc/call': (_world, { callee_userid: ids }) =>
    yes({ states: (ids as string[]).map((userid) => ({ code: 0, callid: 'c1', userid })) }),
  '/cgi-bin/department/list': (world) =>
    yes({
      department: [...world.departments.values()]
        .filter(({ id }) => seesDepartment(world, id))
        .map((row) => (world.facts.tellsNames ? row : { ...row, name: '' })),
    }),
  '/cgi-bin/user/list': (world, _body, query) => {
    const id = Number(query.get('department_id'))
    if (!world.departments.has(id)) return no(60123)
    if (!seesDepartment(world, id)) return no(60011)
    return yes({
      userlist: [...world.members.values()].filter((one) => one.departments.includes(id)).map(userOf(world)),
    })
  },
  '/cgi-bin/user/get': (world, _body, query) => {
    const member = world.members.get((query.get('userid') ?? '').toLowerCase())
    if (!member) return no(60111)
    return seesMember(world, member) ? yes(userOf(world)(member)) : no(60011)
  },
  '/cgi-bin/tag/get': (world, _body, query) => {
    const id = Number(query.get('tagid'))
    const tag = world.tags.get(id)
    if (!tag) return no(40068)
    if (world.range && !world.range.tags.includes(id)) return no(60011)
    return yes({
      tagname: `标签${id}`,
      userlist: tag.users.map((userid) => ({ userid })),
      partylist: tag.parties,
    })
  },
  '/cgi-bin/user/list_id': (world) =>
    yes({
      next_cursor: '',
      dept_user: [...world.members.values()].map(({ userid }) => ({ userid, department: 1 })),
    }),
  '/cgi-bin/batch/openuserid_to_userid': (world, body) => {
    const asked = (body['open_userid_list'] as string[]).map((id) => ({ id, userid: userIdOf(id) }))
    const isSeen = ({ userid }: { userid: string | null }) => {
      const member = world.members.get(userid ?? '')
      return member !== undefined && (!world.visible || world.visible.includes(member.userid))
    }
    return yes({
      userid_list: asked.filter(isSeen).map(({ id, userid }) => ({ open_userid: id, userid })),
      invalid_open_userid_list: asked.filter((one) => !isSeen(one)).map(({ id }) => id),
    })
  },
  '/cgi-bin/agent/get': (world, _body, query) =>
    Number(query.get('agentid')) === agentId
      ? yes({
          name: '跟进',
          close: 0,
          ...toldRange(world),
        })
      : no(301002),
  '/cgi-bin/get_jsapi_ticket': () => yes({ ticket: 'tkt', expires_in: 7200 }),
  '/cgi-bin/auth/getuserinfo': (world, _body, query) => {
    const code = query.get('code') ?? ''
    const known = world.codes.get(code)
    world.codes.delete(code)
    if (!known || known.until <= world.now()) return no(40029)
    return known.external
      ? yes({ openid: 'o-1', external_userid: known.userid })
      : yes({ userid: known.userid })
  },
  '/cgi-bin/externalcontact/get_follow_user_list': (world) =>
    world.mayCallContacts ? yes({ follow_user: ['wang'] }) : no(48002),
  '/cgi-bin/kf/account/list': () => yes({ account_list: [{ open_kfid: openKfId, name: '客服' }] }),
  '/cgi-bin/kf/sync_msg': (world, body) => {
    const token = String(body['token'] ?? '')
    if (token && (world.kf.tokens.get(token) ?? 0) <= world.now()) return no(95007)
    const from = Number(body['cursor'] ?? 0)
    const page = world.kf.list.slice(from, from + Math.min(Number(body['limit'] ?? 1000), 1000))
    const end = from + page.length
    const hasMore = end < world.kf.list.length || world.kf.standsStill
    return yes({ next_cursor: String(end), has_more: hasMore ? 1 : 0, msg_list: page })
  },
  '/cgi-bin/kf/send_msg': (world, body) => {
    const said = world.kf.said.get(String(body['touser']))
    if (!said || world.now() - said.at > world.facts.customerWindowMs) return no(95018)
    if (said.replies >= world.facts.customerReplies) return no(95001)
    said.replies += 1
    show(world, String(body['touser']), 'text', record(body['text']), false)
    return yes({ msgid: body['msgid'] })
  },
}

const userOf =
  (world: World) =>
  (member: { userid: string; name: string; departments: number[]; leader?: string; status: number }) => ({
    userid: member.userid,
    ...(world.facts.tellsNames ? { name: member.name } : {}),
    department: member.departments,
    main_department: member.departments[0],
    status: member.status,
    ...(member.leader ? { direct_leader: [member.leader] } : {}),
  })

function send(world: World, body: Json): Answer {
  if (body['agentid'] !== agentId) return no(40056)
  const asked = String(body['touser'] ?? '')
    .split('|')
    .filter(Boolean)
  if (asked.length === 0 || asked.length > 1000) return no(40058)
  const canSee = (id: string) => {
    const member = world.members.get(id.toLowerCase())
    return member && member.status !== 5 && (!world.visible || world.visible.includes(member.userid))
  }
  const reached = asked.filter(canSee)
  if (reached.length === 0) return no(81013)
  const kind = String(body['msgtype'])
  const content = record(body[kind])
  const isCard = kind === 'template_card'
  const wrong = isCard ? checkCard(world, content, 'send') : checkText(world, kind, content)
  if (wrong) return no(wrong)
  if (isSwallowed(world, body, JSON.stringify([asked, kind, content])))
    return yes({ invaliduser: '', msgid: world.next('m-') })
  const taskId = typeof content['task_id'] === 'string' ? content['task_id'] : null
  if (taskId) world.taskIds.add(taskId)
  let msgid = ''
  for (const id of reached) {
    const message = show(world, id.toLowerCase(), kind, content, isOverLimit(world, id.toLowerCase()))
    msgid = message.msgid
    if (taskId) world.cards.set(taskId, { to: id.toLowerCase(), card: content, msgid })
  }
  const updatable = taskId && (content['card_type'] !== 'text_notice' || content['action_menu'])
  return yes({
    invaliduser: asked
      .filter((id) => !canSee(id))
      .join('|')
      .toLowerCase(),
    msgid,
    ...(updatable ? { response_code: world.issueCode(taskId) } : {}),
  })
}

/** The same again within the interval: ok, and nobody sees it. */
function isSwallowed(world: World, body: Json, what: string): boolean {
  const isChecked = body['enable_duplicate_check'] === 1
  const last = world.duplicates.get(what)
  const intervalMs = Number(body['duplicate_check_interval'] ?? 1800) * 1000
  const isAgain = last !== undefined && world.now() - last < intervalMs
  if (isChecked && isAgain) return true
  if (isChecked || world.facts.checkComparesAll) world.duplicates.set(what, world.now())
  return false
}

function checkText(world: World, kind: string, content: Json): number {
  if (kind !== 'text' && kind !== 'textcard' && kind !== 'markdown') return 40058
  const text = String(content['content'] ?? content['description'] ?? '')
  if (!text) return 40058
  return world.facts.refusesLongText && Buffer.byteLength(text) > 2048 ? 45002 : 0
}

/** More than 30 a minute or 1,000 an hour to one member: ok, and nobody sees it. */
function isOverLimit(world: World, to: string): boolean {
  const times = (world.sends.get(to) ?? []).filter((at) => at > world.now() - hour)
  const inMinute = times.filter((at) => at > world.now() - minute).length
  world.sends.set(to, [...times, world.now()])
  return inMinute >= 30 || times.length >= 1000
}

export function show(world: World, to: string, msgtype: string, content: Json, isDropped: boolean) {
  const message = {
    msgid: world.next('m-'),
    to,
    msgtype,
    content,
    at: world.now(),
    isDropped,
    isRecalled: false,
  }
  world.messages.push(message)
  return message
}

function updateCard(world: World, body: Json): Answer {
  const code = world.responseCodes.get(String(body['response_code']))
  if (!code || code.until <= world.now()) return no(40058)
  const card = record(body['template_card'])
  const shown = world.cards.get(code.taskId)
  const wrong = checkCard(world, card, 'update')
  if (wrong || !shown) return no(wrong || 40058)
  if (!world.facts.updateChangesKind && card['card_type'] !== shown.card['card_type']) return no(40058)
  if (card['task_id'] !== undefined && card['task_id'] !== code.taskId) return no(42014)
  world.responseCodes.delete(String(body['response_code']))
  if ((body['userids'] as string[]).map((id) => id.toLowerCase()).includes(shown.to)) shown.card = card
  return yes({ invaliduser: [] })
}
