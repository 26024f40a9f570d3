import { systemActor } from '../core/actor.js'
import type { Core } from '../core/app.js'
import { faultPoint } from '../core/fault-points.js'
import { readFact, writeFact } from '../core/org/installation.js'
import type { AdjustableClock } from '../core/ports/clock.js'

const factName = 'clock-offset-ms'
/** A month at a time is enough to see every ladder end. */
const mostMs = 31 * 24 * 3_600_000

/** The stored offset of an earlier run; zero without one. */
export async function storedOffset(core: Core): Promise<number> {
  const value = await core.read((tx) => readFact(tx, factName))
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0
}

/**
 * Pushes the clock forward for everybody. Stored first: after a crash the time that deadlines were fired at must not be
 * in the future.
 *
 * @param realPlatforms - while one is bound, time is not ours to move.
 */
export async function advanceClock(
  core: Core,
  clock: AdjustableClock,
  ms: number,
  realPlatforms: number,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  if (realPlatforms > 0) return { ok: false, reason: '已绑定正式平台，不能拨动时钟' }
  if (!Number.isFinite(ms) || ms <= 0 || ms > mostMs)
    return { ok: false, reason: '一次可以往前拨 1 秒到 31 天' }
  await core.write(async (tx) => {
    await writeFact(tx, factName, clock.offsetMs() + ms)
    await core.changes.append(tx, systemActor('clock'), {
      subject: { type: 'installation', id: 'clock' },
      kind: 'clock.advanced',
      data: { ms },
    })
  })
  faultPoint('clock.after-commit')
  clock.advance(ms)
  return { ok: true }
}
