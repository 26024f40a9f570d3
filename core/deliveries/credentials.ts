import { Not, type EntityManager } from 'typeorm'
import { DeadlineEntity } from '../deadlines/deadline.js'
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
/** What is read from the server itself, and need not be written down by anybody. */
export const certificateKey = 'https-certificate'
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
  const dueAtOf = ({ expiresOn }: Pick<Credential, 'expiresOn'>) => fromLocal(`${expiresOn}T09:00`, timeZone)

  /** The certificate as it was last read; null when none was. */
  async function certificate(tx: EntityManager): Promise<Credential | null> {
    // Its last warning ends the deadline; the certificate is there still.
    const newest = await tx.getRepository(DeadlineEntity).findOne({
      where: { kind, subjectType: 'installation', subjectId: certificateKey, state: Not('cancelled') },
      order: { startedAt: 'DESC', id: 'DESC' },
    })
    return (
      newest && {
        key: certificateKey,
        name: '网站的 HTTPS 证书',
        expiresOn: localDay(newest.dueAt, timeZone),
        renew: '在证书服务商或反向代理处续期，换上新证书后会自动认出',
      }
    )
  }

  /** What is watched: what is written down, and the certificate that was read. */
  async function all(tx: EntityManager): Promise<Credential[]> {
    const { items } = await playbook.get(tx, 'credentials')
    if (items.some(({ key }) => key === certificateKey)) return items
    const read = await certificate(tx)
    return read ? [...items, read] : items
  }

  const find = async (tx: EntityManager, key: string): Promise<Credential | null> =>
    (await all(tx)).find((item) => item.key === key) ?? null

  /** Starts the warnings of a day, unless they run or have run out for this very day. */
  async function watch(tx: Tx, item: Pick<Credential, 'key' | 'expiresOn'>): Promise<void> {
    const subject = subjectOf(item.key)
    const dueAt = dueAtOf(item)
    const known = await select(
      tx,
      'SELECT id FROM deadlines WHERE kind = ? AND subjectType = ? AND subjectId = ? AND dueAt = ?',
      [kind, subject.type, subject.id, dueAt],
    )
    if (known.length === 0) await deadlines.start(tx, kind, subject, { dueAt })
  }

  deadlines.on(kind, 'warn', async (tx, { deadline, step }) => {
    const item = await find(tx, deadline.subjectId)
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
        if (subjectId !== certificateKey && !items.some(({ key }) => key === subjectId))
          await deadlines.cancel(tx, kind, subjectOf(subjectId))
      for (const item of items) await watch(tx, item)
    },

    /**
     * Watches the server's own certificate, as it was read today; a renewed one takes the place of the old. One that is
     * written down under the same key outranks what is read. May run as often as you like.
     */
    async noteCertificate(tx: Tx, expiresAt: Date): Promise<void> {
      const { items } = await playbook.get(tx, 'credentials')
      if (items.some(({ key }) => key === certificateKey)) return
      await watch(tx, { key: certificateKey, expiresOn: localDay(expiresAt, timeZone) })
    },

    /** A platform or provider refused our credentials: the admins hear of it once a day, with its code. */
    broke: (tx: Tx, { platform, code }: { platform: string; code: string }) =>
      tell(tx, {
        card: 'credential.trouble',
        key: 'credentials',
        cause: `${platform}:${code}`.slice(0, 50),
        params: { platform, code },
      }),

    /** What is watched under this key; null when it is gone. */
    find,

    /** Everything that is watched, whether it was written down or read. */
    all,
  }
}
