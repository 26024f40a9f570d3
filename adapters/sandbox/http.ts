import { Router } from '@koa/router'
import type { Context, Next } from 'koa'
import { z } from 'zod'
import type { AccountBook } from './accounts.js'
import type { Acting } from './acting.js'
import type { ChatBook } from './chats.js'
import { drawGallery } from './gallery.js'
import type { SandboxHost } from './host.js'
import { botName } from './limits.js'
import type { MessageLog } from './message-log.js'
import { RequestError } from './request-error.js'
import { isSameOrigin } from './same-origin.js'
import { settingsSchema, type Settings } from './settings.js'
import type { Views } from './views.js'
import type { Bootstrap, MessagePage } from './wire.js'

const bodyLimitBytes = 200_000
const pageSize = 50

const id = z.string().min(1).max(300)
const bodies = {
  message: z.strictObject({
    as: id,
    chatId: id,
    text: z.string().min(1).max(120_000),
    clientId: z.string().min(8).max(64),
  }),
  tap: z.strictObject({
    as: id,
    messageId: id,
    actionId: z.string().regex(/^[\w.-]{1,128}$/),
    values: z.record(z.string().max(64), z.string().max(5000)).refine((v) => Object.keys(v).length <= 50),
  }),
  read: z.strictObject({ as: id, chatId: id, upToSeq: z.int().min(0) }),
  page: z.strictObject({
    as: id,
    path: z
      .string()
      .max(2000)
      .regex(/^\/(?![/\\])[^\s\\]*$/),
  }),
  chat: z.strictObject({ as: id, withId: id }),
  clock: z.strictObject({
    ms: z
      .int()
      .min(1000)
      .max(366 * 86_400_000),
  }),
  settings: settingsSchema.partial(),
}

interface HttpDeps {
  host: SandboxHost
  accounts: AccountBook
  chats: ChatBook
  messages: MessageLog
  settings: Settings
  views: Views
  acting: Acting
  issueCode: (accountId: string) => string
  onSettings: () => void
  onClock: () => void
}

/** The console's API under `/sandbox`. JSON in, JSON out; what is refused says `{ error: { code, message } }`. */
export function createSandboxRouter(deps: HttpDeps): Router {
  const { host, accounts, chats, messages, settings, views, acting } = deps
  const router = new Router({ prefix: '/sandbox' })
  router.use(answerErrors)

  const requireAccount = (accountId: string): void => {
    if (!accounts.get(accountId)) throw new RequestError(404, 'unknown_account')
  }

  router.get('/bootstrap', async (ctx) => {
    const people = views.accounts()
    const me = people.find((account) => account.id === ctx.query.as) ?? people[0]
    if (!me) throw new RequestError(404, 'unknown_account', '还没有人可以扮演')
    const answer: Bootstrap = {
      me,
      accounts: people,
      chats: views.chats(me.id),
      settings: settings.get(),
      panel: await host.panel(),
      botName,
    }
    ctx.body = answer
  })

  router.get('/chats/:id/messages', (ctx) => {
    const chatId = ctx.params.id ?? ''
    if (!chats.isMember(chatId, String(ctx.query.as))) throw new RequestError(404, 'unknown_chat')
    const before = Number(ctx.query.before ?? Number.MAX_SAFE_INTEGER)
    if (!Number.isSafeInteger(before) || before < 0) throw new RequestError(400, 'invalid')
    const page = messages.page(chatId, before, pageSize)
    const answer: MessagePage = { messages: page.rows.map(views.message), more: page.more }
    ctx.body = answer
  })

  router.post('/messages', async (ctx) => {
    const input = await readBody(ctx, bodies.message)
    ctx.body = { message: views.message(acting.say(input)) }
  })

  router.post('/taps', async (ctx) => {
    ctx.body = await acting.tap(await readBody(ctx, bodies.tap))
  })

  router.post('/reads', async (ctx) => {
    acting.read(await readBody(ctx, bodies.read))
    ctx.body = { ok: true }
  })

  router.post('/chats', async (ctx) => {
    const { as, withId } = await readBody(ctx, bodies.chat)
    requireAccount(as)
    if (withId !== 'bot') requireAccount(withId)
    if (withId === as) throw new RequestError(422, 'invalid')
    const row = withId === 'bot' ? chats.withBot(as) : chats.putDirect(as, withId)
    if (!row) throw new RequestError(404, 'unknown_account')
    ctx.body = { chat: views.chat(row, as, 0) }
  })

  router.post('/pages', async (ctx) => {
    const { as, path } = await readBody(ctx, bodies.page)
    requireAccount(as)
    const address = new URL(host.pagesPath.replace(/\/$/, '') + path, 'http://console')
    // `/../` must not lead out of the pages.
    if (!address.pathname.startsWith(host.pagesPath)) throw new RequestError(422, 'invalid')
    address.searchParams.set('code', deps.issueCode(as))
    address.searchParams.set('platform', 'sandbox')
    ctx.body = { url: address.pathname + address.search + address.hash }
  })

  router.put('/settings', async (ctx) => {
    ctx.body = settings.set(await readBody(ctx, bodies.settings))
    deps.onSettings()
  })

  router.get('/gallery.json', async (ctx) => {
    ctx.body = await drawGallery(host, settings)
  })

  router.get('/panel', async (ctx) => {
    ctx.body = await host.panel()
  })

  router.get('/people/:id', async (ctx) => {
    ctx.body = { info: (await host.personInfo?.(ctx.params.id ?? '')) ?? null }
  })

  router.post('/clock', async (ctx) => {
    const { ms } = await readBody(ctx, bodies.clock)
    const answer = await host.advanceClock(ms)
    if (!answer.ok) throw new RequestError(409, 'clock_refused', answer.reason)
    deps.onClock()
    ctx.body = await host.panel()
  })

  return router
}

async function answerErrors(ctx: Context, next: Next): Promise<void> {
  ctx.set('cache-control', 'no-store')
  try {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD' && !isSameOrigin(ctx.headers)) {
      throw new RequestError(403, 'other_origin')
    }
    await next()
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    ctx.status = error.status
    ctx.body = { error: { code: error.code, message: error.message } }
  }
}

/** Reads and checks a JSON body. The content type is demanded: a form on another site cannot send it. */
async function readBody<Shape>(ctx: Context, shape: z.ZodType<Shape>): Promise<Shape> {
  if (!ctx.is('application/json')) throw new RequestError(415, 'not_json')
  const chunks: Buffer[] = []
  let size = 0
  if (Number(ctx.headers['content-length'] ?? 0) > bodyLimitBytes) throw new RequestError(413, 'too_large')
  // The stream stays open when the loop is left early: the refusal still has to go out on it.
  for await (const chunk of ctx.req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimitBytes) throw new RequestError(413, 'too_large')
    chunks.push(chunk)
  }
  const parsed = shape.safeParse(parseJson(Buffer.concat(chunks).toString('utf8')))
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.')
    throw new RequestError(422, 'invalid', field ? `内容不完整：${field}` : undefined)
  }
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new RequestError(400, 'not_json')
  }
}
