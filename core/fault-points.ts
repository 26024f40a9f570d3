/**
 * Named instants at which a process may be told to die, so that tests can prove that nothing is lost there. Disarmed
 * (the normal case) a point costs one comparison.
 */
export const faultPoints = [
  'inbox.before-commit',
  'inbox.after-commit',
  'pipeline.before-commit',
  'pipeline.after-commit',
  'relay.after-claim',
  'relay.before-commit',
  'relay.after-commit',
  'delivery.after-claim',
  'delivery.after-send',
  'delivery.before-receipt-commit',
  'delivery.before-urge',
  'reminder.after-handed',
  'reminder.after-send',
  'tap.before-commit',
  'tap.after-commit',
  'deadline.after-claim',
  'deadline.before-commit',
  'deadline.after-commit',
  'card-update.after-send',
  'clock.after-commit',
] as const
export type FaultPoint = (typeof faultPoints)[number]

let armed: { point: FaultPoint; passes: number } | null = null

/** @param spec - `<point>` or `<point>:<n>`: dies when the point is reached for the nth time. */
export function armFaultPoint(spec: string | undefined): void {
  if (!spec) return
  const [name, nth] = spec.split(':')
  const point = faultPoints.find((candidate) => candidate === name)
  if (!point) throw new RangeError(`unknown fault point ${name ?? ''}`)
  armed = { point, passes: Number(nth ?? 1) }
}

/** Dies here by SIGKILL (no clean-up runs) when armed for this point. */
export function faultPoint(point: FaultPoint): void {
  if (armed?.point !== point) return
  armed.passes -= 1
  if (armed.passes === 0) process.kill(process.pid, 'SIGKILL')
}
