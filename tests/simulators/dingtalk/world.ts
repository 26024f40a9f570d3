import type { AdjustableClock } from '../../../core/ports/clock.js'

/** The far side's people, groups and organisation. */
export interface SimPerson {
  userId: string
  unionId: string
  name: string
  title: string
  departments: string[]
  /** Of another company: shares groups, is in no list of ours. */
  isOutside: boolean
}

export interface SimDepartment {
  id: string
  name: string
  parentId: string | null
  leaders: string[]
}

export interface SimGroup {
  id: string
  name: string
  members: string[]
}

export interface SimCard {
  outTrackId: string
  templateId: string
  space: string
  shared: Record<string, string>
  /** What one person alone sees. */
  own: Map<string, Record<string, string>>
  callbackType: string
  callbackRouteKey: string
  carrierId: string
}

export interface SimMessage {
  id: string
  to: string
  kind: 'robot' | 'notice' | 'card' | 'ding'
  msgKey: string
  param: Record<string, unknown>
  at: number
  isRead: boolean
  isRecalled: boolean
  /** Accepted and thrown away without a word. */
  dropped: string | null
}

/**
 * Facts that no documentation at hand states for sure. The product has to live with each of them both ways; tests turn
 * every one.
 */
export interface Switches {
  /** A select's value in a tap: `{index, value}` or the option alone. */
  selectValue: 'object' | 'text'
  /** The form's values in a tap: an object, or its JSON. */
  formValue: 'object' | 'json'
  /** A date's value in a tap: as it is shown, or milliseconds. */
  dateValue: 'text' | 'millis'
  /** Which field of a tap carries its inside. */
  tapField: 'content' | 'value'
  /** The name of a chat with the robot in a tap. */
  directSpace: 'IM_ROBOT' | 'im'
  /** The old API quotes numbers and truth values in some answers. */
  quotes: boolean
  /** The call that counts the company's people is there. */
  countsPeople: boolean
  /** Most people on a page of a department; who asks for more than 100 is refused, else the page is just shorter. */
  userPage: number
}

export const usualSwitches: Switches = {
  selectValue: 'object',
  formValue: 'object',
  dateValue: 'text',
  tapField: 'content',
  directSpace: 'IM_ROBOT',
  quotes: false,
  countsPeople: true,
  userPage: 100,
}

/** What a route does wrong, for the next `times` calls. */
export type Fault =
  | { kind: 'silence' }
  | { kind: 'html'; status: number }
  | { kind: 'banned' }
  | { kind: 'code'; code: string; status: number }
  | { kind: 'empty' }

export interface SimCall {
  route: string
  body: Record<string, unknown>
  query: URLSearchParams
  status: number
  at: number
}

export const sim = {
  corpId: 'dingcorp0000000001',
  clientId: 'dingapp0000000001',
  clientSecret: 'app-secret-of-the-simulated-platform',
  robotCode: 'dingapp0000000001',
  agentId: '1000001',
  token: 'event-token',
  aesKey: 'o1w0aum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus',
  noticeTemplate: '11111111-aaaa-4bbb-8ccc-000000000001.schema',
  formTemplate: '22222222-aaaa-4bbb-8ccc-000000000002.schema',
} as const

export type World = ReturnType<typeof createWorld>

/** Everything that the simulated platform knows. */
export function createWorld(clock: AdjustableClock) {
  let number = 0
  return {
    clock,
    nowMs: () => clock.now().getTime(),
    next: (prefix: string): string => `${prefix}${(number += 1)}`,
    switches: { ...usualSwitches },
    people: [
      person('u-li', '李经理', '销售经理', ['1']),
      person('u-wang', '王芳', '销售', ['1', '100']),
      person('u-chen', '陈伟', '销售', ['110']),
      { ...person('outside-zhang', '张总', '', []), isOutside: true },
    ] as SimPerson[],
    departments: [
      { id: '1', name: '演示公司', parentId: null, leaders: ['u-li'] },
      { id: '100', name: '销售一部', parentId: '1', leaders: ['u-li'] },
      { id: '110', name: '华东组', parentId: '100', leaders: [] },
      { id: '200', name: '客服部', parentId: '1', leaders: [] },
    ] as SimDepartment[],
    groups: [{ id: 'cid-group-1==', name: '客户群', members: ['u-wang', 'outside-zhang'] }] as SimGroup[],
    range: { departments: ['1'], people: [] as string[] },
    /** Id of a template → its variables, from the shipped file; empty registry: nothing was imported. */
    templates: new Map<string, { variables: Set<string>; isPublished: boolean }>(),
    grants: {
      denied: new Set<string>(),
      ips: 'any' as 'any' | 'refused',
      ding: 'full' as 'full' | 'no-quota' | 'no-edition',
    },
    token: null as { value: string; expiresAt: number } | null,
    /** One-time tickets of the stream, with their ends. */
    tickets: new Map<string, number>(),
    cards: new Map<string, SimCard>(),
    messages: [] as SimMessage[],
    todos: new Map<string, SimTodo>(),
    codes: new Map<string, { userId: string; corpId: string; expiresAt: number }>(),
    userTokens: new Map<string, string>(),
    callbackRoutes: new Map<string, { url: string; secret: string }>(),
    noticesToday: new Map<string, number>(),
    faults: new Map<string, Fault[]>(),
    /** Where the app takes pushes over HTTP; null: over the stream. */
    httpHooks: null as string | null,
    /** People to whom the robot's messages are throttled. */
    throttled: new Set<string>(),
    calls: [] as SimCall[],
  }
}

function person(userId: string, name: string, title: string, departments: string[]): SimPerson {
  return { userId, unionId: `union-${userId}`, name, title, departments, isOutside: false }
}

/** By its source id. `body` holds what it says now; `isDone` what its executor, `isOver` what its maker says of it. */
export interface SimTodo {
  id: string
  unionId: string
  body: Record<string, unknown>
  isDone: boolean
  isOver: boolean
}

/** A refusal in the shape of the API's generation. */
export class Refused extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, status = 400) {
    super(code)
    this.code = code
    this.status = status
  }
}
