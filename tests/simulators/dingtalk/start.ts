import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createManualClock, type AdjustableClock } from '../../../core/ports/clock.js'
import type { DingtalkSettings } from '../../../core/ports/platform-settings.js'
import { createGateway } from './gateway.js'
import { newRoutes, routePermissions } from './new-api.js'
import { oldRoutes } from './old-api.js'
import { createPeople } from './people.js'
import { createWorld, Refused, sim, type Fault, type World } from './world.js'

const tokenMs = 7_200_000

export type DingtalkSimulator = Awaited<ReturnType<typeof startDingtalk>>

/**
 * DingTalk on loopback: both API generations, the stream's gateway, people who write and tap, and faults on request.
 *
 * @param clock - the platform's time; it moves only when it is told to.
 * @param port - 0 takes a free one.
 */
export async function startDingtalk({
  clock = createManualClock('2026-03-18T02:00:00Z'),
  port = 0,
}: { clock?: AdjustableClock; port?: number } = {}) {
  const world = createWorld(clock)
  importTemplate(world, sim.noticeTemplate, 'notice')
  importTemplate(world, sim.formTemplate, 'form')
  const server = createServer((request, response) => void answer(request, response))
  let origin = ''
  const gateway = createGateway(world, server, () => origin)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const people = createPeople(world, gateway)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const url = new URL(request.url ?? '/', origin)
    const body = text ? (JSON.parse(text) as Record<string, unknown>) : {}
    const call = { route: url.pathname, body, query: url.searchParams, status: 200, at: world.nowMs() }
    world.calls.push(call)
    const fault = world.faults.get(url.pathname)?.shift()
    if (fault) return fail(fault, response)
    const isOld =
      url.pathname.startsWith('/topapi/') || url.pathname.startsWith('/auth/') || url.pathname === '/gettoken'
    try {
      const result = isOld
        ? { errcode: 0, errmsg: 'ok', ...old(url, body) }
        : fresh(request.method ?? 'GET', url, body, request.headers['x-acs-dingtalk-access-token'])
      say(response, 200, result)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      call.status = isOld ? 200 : error.status
      if (isOld) say(response, 200, { errcode: Number(error.code), errmsg: 'refused', request_id: 'r' })
      else say(response, error.status, { code: error.code, requestid: 'r', message: 'refused' })
    }
  }

  function old(url: URL, body: Record<string, unknown>): object {
    if (url.pathname === '/gettoken') {
      const [key, secret] = [url.searchParams.get('appkey'), url.searchParams.get('appsecret')]
      if (key !== sim.clientId || secret !== sim.clientSecret) throw new Refused('40089')
      return { access_token: issueToken(), expires_in: 7200 }
    }
    checkToken(url.searchParams.get('access_token'), '40014')
    checkGrants(url.pathname, '60011', '60020')
    const route = Object.hasOwn(oldRoutes, url.pathname) ? oldRoutes[url.pathname] : undefined
    if (!route) throw new Refused('22')
    return route(world, body)
  }

  function fresh(
    method: string,
    url: URL,
    body: Record<string, unknown>,
    token: string | string[] | undefined,
  ): object {
    switch (url.pathname) {
      case '/v1.0/oauth2/accessToken':
        if (body['appKey'] !== sim.clientId || body['appSecret'] !== sim.clientSecret)
          throw new Refused('invalidClientIdOrSecret')
        return { accessToken: issueToken(), expireIn: 7200 }
      case '/v1.0/gateway/connections/open':
        return gateway.open(body)
      case '/v1.0/oauth2/userAccessToken':
        return people.userToken(body)
      case '/v1.0/contact/users/me':
        return people.me(String(token))
      default:
    }
    checkToken(typeof token === 'string' ? token : null, 'InvalidAuthentication')
    checkGrants(
      url.pathname,
      'Forbidden.AccessDenied.AccessTokenPermissionDenied',
      'Forbidden.AccessDenied.IpNotInWhiteList',
    )
    for (const [verb, path, route] of newRoutes) {
      const match = verb === method ? path.exec(url.pathname) : null
      if (match) return route(world, body, match.slice(1).map(decodeURIComponent), url.searchParams)
    }
    throw new Refused('InvalidAction.NotFound', 404)
  }

  /** The same token for as long as it lives, renewed by asking. */
  function issueToken(): string {
    const isAlive = world.token !== null && world.token.expiresAt > world.nowMs()
    world.token = {
      value: isAlive && world.token ? world.token.value : world.next('token-'),
      expiresAt: world.nowMs() + tokenMs,
    }
    return world.token.value
  }

  function checkToken(given: string | null, code: string): void {
    if (!world.token || given !== world.token.value || world.token.expiresAt <= world.nowMs())
      throw new Refused(code)
  }

  function checkGrants(path: string, denied: string, badIp: string): void {
    if (world.grants.ips === 'refused') throw new Refused(badIp, 403)
    const needed = routePermissions.find(([pattern]) => pattern.test(path))?.[1]
    if (needed && world.grants.denied.has(needed)) throw new Refused(denied, 403)
  }

  const settings: DingtalkSettings = {
    corpId: sim.corpId,
    clientId: sim.clientId,
    clientSecret: sim.clientSecret,
    robotCode: sim.robotCode,
    agentId: sim.agentId,
    mode: 'stream',
    callback: { token: sim.token, aesKey: sim.aesKey },
    templates: { notice: sim.noticeTemplate, form: sim.formTemplate },
    apiUrl: origin,
    oldApiUrl: origin,
    loginUrl: `${origin}/login`,
  }

  return {
    origin,
    settings,
    world,
    gateway,
    clock,
    ...people,
    /** The route does this wrong the next `times` calls. */
    fault(route: string, fault: Fault, times = 1): void {
      world.faults.set(route, [...(world.faults.get(route) ?? []), ...Array<Fault>(times).fill(fault)])
    },
    callsOf: (route: string) => world.calls.filter((call) => call.route === route),
    /** The platform takes its token back before its time. */
    revokeToken(): void {
      world.token = null
    },
    async stop(): Promise<void> {
      gateway.stop()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Imports a shipped template file as an admin would: its variables are those that the file lists. */
function importTemplate(world: World, id: string, name: 'notice' | 'form'): void {
  const file = new URL(`../../../docs/dingtalk/${name}.json`, import.meta.url)
  const { editorData } = JSON.parse(readFileSync(file, 'utf8')) as { editorData: string }
  const { variableList } = JSON.parse(editorData) as { variableList: { name: string }[] }
  world.templates.set(id, {
    variables: new Set(variableList.map((variable) => variable.name)),
    isPublished: true,
  })
}

function fail(fault: Fault, response: ServerResponse): void {
  switch (fault.kind) {
    case 'silence':
      // The client gives up first.
      return
    case 'html':
      response
        .writeHead(fault.status, { 'content-type': 'text/html' })
        .end('<html><body>blocked</body></html>')
      return
    case 'banned':
      return say(response, 200, { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: 'u' })
    case 'empty':
      response.writeHead(200).end()
      return
    case 'code':
      return fault.status === 200
        ? say(response, 200, { errcode: Number(fault.code), errmsg: 'asked for' })
        : say(response, fault.status, { code: fault.code, requestid: 'r', message: 'asked for' })
  }
}

function say(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
