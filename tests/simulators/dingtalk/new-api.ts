import { Refused, sim, type SimCard, type World } from './world.js'

type Body = Record<string, unknown>
type Route = (world: World, body: Body, params: string[], query: URLSearchParams) => object

const text = (body: Body, name: string): string => (typeof body[name] === 'string' ? body[name] : '')
const record = (value: unknown): Body => (typeof value === 'object' && value !== null ? (value as Body) : {})
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
const insider = (world: World, userId: string) =>
  world.people.find((p) => p.userId === userId && !p.isOutside)

/** Which permission a route wants, by the name of the doctor's probe. */
export const routePermissions: [RegExp, string][] = [
  [/\/robot\/ding\//, 'ding'],
  [/\/robot\//, 'robot'],
  [/\/card\//, 'cards'],
  [/\/todo\//, 'todo'],
  [/jsapiTickets/, 'jsapi'],
  [/department\/(listsub|get)/, 'departments'],
  [/user\/(list|listid)$/, 'members'],
  [/user\/(get|getbyunionid)$/, 'member-details'],
]

/** The new generation, method and path → what it does. @see https://open.dingtalk.com/document/orgapp/ */
export const newRoutes: [method: string, path: RegExp, route: Route][] = [
  ['POST', /^\/v1\.0\/card\/instances\/createAndDeliver$/, createAndDeliver],
  ['PUT', /^\/v1\.0\/card\/instances$/, updateCard],
  ['POST', /^\/v1\.0\/card\/callbacks\/register$/, registerCallback],
  ['POST', /^\/v1\.0\/robot\/oToMessages\/batchSend$/, batchSend],
  ['POST', /^\/v1\.0\/robot\/groupMessages\/send$/, groupSend],
  ['POST', /^\/v1\.0\/robot\/otoMessages\/batchRecall$/, recall],
  ['POST', /^\/v1\.0\/robot\/groupMessages\/recall$/, recall],
  ['GET', /^\/v1\.0\/robot\/oToMessages\/readStatus$/, readStatus],
  ['POST', /^\/v1\.0\/robot\/ding\/send$/, ding],
  ['POST', /^\/v1\.0\/robot\/ding\/recall$/, () => refuse('ding.not.exist')],
  ['POST', /^\/v1\.0\/todo\/users\/([^/]+)\/tasks$/, createTodo],
  ['PUT', /^\/v1\.0\/todo\/users\/([^/]+)\/tasks\/([^/]+)\/executorStatus$/, finishTodo],
  ['PUT', /^\/v1\.0\/todo\/users\/([^/]+)\/tasks\/([^/]+)$/, updateTodo],
  ['POST', /^\/v1\.0\/oauth2\/jsapiTickets$/, () => ({ jsapiTicket: 'ticket-of-the-page', expireIn: 7200 })],
]

function refuse(code: string, status = 400): never {
  throw new Refused(code, status)
}

/** Values are texts of at most 1 KB under keys of at most 100 bytes, and the template has to know them. */
function checkVariables(world: World, templateId: string, value: unknown): Record<string, string> {
  const template = world.templates.get(templateId) ?? refuse('param.templateNotExist')
  for (const [key, item] of Object.entries(record(value))) {
    if (typeof item !== 'string') refuse('param.cardDataInvalid')
    if (Buffer.byteLength(key) > 100 || Buffer.byteLength(item) > 1024) refuse('param.cardDataTooLong')
    if (!template.variables.has(key)) refuse(`param.unknownVariable.${key}`)
  }
  return record(value) as Record<string, string>
}

function createAndDeliver(world: World, body: Body): object {
  const templateId = text(body, 'cardTemplateId')
  const outTrackId = text(body, 'outTrackId')
  const template = world.templates.get(templateId) ?? refuse('param.templateNotExist')
  if (!template.isPublished) refuse('param.templateUnpublished')
  if (!outTrackId || outTrackId.length > 100) refuse('param.outTrackIdInvalid')
  if (world.cards.has(outTrackId)) refuse('param.cardAlreadyExist')
  const shared = checkVariables(world, templateId, record(body['cardData'])['cardParamMap'])
  const space = text(body, 'openSpaceId')
  const [, kind, id = ''] =
    /^dtv1\.card\/\/(IM_ROBOT|IM_GROUP)\.(.+)$/.exec(space) ?? refuse('param.openSpaceId')
  const model = record(body[kind === 'IM_ROBOT' ? 'imRobotOpenDeliverModel' : 'imGroupOpenDeliverModel'])
  if (text(model, 'robotCode') !== sim.robotCode) refuse('param.robotCode')
  if (kind === 'IM_ROBOT' && text(model, 'spaceType') !== 'IM_ROBOT') refuse('param.spaceType')
  const callbackType = text(body, 'callbackType')
  const callbackRouteKey = text(body, 'callbackRouteKey')
  if (callbackType === 'HTTP' && !world.callbackRoutes.has(callbackRouteKey)) refuse('param.callbackRouteKey')
  const carrierId = world.next('pqk-card-')
  const card: SimCard = {
    outTrackId,
    templateId,
    space: `${kind}.${id}`,
    shared,
    own: new Map(),
    callbackType,
    callbackRouteKey,
    carrierId,
  }
  // The card is made whether or not it reaches anybody: its id is spent.
  world.cards.set(outTrackId, card)
  const isThere = kind === 'IM_ROBOT' ? insider(world, id) : world.groups.find((group) => group.id === id)
  if (isThere)
    world.messages.push({
      id: carrierId,
      to: id,
      kind: 'card',
      msgKey: '',
      param: {},
      at: world.nowMs(),
      isRead: false,
      isRecalled: false,
      dropped: null,
    })
  const outcome = isThere
    ? { success: true, carrierId }
    : { success: false, errorMsg: 'the space is not there' }
  return {
    success: true,
    result: { outTrackId, deliverResults: [{ spaceType: kind, spaceId: id, ...outcome }] },
  }
}

/** An update overwrites what is not sent, unless it says that it goes by key. */
export function applyUpdate(world: World, card: SimCard, update: Body, userId: string | null): void {
  const options = record(update['cardUpdateOptions'])
  const shared = record(update['cardData'])['cardParamMap']
  if (shared) {
    const values = checkVariables(world, card.templateId, shared)
    card.shared = options['updateCardDataByKey'] === true ? { ...card.shared, ...values } : values
  }
  const own = record(update['userPrivateData'])['cardParamMap']
  if (own && userId) {
    const values = checkVariables(world, card.templateId, own)
    const before = options['updatePrivateDataByKey'] === true ? card.own.get(userId) : {}
    card.own.set(userId, { ...before, ...values })
  }
}

function updateCard(world: World, body: Body): object {
  const card = world.cards.get(text(body, 'outTrackId')) ?? refuse('param.cardNotExist')
  applyUpdate(world, card, body, null)
  return { success: true, result: true }
}

function registerCallback(world: World, body: Body): object {
  world.callbackRoutes.set(text(body, 'callbackRouteKey'), {
    url: text(body, 'callbackUrl'),
    secret: text(body, 'apiSecret'),
  })
  return { success: true }
}

function words(world: World, body: Body, to: string): string {
  if (text(body, 'robotCode') !== sim.robotCode) refuse('robot.not.exist')
  if (Buffer.byteLength(text(body, 'msgParam')) > 15_000) refuse('param.tooLong')
  const id = world.next('pqk-')
  const param = record(JSON.parse(text(body, 'msgParam')))
  world.messages.push({
    id,
    to,
    kind: 'robot',
    msgKey: text(body, 'msgKey'),
    param,
    at: world.nowMs(),
    isRead: false,
    isRecalled: false,
    dropped: null,
  })
  return id
}

function batchSend(world: World, body: Body): object {
  const userIds = texts(body['userIds'])
  if (userIds.length === 0 || userIds.length > 20) refuse('too.many.people')
  const invalidStaffIdList = userIds.filter((id) => !insider(world, id))
  const flowControlledStaffIdList = userIds.filter((id) => world.throttled.has(id))
  let processQueryKey = ''
  for (const id of userIds)
    if (!invalidStaffIdList.includes(id) && !flowControlledStaffIdList.includes(id))
      processQueryKey = words(world, body, id)
  return { processQueryKey, invalidStaffIdList, flowControlledStaffIdList }
}

function groupSend(world: World, body: Body): object {
  const id = text(body, 'openConversationId')
  if (!world.groups.some((group) => group.id === id)) refuse('invalid.openConversationId')
  return { processQueryKey: words(world, body, id) }
}

function recall(world: World, body: Body): object {
  const successResult: string[] = []
  const failedResult: Record<string, string> = {}
  for (const key of texts(body['processQueryKeys'])) {
    const message = world.messages.find((m) => m.id === key)
    if (message && world.nowMs() - message.at < 86_400_000) {
      message.isRecalled = true
      successResult.push(key)
    } else failedResult[key] = 'not found or too late'
  }
  return { successResult, failedResult }
}

function readStatus(world: World, _: Body, __: string[], query: URLSearchParams): object {
  const message =
    world.messages.find((m) => m.id === query.get('processQueryKey')) ?? refuse('param.processQueryKey')
  if (world.nowMs() - message.at > 86_400_000) refuse('param.tooOld')
  if (message.isRecalled) return { sendStatus: 'RECALLED', messageReadInfoList: [] }
  const name = insider(world, message.to)?.name
  return {
    sendStatus: 'SUCCESS',
    messageReadInfoList: [{ userId: message.to, name, readStatus: message.isRead ? 'READ' : 'UNREAD' }],
  }
}

function ding(world: World, body: Body): object {
  const type = Number(body['remindType'])
  if (world.grants.ding === 'no-edition') refuse('ding.edition.notSupport', 403)
  if (type > 1 && world.grants.ding === 'no-quota') refuse('ding.serverquota.insufficient')
  const userIds = texts(body['receiverUserIdList'])
  if (userIds.length === 0 || userIds.length > (type === 1 ? 200 : 20)) refuse('too.many.people')
  const failed = userIds.filter((id) => !insider(world, id))
  const id = world.next('ding-')
  for (const to of userIds)
    if (!failed.includes(to))
      world.messages.push({
        id,
        to,
        kind: 'ding',
        msgKey: String(type),
        param: { content: body['content'] },
        at: world.nowMs(),
        isRead: false,
        isRecalled: false,
        dropped: null,
      })
  return { openDingId: id, failedList: failed.length ? { 'not in the company': failed } : {} }
}

function createTodo(world: World, body: Body, [unionId = '']: string[], query: URLSearchParams): object {
  if (!world.people.some((p) => p.unionId === unionId) || !query.get('operatorId')) refuse('invalidUnionId')
  const detail = record(body['detailUrl'])
  if (!text(detail, 'appUrl') || !text(detail, 'pcUrl')) refuse('param.detailUrl.missing')
  checkTodo(body)
  if (!text(body, 'subject')) refuse('param.subject')
  const source = text(body, 'sourceId')
  const known = world.todos.get(source)
  const todo = known ?? { id: world.next('todo-'), unionId, body, isDone: false, isOver: false }
  world.todos.set(source, todo)
  return { id: todo.id, sourceId: source }
}

function checkTodo(body: Body): void {
  if (Buffer.byteLength(text(body, 'subject')) > 1024) refuse('param.subject')
  const { dueTime } = body
  // Milliseconds: a number of seconds would lie in January 1970.
  if (dueTime !== undefined && !(Number.isInteger(dueTime) && Number(dueTime) > 1e12)) refuse('param.dueTime')
}

const todoOf = (world: World, [unionId, id]: string[], query: URLSearchParams) => {
  if (!query.get('operatorId')) refuse('invalidUnionId')
  return (
    [...world.todos.values()].find((t) => t.id === id && t.unionId === unionId) ??
    refuse('todo.not.exist', 404)
  )
}

/** What its executor says of it: who is no executor has nothing to say. */
function finishTodo(world: World, body: Body, path: string[], query: URLSearchParams): object {
  const todo = todoOf(world, path, query)
  const [status] = Array.isArray(body['executorStatusList']) ? body['executorStatusList'] : []
  const { id, isDone } = record(status)
  const executors = todo.body['executorIds']
  if (!Array.isArray(executors) || !executors.includes(id)) refuse('param.executorStatusList')
  if (typeof isDone !== 'boolean') refuse('param.executorStatusList')
  todo.isDone = isDone
  // The only one who had to do it has done it.
  if (isDone) todo.isOver = true
  return { result: true }
}

/** What is not named stays. */
function updateTodo(world: World, body: Body, path: string[], query: URLSearchParams): object {
  const todo = todoOf(world, path, query)
  checkTodo(body)
  const { done, ...said } = body
  Object.assign(todo.body, said)
  if (typeof done === 'boolean') todo.isOver = done
  return { result: true }
}
