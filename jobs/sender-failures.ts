import { LeaseLost } from '../core/db/lease.js'
import type { Claimed } from '../core/deliveries/claims.js'
import { shownStates } from '../core/deliveries/delivery.js'
import { PlatformError } from '../core/errors.js'
import { refusalCause } from '../core/org/refusals.js'
import type { SenderDeps } from './sender.js'
import { findWay } from './sender-route.js'

/** Credentials are mended by people: trying more often than this helps nobody. */
const mendMs = 5 * 60_000

/** It left, and what the platform did with it is not known. */
const unclear: ReadonlySet<string> = new Set(['timeout', 'odd_body', 'bad_answer'])

/**
 * What a failed try leads to: a refused account makes room for the person's next one, refused credentials are told to
 * the admins while the message is kept, an outcome that nobody knows is written down as such.
 */
export function createFailures({ core, messengers, log }: Pick<SenderDeps, 'core' | 'messengers' | 'log'>) {
  /** A list is no way to reach anybody: a refusal says nothing about the account, and waits for nothing. */
  async function failedTodo(delivery: Claimed, refusal: PlatformError | null): Promise<void> {
    const isWritten = shownStates.includes(delivery.state)
    const isOurs = refusal !== null && refusalCause(refusal) === 'credentials'
    const mayHaveArrived = refusal !== null && unclear.has(refusal.code)
    const failure = {
      reason: refusal?.code ?? 'internal',
      retryable: isOurs || (refusal?.retryable ?? true),
      ...(refusal?.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
      ...(isOurs ? { retryAfterMs: mendMs } : {}),
      mayHaveArrived: mayHaveArrived || (isWritten && delivery.interrupted),
    }
    await core.write(async (tx) => {
      if (refusal?.code === 'todo_not_permitted' && !isWritten)
        return core.deliveries.markSkipped(tx, delivery, refusal.code, { passOn: false })
      if (isOurs) await core.credentials.broke(tx, { platform: refusal.platform, code: refusal.code })
      return core.deliveries.markFailed(tx, delivery, failure)
    })
  }

  return async (delivery: Claimed, error: unknown): Promise<void> => {
    // It is in other hands, and nothing went out from here.
    if (error instanceof LeaseLost) return
    const refusal = error instanceof PlatformError ? error : null
    log.warn(
      {
        deliveryId: delivery.id,
        card: delivery.card,
        channel: delivery.channel,
        code: refusal?.code,
        err: refusal ? undefined : error,
      },
      'a delivery failed',
    )
    if (delivery.channel === 'todo') return failedTodo(delivery, refusal)
    const cause = refusal ? refusalCause(refusal) : 'other'
    const isCard = delivery.channel === 'messenger'
    const isUpdate = isCard && shownStates.includes(delivery.state) && delivery.platformMessageId !== null
    const way = isCard ? await core.read((tx) => findWay(core, tx, delivery, messengers)) : null
    const found = way && typeof way !== 'string' ? way : null
    const mayHaveArrived = refusal?.code === 'timeout'
    const timedOut = mayHaveArrived && !isUpdate
    const isRecognised = found?.messenger.capabilities(found.to).idempotentSend ?? false
    const platform = found?.messenger.platform
    const failure = {
      reason: refusal?.code ?? 'internal',
      retryable: refusal?.retryable ?? true,
      ...(refusal?.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
      ...(platform ? { platform } : {}),
      // An update that the one before left on its way stays under suspicion.
      mayHaveArrived: mayHaveArrived || (isUpdate && delivery.interrupted),
    }
    await core.write(async (tx) => {
      if (timedOut && !isRecognised) return core.deliveries.markUnknown(tx, delivery, 'timeout')
      if (cause === 'credentials' && refusal) {
        await core.credentials.broke(tx, { platform: refusal.platform, code: refusal.code })
        return core.deliveries.markFailed(tx, delivery, { ...failure, retryable: true, retryAfterMs: mendMs })
      }
      if (cause === 'recipient' && found?.account && !isUpdate) {
        await core.bindings.refused(tx, found.account, failure.reason)
        // The next look finds the person's next account, or waits for one.
        return core.deliveries.markFailed(tx, delivery, { ...failure, retryable: true, retryAfterMs: 0 })
      }
      return core.deliveries.markFailed(tx, delivery, failure)
    })
  }
}
