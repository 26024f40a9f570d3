import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../core/ports/clock.js'
import type { TapEvent } from '../../core/ports/inbound.js'
import type { Callbacks } from './callbacks.js'
import type { Double, Shown } from './double.js'
import type { Ledger } from './ledger.js'
import { staff, type ChaosPlatform, type Deed, type ImportRow, type StaffAccount } from './plan.js'

export interface PeopleInput {
  double: Double
  callbacks: Callbacks
  ledger: Ledger
  origins: () => string[]
  /** The time in the product: the people live in it, too. */
  clock: Clock
}

export type People = ReturnType<typeof createPeople>

/** Everybody who does something: customers, colleagues, web pages and the one who imports tables. */
export function createPeople({ double, callbacks, ledger, origins, clock }: PeopleInput) {
  const underWay = new Set<Promise<void>>()
  let events = 0
  const nextEvent = () => `chaos-${String(++events).padStart(6, '0')}`
  const at = () => clock.now().toISOString()

  function customerWrites(deed: Extract<Deed, { do: 'customer-writes' }>): void {
    const { platform, text } = deed
    const entry = { platform, eventId: nextEvent(), text, acked: false }
    ledger.messages.push(entry)
    callbacks.send(
      {
        type: 'message',
        platform,
        eventId: entry.eventId,
        at: at(),
        sender: { externalId: deed.customer, internal: false },
        chat: { id: `group-${platform}`, type: 'group', name: '客户群' },
        messageId: entry.eventId,
        text,
        toBot: false,
      },
      entry,
    )
  }

  function colleagueWrites(account: StaffAccount, text: string, list: 'notes' | 'questions'): void {
    const platform = staff[account]
    const entry = { platform, eventId: nextEvent(), text, acked: false }
    ledger[list].push(entry)
    callbacks.send(
      {
        type: 'message',
        platform,
        eventId: entry.eventId,
        at: at(),
        sender: { externalId: account, internal: true },
        chat: { id: `direct-${account}`, type: 'direct' },
        messageId: entry.eventId,
        text,
        toBot: true,
      },
      entry,
    )
  }

  function taps(deed: Extract<Deed, { do: 'tap' }>): void {
    const isOffered = ({ card }: Shown) => card.actions?.some(({ id }) => id === deed.actionId) ?? false
    const all = [...double.shown.values()].filter(({ to }) => to.externalId !== undefined)
    const choice = deed.how === 'outdated' ? all : all.filter(isOffered)
    const message = choice[Math.floor(deed.pick * choice.length)]
    if (!message) return
    const account =
      deed.how === 'by-another' ? otherOn(message.platform, message.to.externalId) : message.to.externalId
    for (let copy = 0; copy < (deed.how === 'twice' ? 2 : 1); copy++) tap(message, account ?? '', deed)
  }

  function tap(message: Shown, account: string, { actionId, pick }: Extract<Deed, { do: 'tap' }>): void {
    const { platform, ref } = message
    const entry = { platform, eventId: nextEvent(), text: '', acked: false, ref, actionId }
    ledger.taps.push(entry)
    const event: TapEvent = {
      type: 'tap',
      platform,
      eventId: entry.eventId,
      at: at(),
      sender: { externalId: account, internal: true },
      chat: { id: `direct-${account}`, type: 'direct' },
      cardRef: ref,
      messageId: message.id,
      actionId,
      values: valuesOf(message, pick),
      confirmed: true,
    }
    callbacks.send(event, entry)
  }

  async function postForm({ key, ip, fields }: Extract<Deed, { do: 'form' }>): Promise<void> {
    const entry = { key, need: fields['need'] ?? '', acked: false }
    ledger.forms.push(entry)
    const headers = { 'content-type': 'application/json', 'idempotency-key': key, 'x-forwarded-for': ip }
    entry.acked = await untilTaken(async (origin) => {
      const body = JSON.stringify(fields)
      const response = await request(`${origin}/intake/forms/website`, { method: 'POST', headers, body })
      return response.status === 202
    })
  }

  async function importTable(rows: ImportRow[]): Promise<void> {
    const entry = { rows, attempts: 0, acked: false }
    ledger.imports.push(entry)
    const lines = rows.map(({ name, phone, need, city }) => [name, phone, need, city].join(','))
    const body = ['姓名,电话,需求,城市', ...lines].join('\n')
    entry.acked = await untilTaken(async (origin) => {
      const cookie = await signIn(origin)
      if (!cookie) return false
      entry.attempts += 1
      const headers = { 'content-type': 'text/csv', 'x-genjin': '1', 'x-file-name': 'chaos.csv', cookie }
      const response = await request(`${origin}/api/imports`, { method: 'POST', headers, body })
      return response.status === 200
    })
  }

  async function signIn(origin: string): Promise<string | null> {
    const response = await request(`${origin}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-genjin': '1' },
      body: JSON.stringify({ platform: staff.admin, code: 'sign-in:admin' }),
    })
    return response.headers.get('set-cookie')?.split(';')[0] ?? null
  }

  /** A page whose request failed tries again, with another process when there is one. */
  async function untilTaken(attempt: (origin: string) => Promise<boolean>): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      const listening = origins()
      const origin = listening[tries % Math.max(1, listening.length)]
      const isTaken = origin ? await attempt(origin).catch(() => false) : false
      if (isTaken) return true
      await pause(300)
    }
  }

  function track(work: Promise<void>): void {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  return {
    act(deed: Deed): void {
      switch (deed.do) {
        case 'customer-writes':
          return customerWrites(deed)
        case 'colleague-notes':
          return colleagueWrites(deed.account, deed.text, 'notes')
        case 'colleague-asks':
          return colleagueWrites(deed.account, deed.text, 'questions')
        case 'tap':
          return taps(deed)
        case 'form':
          return track(postForm(deed))
        case 'import':
          return track(importTable(deed.rows))
      }
    },
    /** Resolves when everybody has been told that what they did is taken. */
    async allTold(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
      await callbacks.allTaken()
    },
  }
}

function otherOn(platform: ChaosPlatform, account: string | undefined): string | undefined {
  const accounts = (Object.keys(staff) as StaffAccount[]).filter((key) => staff[key] === platform)
  return accounts.find((candidate) => candidate !== account)
}

/** What somebody fills in: one of the options of every select, nothing else. */
function valuesOf({ card }: Shown, pick: number): Record<string, string> {
  const values: Record<string, string> = {}
  for (const input of card.inputs ?? []) {
    const option =
      input.type === 'select' ? input.options[Math.floor(pick * input.options.length)] : undefined
    if (option) values[input.name] = option.value
  }
  return values
}

const request = (url: string, init: RequestInit): Promise<Response> =>
  fetch(url, { ...init, signal: AbortSignal.timeout(15_000) })
