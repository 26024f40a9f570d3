import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type OauthPlatform = 'wecom' | 'dingtalk' | 'feishu'

/** What a platform knows of the app whose people sign in, and how it hands out codes. */
export interface OauthApp {
  clientId: string
  /** A code for whoever sits at the browser. */
  issueCode: () => string
}

export interface Visit {
  platform: OauthPlatform
  path: string
  query: URLSearchParams
  /** Null where the page refused. */
  sentTo: string | null
}

const routes: Record<string, { platform: OauthPlatform; idName: string; wants: Record<string, string> }> = {
  // https://developer.work.weixin.qq.com/document/path/91022
  '/connect/oauth2/authorize': {
    platform: 'wecom',
    idName: 'appid',
    wants: { response_type: 'code', scope: 'snsapi_base' },
  },
  // https://developer.work.weixin.qq.com/document/path/98152
  '/wwlogin/sso/login': { platform: 'wecom', idName: 'appid', wants: { login_type: 'CorpApp' } },
  // https://open.dingtalk.com/document/orgapp/obtain-identity-credentials
  '/oauth2/auth': {
    platform: 'dingtalk',
    idName: 'client_id',
    wants: { response_type: 'code', scope: 'openid corpid', prompt: 'consent' },
  },
  // https://open.feishu.cn/document/authentication-management/access-token/obtain-oauth-code
  '/open-apis/authen/v1/authorize': {
    platform: 'feishu',
    idName: 'client_id',
    wants: { response_type: 'code' },
  },
}

/**
 * The platforms' sign-in pages and script hosts on loopback. A page sends the browser back with a code when the app
 * and the way back are as they were registered, and shows its refusal when they are not.
 *
 * @param scripts - what stands at each path, e.g. `/dingtalk.js`.
 */
export async function startSignInPages(scripts: Record<string, string>) {
  const apps = new Map<OauthPlatform, OauthApp>()
  const visits: Visit[] = []
  /** What the console of each platform has: WeCom a host, the others addresses, letter by letter. */
  let registered = ''

  function visit(url: URL, response: ServerResponse): void {
    const route = routes[url.pathname]
    if (!route) return void response.writeHead(404).end()
    const query = url.searchParams
    const { platform } = route
    const app = apps.get(platform)
    const back = query.get('redirect_uri') ?? ''
    const isRegistered =
      platform === 'wecom'
        ? URL.canParse(back) && new URL(back).host === new URL(registered).host
        : back === registered
    const fits = Object.entries(route.wants).every(([name, value]) => query.get(name) === value)
    if (!app || query.get(route.idName) !== app.clientId || !isRegistered || !fits) {
      visits.push({ platform, path: url.pathname, query, sentTo: null })
      const page = '<!doctype html><meta charset="utf-8"><h1>redirect_uri 与后台配置不一致</h1>'
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(page)
    }
    const target = new URL(back)
    const code = app.issueCode()
    target.searchParams.set('code', code)
    if (platform === 'dingtalk') target.searchParams.set('authCode', code)
    target.searchParams.set('state', query.get('state') ?? '')
    visits.push({ platform, path: url.pathname, query, sentTo: target.href })
    response.writeHead(302, { location: target.href }).end()
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://sign-in.test')
    const script = scripts[url.pathname]
    if (script === undefined) return visit(url, response)
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visits,
    /** @param back - the one address that the consoles have for coming back. */
    register(back: string): void {
      registered = back
    },
    /** Who sits at the browser from here on. */
    app: (platform: OauthPlatform, app: OauthApp): void => void apps.set(platform, app),
    async stop(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type SignInPages = Awaited<ReturnType<typeof startSignInPages>>
