import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MessagePage, WireMessage } from '../../../adapters/sandbox/wire.js'
import { start, type Running } from '../../../bot/main.js'
import { silentLog } from '../../../bot/log.js'
import { readConfig } from '../../../core/config.js'
import { makeCompany, type Cast, type Company } from '../../support/company.js'
import { newDatabase } from '../../support/test-core.js'

/** How far the story of one lead has come before the process dies. */
export type Moment = 'nothing yet' | 'offered' | 'queued'

export const reps = ['wang', 'zhao'] as const
const staff: Cast[] = ['director', 'eastManager', 'wang', 'zhao']
const fiveMinutesMs = 5 * 60_000
export const words = '我们在杭州，想了解一下你们CRM的报价，预算20万，电话 13800138000'

/** One database and one sandbox file, opened by one process after the other. */
export async function makeStage(moment: Moment, { doubleCallbacks }: { doubleCallbacks: boolean }) {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-crash-'))
  const database = await newDatabase()
  const env = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    DEMO: 'off',
    LOG_LEVEL: 'error',
  }
  const open = () => start(readConfig(env), { log: silentLog, dist: join(folder, 'dist') })
  const running = await open()
  const company = await makeCompany(running.core, { only: staff })
  const put = (externalId: string, name: string, group: 'rep' | 'manager' | 'customer') =>
    running.sandbox?.accounts.put({ externalId, name, group })
  for (const key of staff) {
    const { name, role } = company.people[key]
    put(key, name, role === 'manager' ? 'manager' : 'rep')
  }
  put('customer', '张伟', 'customer')
  running.sandbox?.accounts.putGroup({
    id: 'group',
    name: '华东客户群',
    memberIds: ['customer', 'wang'],
    hasBot: true,
  })
  await act(running.origin, 'PUT', '/settings', { doubleCallbacks })
  if (moment !== 'nothing yet') {
    await customerWrites(running.origin)
    await running.idle()
  }
  if (moment === 'queued') {
    await fiveMinutesPass(running.origin)
    await running.idle()
  }
  await running.stop()
  return {
    folder,
    env,
    company,
    open,
    async clear() {
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Stage = Awaited<ReturnType<typeof makeStage>>
export type Act = (origin: string, company: Company) => Promise<unknown>

export const customerWrites: (origin: string) => Promise<unknown> = (origin) =>
  act(origin, 'POST', '/messages', {
    as: 'customer',
    chatId: 'group',
    text: words,
    clientId: 'client-0001',
  })

export const fiveMinutesPass: (origin: string) => Promise<unknown> = (origin) =>
  act(origin, 'POST', '/clock', { ms: fiveMinutesMs })

export const repAccepts: Act = (origin) => tap(origin, 'wang', 'accept')
export const managerTakesOver: Act = (origin) => tap(origin, 'eastManager', 'take-over')
export const managerDispatches: Act = (origin, company) =>
  tap(origin, 'eastManager', 'dispatch', { personId: company.people.zhao.id })

/** What stands in the chat of a person with the bot, oldest first. */
export async function cardsOf(running: Running, account: string): Promise<WireMessage[]> {
  const page = await act<MessagePage>(running.origin, 'GET', `/chats/bot:${account}/messages?as=${account}`)
  return page.messages.filter((message) => message.card)
}

async function tap(origin: string, account: string, actionId: string, values = {}): Promise<unknown> {
  const page = await act<MessagePage>(origin, 'GET', `/chats/bot:${account}/messages?as=${account}`)
  const target = page.messages.find((message) =>
    message.card?.actions?.some((action) => action.id === actionId),
  )
  if (!target) throw new Error(`${account} has no card with ${actionId}`)
  return act(origin, 'POST', '/taps', { as: account, messageId: target.id, actionId, values })
}

async function act<Shape>(origin: string, method: string, path: string, body?: object): Promise<Shape> {
  const response = await fetch(`${origin}/sandbox${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Shape
}
