import { createHash } from 'node:crypto'
import type { Clock } from '../../core/ports/clock.js'
import type { Identity } from '../../core/ports/identity.js'
import type { Ids } from '../../core/ports/ids.js'
import type { Storage } from './storage.js'

const codeLifeMs = 5 * 60_000

/** One-time codes that sign a person in to the pages. Only their hashes are stored. */
export function createSignIn(deps: { storage: Storage; clock: Clock; ids: Ids }) {
  const { storage, clock, ids } = deps
  const identity: Identity = {
    platform: 'sandbox',
    redeem(code) {
      const now = clock.now().getTime()
      // The row count decides: of two tries with the same code one wins.
      const [won] = storage.all<{ account_id: string }>(
        'UPDATE sign_in_codes SET used_at = ? WHERE hash = ? AND used_at IS NULL AND expires_at > ? RETURNING account_id',
        now,
        hash(code),
        now,
      )
      return Promise.resolve(won ? { externalId: won.account_id } : null)
    },
  }
  return {
    identity,
    /** Makes a code for this account; it lives five minutes. */
    issue(accountId: string): string {
      const code = ids.secret()
      const now = clock.now().getTime()
      storage.run('DELETE FROM sign_in_codes WHERE expires_at <= ?', now)
      storage.run(
        'INSERT INTO sign_in_codes (hash, account_id, expires_at) VALUES (?, ?, ?)',
        hash(code),
        accountId,
        now + codeLifeMs,
      )
      return code
    },
  }
}

const hash = (code: string): string => createHash('sha256').update(code).digest('base64url')
