import { insertIgnoreLater } from '../db/rows.js'
import { execute, insertIgnore } from '../db/sql.js'
import { afterCommit, type Tx } from '../db/unit-of-work.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import { newRow } from './row.js'

interface TodoEntriesDeps {
  clock: Clock
  ids: Ids
  playbook: Playbook
  wake: () => void
}

/** How an entry is drawn: as the card about the same task. */
const entryCard = 'task.due'

/**
 * Entries in people's own lists of things to do: one row of the ledger for each task and person. What it should show is
 * decided when it is sent: open for whoever owns the open task, else ticked off. Later changes reach it as they reach
 * cards, by `refresh`.
 */
export function createTodoEntries({ clock, ids, playbook, wake }: TodoEntriesDeps) {
  return {
    /**
     * The task is this person's to do now. An entry of theirs that was never written gets another chance; nothing
     * happens where the playbook does without such entries.
     *
     * @param isNew - nobody had the task before: no earlier entry is looked for.
     */
    async want(
      tx: Tx,
      {
        taskId,
        personId,
        causeId,
        isNew,
      }: { taskId: string; personId: string; causeId: string; isNew: boolean },
    ): Promise<void> {
      if (!(await playbook.get(tx, 'reminders')).todos) return
      const now = clock.now()
      const row = newRow({
        id: ids.next(),
        card: entryCard,
        subjectType: 'task',
        subjectId: taskId,
        params: {},
        personId,
        channel: 'todo',
        causeId,
        lane: 'normal',
        level: 'normal',
        dedupeKey: `todo:${taskId}:${personId}`,
        queuedAt: now,
        workAt: now,
      })
      if (isNew) await insertIgnoreLater(tx, 'deliveries', [row])
      else if ((await insertIgnore(tx, 'deliveries', [row])) === 0)
        await execute(
          tx,
          `UPDATE deliveries SET state = 'queued', queuedAt = ?, workAt = ?, causeId = ?, attempts = 0, failure = NULL
           WHERE dedupeKey = ? AND state IN ('skipped', 'failed', 'expired')`,
          [now, now, causeId, row['dedupeKey'] ?? null],
        )
      afterCommit(tx, wake)
    },
  }
}
