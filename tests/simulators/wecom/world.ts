import { randomBytes } from 'node:crypto'
import type { AdjustableClock } from '../../../core/ports/clock.js'
import { facts as known, type Facts } from './facts.js'
import type { Range, Tag } from './range.js'

export interface Member {
  userid: string
  name: string
  departments: number[]
  leader?: string
  status: number
}

export interface ShownMessage {
  msgid: string
  to: string
  msgtype: string
  content: Record<string, unknown>
  at: number
  /** Beyond the silent limit: WeCom said ok and showed nothing. */
  isDropped: boolean
  isRecalled: boolean
}

export type Json = Record<string, unknown>

/** A call that came in, as it was asked. */
export interface RecordedCall {
  path: string
  query: Record<string, string>
  body: Json
  errcode: number
}

/** What a route does instead of its work, once each. */
export type Fault =
  'busy' | 'html' | 'empty' | '502' | 'hang-up' | 'hang-up-after' | 'token' | 'frequency' | 'ip'

export interface Options {
  clock: AdjustableClock
  facts?: Partial<Facts>
  /** Who may be written to; everybody when it is not given. */
  visible?: string[]
}

export const corpId = 'ww0000000000000001'
export const agentId = 1000002
export const appSecret = 'app-secret'
export const kfSecret = 'kf-secret'
export const contactSecret = 'contact-secret'
export const bot = { id: 'bot-1', secret: 'bot-secret', name: '销售助手' }
export const callback = { token: 'tok', aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' }
export const kfCallback = { token: 'kftok', aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C' }
export const contactCallback = { token: 'cttok', aesKey: 'Q9rT2uV5wX8yZ1aB4cD7eF0gH3iJ6kL9mN2oP5qR8sT' }
export const openKfId = 'wk0001'

export type World = ReturnType<typeof createWorld>

/** Everything that WeCom knows of this company. */
export function createWorld({ clock, facts, visible }: Options) {
  const now = () => clock.now().getTime()
  let serial = 0
  const next = (prefix: string) => `${prefix}${(serial += 1)}`
  const members = new Map<string, Member>()
  const departments = new Map<
    number,
    { id: number; name: string; parentid: number; department_leader: string[] }
  >()
  departments.set(1, { id: 1, name: '示例公司', parentid: 0, department_leader: [] })
  departments.set(2, { id: 2, name: '销售一部', parentid: 1, department_leader: ['li'] })
  for (const member of [
    { userid: 'Wang', name: '王伟', departments: [2], leader: 'li', status: 1 },
    { userid: 'li', name: '李蕾', departments: [1, 2], status: 1 },
    { userid: 'gone', name: '赵走', departments: [2], status: 5 },
  ])
    members.set(member.userid.toLowerCase(), member)

  return {
    clock,
    now,
    next,
    facts: { ...known, ...facts },
    members,
    departments,
    visible,
    range: null as Range | null,
    tags: new Map<number, Tag>(),
    /** Access tokens and what they are for. */
    tokens: new Map<string, { secret: string; until: number }>(),
    codes: new Map<string, { userid: string; external?: boolean; until: number }>(),
    messages: [] as ShownMessage[],
    taskIds: new Set<string>(),
    /** What each card looks like to its receiver now: task id → card. */
    cards: new Map<string, { to: string; card: Json; msgid: string }>(),
    responseCodes: new Map<string, { taskId: string; until: number }>(),
    sends: new Map<string, number[]>(),
    duplicates: new Map<string, number>(),
    groups: new Set(['chat-1']),
    kf: {
      list: [] as Json[],
      tokens: new Map<string, number>(),
      said: new Map<string, { at: number; replies: number }>(),
      /** How long the tokens of wake-ups are good for. */
      tokenLifeMs: 600_000,
      /** Says that there is more and gives the place of before. */
      standsStill: false,
    },
    calls: [] as RecordedCall[],
    faults: new Map<string, Fault[]>(),
    sockets: { kicked: 0, subscribed: 0 },
    isCallbackSet: true,
    trustedIp: true,
    /** 客户联系 → 可调用接口的应用 has the app. */
    mayCallContacts: true,
    issueCode(taskId: string): string {
      const code = `rc-${randomBytes(6).toString('hex')}`
      this.responseCodes.set(code, { taskId, until: now() + 72 * 3_600_000 })
      return code
    },
  }
}
