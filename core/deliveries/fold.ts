import { In } from 'typeorm'
import { updateRows } from '../db/rows.js'
import { execute, insertIgnore, marks, select } from '../db/sql.js'
import type { Tx } from '../db/unit-of-work.js'
import type { Notices } from '../playbook/notices.js'
import type { Ids } from '../ports/ids.js'
import { DeliveryEntity, shownStates, type DeliveryState } from './delivery.js'
import { newRow } from './row.js'

export const digestCard = 'digest'

/** Why a folded delivery needs nobody any more: its record has been dealt with. */
export const settled = 'settled'
/** Of those that a digest stands for, the ones that still wait for somebody. For SQL. */
export const isOpenFold = `(failure IS NULL OR failure <> '${settled}')`

interface Group {
  personId: string
  card: string
  /** The highest level among them: 2 escalation, 1 urgent, 0 normal. */
  urgency: number | string
}

/** One digest stands for at most this many more at a time; the rest joins it at the next look. */
const foldedAtOnce = 500
const groupsAtOnce = 50

/** What waits to be looked at here is nobody's to send before that. */
export const isLookedAt = `(waitingFor IS NULL OR waitingFor = 'account' OR personId IS NULL)`

/**
 * Many cards of one kind to one person become one: of those that waited for each other and are due now, groups above
 * the playbook's threshold are folded into a digest, the digest of the last minute or a new one. Smaller groups are
 * let go and sent one by one.
 *
 * @returns how many deliveries were folded.
 */
export async function foldDue(tx: Tx, { now, ids, digest }: FoldInput): Promise<number> {
  const groups = await select<Group>(
    tx,
    `SELECT personId, card, MAX(CASE level WHEN 'escalation' THEN 2 WHEN 'urgent' THEN 1 ELSE 0 END) AS urgency
     FROM deliveries WHERE workAt <= ? AND state = 'queued' AND waitingFor IN ('digest', 'quiet')
     AND personId IS NOT NULL GROUP BY personId, card LIMIT ${groupsAtOnce}`,
    [now],
  )
  let folded = 0
  for (const group of groups) {
    const kind = digest.kinds.find(({ card }) => card === group.card)
    const done = kind ? await foldGroup(tx, { now, ids, group, ...kind }) : 0
    folded += done
    if (done === foldedAtOnce) continue
    await execute(
      tx,
      `UPDATE deliveries SET waitingFor = NULL WHERE personId = ? AND card = ? AND state = 'queued' AND workAt <= ?
       AND waitingFor IN ('digest', 'quiet')`,
      [group.personId, group.card, now],
    )
  }
  return folded
}

interface FoldInput {
  now: Date
  ids: Ids
  digest: Notices['digest']
}

async function foldGroup(
  tx: Tx,
  input: { now: Date; ids: Ids; group: Group; threshold: number; windowSeconds: number },
): Promise<number> {
  const { now, ids, group, threshold, windowSeconds } = input
  const { personId, card } = group
  const since = new Date(now.getTime() - windowSeconds * 1000)
  const held = await select<{ id: string }>(
    tx,
    `SELECT id FROM deliveries WHERE personId = ? AND card = ? AND state = 'queued'
     AND waitingFor IN ('digest', 'quiet') ORDER BY id LIMIT ${foldedAtOnce}`,
    [personId, card],
  )
  const open = await openDigest(tx, personId, card, since)
  if (!open) {
    const alone = await sentAlone(tx, personId, card, since)
    if (held.length < 2 || held.length + alone <= threshold) return 0
  }
  const digestId = open ?? ids.next()
  const folded = await updateRows(
    tx,
    DeliveryEntity,
    { id: In(held.map(({ id }) => id)), state: 'queued' },
    { state: 'folded', foldedInto: digestId, workAt: null, waitingFor: null },
  )
  // Another process may have folded all of them while this one was looking.
  if (folded === 0) return 0
  if (open) {
    // Those who have it see the higher count on the same card, also when it was drawn already and is on its way.
    const drawn: DeliveryState[] = [...shownStates, 'sending']
    await execute(
      tx,
      `UPDATE deliveries SET wantedRev = wantedRev + 1, workAt = ? WHERE id = ? AND state IN (${marks(drawn)})`,
      [now, open, ...drawn],
    )
    return folded
  }
  const level = levels[Number(group.urgency)] ?? 'normal'
  await insertIgnore(tx, 'deliveries', [
    newRow({
      id: digestId,
      card: digestCard,
      subjectType: 'person',
      subjectId: personId,
      params: { kind: card },
      personId,
      lane: level === 'normal' ? 'normal' : 'urgent',
      level,
      dedupeKey: `${digestCard}:${digestId}`,
      queuedAt: now,
      workAt: now,
    }),
  ])
  return folded
}

/** The digest of this kind that the person got lately. */
async function openDigest(tx: Tx, personId: string, card: string, since: Date): Promise<string | null> {
  const digests = await tx.getRepository(DeliveryEntity).find({
    where: { personId, card: digestCard, state: In(['queued', 'sending', 'sent', 'delivered', 'read']) },
    order: { queuedAt: 'DESC' },
    take: 20,
  })
  return digests.find(({ params, queuedAt }) => params['kind'] === card && queuedAt >= since)?.id ?? null
}

async function sentAlone(tx: Tx, personId: string, card: string, since: Date): Promise<number> {
  const [row] = await select<{ n: number | string }>(
    tx,
    `SELECT COUNT(*) AS n FROM deliveries WHERE personId = ? AND queuedAt >= ? AND card = ? AND channel = 'messenger'
     AND foldedInto IS NULL AND waitingFor IS NULL`,
    [personId, since, card],
  )
  return Number(row?.n ?? 0)
}

const levels = ['normal', 'urgent', 'escalation'] as const
