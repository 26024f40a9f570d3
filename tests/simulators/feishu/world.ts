import type { AdjustableClock } from '../../../core/ports/clock.js'

/** A person of the company, or of another one (`tenant`). */
export interface SimPerson {
  openId: string
  unionId: string
  userId: string
  name: string
  departments: string[]
  title?: string
  leader?: string
  isResigned?: boolean
  tenant: string
  /** Within the app's availability; messages to others are refused. */
  isAvailable: boolean
}

export interface SimDepartment {
  id: string
  name: string
  parent: string
  leader?: string
}

export interface SimMessage {
  id: string
  chatId: string
  /** The bot's messages have none. */
  sender: string | null
  type: string
  content: string
  at: number
  recalled: boolean
  readBy: Map<string, number>
  urges: { level: string; account: string }[]
  /** How often it was drawn anew. */
  updates: number
}

export interface SimChat {
  id: string
  type: 'p2p' | 'group'
  members: Set<string>
  hasBot: boolean
}

/** Facts that are told from memory: each can be either way, and the product has to live with both. */
export interface Switches {
  /** `uuid` of a send has at most 50 characters. */
  shortUuids: boolean
  /** Dates in form values bear a zone: `2026-01-02 +0800`. */
  datesWithZone: boolean
  /** Inputs that were left empty are left out of the form values. */
  omitsEmptyInputs: boolean
  /** A card has at most 200 components. */
  capsComponents: boolean
  /** A card that is drawn anew while a tap is being answered falls back when the answer comes. */
  revertsEarlyUpdates: boolean
  /** Taps come as `card` frames without an envelope, as to older tenants. */
  cardFrames: boolean
  /** The company is told with the people in events. */
  tellsTenants: boolean
}

export const usualSwitches: Switches = {
  shortUuids: true,
  datesWithZone: true,
  omitsEmptyInputs: true,
  capsComponents: true,
  revertsEarlyUpdates: true,
  cardFrames: false,
  tellsTenants: true,
}

export const tenant = 'tenant-own'
export const bot = { openId: 'ou_bot', name: '跟进助手' }

const person = (id: string, name: string, more: Partial<SimPerson> = {}): SimPerson => ({
  openId: `ou_${id}`,
  unionId: `on_${id}`,
  userId: id,
  name,
  departments: ['od-sales'],
  tenant,
  isAvailable: true,
  ...more,
})

/** A small company: three colleagues, a customer of another company, two departments and a group of all. */
export function createWorld(clock: AdjustableClock) {
  const people = new Map(
    [
      person('wang', '王小虎', { departments: ['0', 'od-sales'], title: '销售' }),
      person('li', '李主管', { departments: ['od-sales'], title: '销售主管' }),
      person('zhao', '赵经理', { departments: ['od-team'], leader: 'ou_li' }),
      person('zhang', '张总', { tenant: 'tenant-other', departments: [], isAvailable: false }),
    ].map((one) => [one.openId, one]),
  )
  const departments: SimDepartment[] = [
    { id: 'od-sales', name: '销售部', parent: '0', leader: 'ou_li' },
    { id: 'od-team', name: '销售一组', parent: 'od-sales' },
  ]
  const chats = new Map<string, SimChat>()
  const messages = new Map<string, SimMessage>()
  let number = 0
  const next = (prefix: string): string => `${prefix}${String((number += 1)).padStart(6, '0')}`

  chats.set('oc_group', {
    id: 'oc_group',
    type: 'group',
    members: new Set(people.keys()),
    hasBot: true,
  })

  return {
    people,
    departments,
    /** User groups in the app's range. */
    groups: new Map<string, { people: string[]; departments: string[] }>(),
    chats,
    messages,
    next,
    now: () => clock.now().getTime(),
    /** The direct chat of a person with the bot; it is there once somebody writes. */
    withBot(openId: string): SimChat {
      const id = `oc_p2p_${openId}`
      const chat = chats.get(id) ?? { id, type: 'p2p' as const, members: new Set([openId]), hasBot: true }
      chats.set(id, chat)
      return chat
    },
    find: (id: string): SimPerson | undefined =>
      [...people.values()].find((one) => [one.openId, one.unionId, one.userId].includes(id)),
    post(message: Pick<SimMessage, 'chatId' | 'sender' | 'type' | 'content'>): SimMessage {
      const posted: SimMessage = {
        ...message,
        id: next('om_'),
        at: clock.now().getTime(),
        recalled: false,
        readBy: new Map(),
        urges: [],
        updates: 0,
      }
      messages.set(posted.id, posted)
      return posted
    },
  }
}

export type World = ReturnType<typeof createWorld>
