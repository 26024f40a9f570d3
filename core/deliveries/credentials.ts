import type { EntityManager } from 'typeorm'
import type { Deadlines } from '../deadlines/deadlines.js'
import { fromLocal, localDay } from '../deadlines/working-time.js'
import { select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Credential } from '../playbook/credentials.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import type { Deliveries } from './deliveries.js'

interface CredentialsDeps {
  clock: Clock
  playbook: Playbook
  deadlines: Deadlines
  deliveries: Deliveries
  timeZone: string
}

const kind = 'credential.expiry'
/** It belongs to no salesperson's department. */
const nobodys = { ownerId: null, departmentId: null }
const subjectOf = (key: string) => ({ type: 'installation' as const, id: key })

interface Warning {
  card: string
  key: string
  cause: string
  params: Record<string, string>
  /** As a ladder writes it; without it, the admins. */
  who?: string | undefined
}

export type CredentialWatch = ReturnType<typeof createCredentials>

/** Warns before licences, certificates and secrets run out, and says when a platform refuses ours. */
export function createCredentials(deps: CredentialsDeps) {
  const { clock, playbook, deadlines, deliveries, timeZone } = deps

  async function tell(tx: Tx, { card, key, cause, params, who = 'role:admin' }: Warning): Promise<void> {
    const day = localDay(clock.now(), timeZone)
    for (const { id: personId } of await deadlines.people(tx, who, nobodys))
      await deliveries.queue(tx, {
        card,
        subject: subjectOf(key),
        params,
        to: { personId },
        // Once a day and keeper, however many steps fall on the day or messages fail on it.
        dedupeKey: `${card}:${cause}:${day}:${personId}`,
      })
  }

  // Nine in the morning: the warnings of the days before come at that hour, too.
  const dueAtOf = ({ expiresOn }: Credential) => fromLocal(`${expiresOn}T09:00`, timeZone)

  deadlines.on(kind, 'warn', async (tx, { deadline, step }) => {
    const { items } = await playbook.get(tx, 'credentials')
    const item = items.find(({ key }) => key === deadline.subjectId)
    if (!item) return
    const { key } = item
    await tell(tx, { card: kind, key, cause: `${key}:${item.expiresOn}`, params: { key }, who: step.who })
  })

  return {
    /**
     * Brings the warnings in line with the playbook: starts those that are missing, moves those whose day has moved,
     * cancels those that are gone. May run as often as you like.
     */
    async sync(tx: Tx): Promise<void> {
      const { items } = await playbook.get(tx, 'credentials')
      const running = await select<{ subjectId: string }>(
        tx,
        "SELECT subjectId FROM deadlines WHERE kind = ? AND state = 'waiting'",
        [kind],
      )
      for (const { subjectId } of running)
        if (!items.some(({ key }) => key === subjectId))
          await deadlines.cancel(tx, kind, subjectOf(subjectId))
      for (const item of items) {
        const subject = subjectOf(item.key)
        const dueAt = dueAtOf(item)
        const known = await select(
          tx,
          'SELECT id FROM deadlines WHERE kind = ? AND subjectType = ? AND subjectId = ? AND dueAt = ?',
          [kind, subject.type, subject.id, dueAt],
        )
        // A ladder that has run out for this very day is not started again.
        if (known.length === 0) await deadlines.start(tx, kind, subject, { dueAt })
      }
    },

    /** A platform or provider refused our credentials: the admins hear of it once a day, with its code. */
    broke: (tx: Tx, { platform, code }: { platform: string; code: string }) =>
      tell(tx, {
        card: 'credential.trouble',
        key: 'credentials',
        cause: `${platform}:${code}`.slice(0, 50),
        params: { platform, code },
      }),

    /** What stands in the playbook under this key; null when it is gone. */
    async find(tx: EntityManager, key: string): Promise<Credential | null> {
      const { items } = await playbook.get(tx, 'credentials')
      return items.find((item) => item.key === key) ?? null
    },
  }
}
