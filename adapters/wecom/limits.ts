import type { RateLimit, SharedState } from '../../core/ports/shared-state.js'
import { failure } from './calls.js'

/**
 * WeCom drops what one member or one bot chat gets beyond 30 a minute and 1,000 an hour, and still answers ok. Our
 * windows are half of theirs with a third and a half of the points: however the two lie to each other, any minute
 * meets three of ours at most and any hour two.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90312
 */
const perChat: RateLimit[] = [
  { points: 10, windowMs: 30_000 },
  { points: 500, windowMs: 3_600_000 },
]

/** @throws PlatformError `rate_limited` with the time to wait. */
export async function takeTurn(state: SharedState, chat: string): Promise<void> {
  for (const limit of perChat) {
    const wait = await state.take(`wecom:chat:${limit.windowMs}:${chat}`, limit)
    if (wait > 0) throw failure('rate_limited', true, wait)
  }
}
