import { DomainError } from '../../core/errors.js'
import { WireError } from '../../adapters/shared/wire-error.js'
import { stopwatch } from '../../core/ports/clock.js'
import { createChance, mutate } from './mutate.js'
import { targets, type Target } from './targets.js'

/** What a run may keep for itself, megabytes: more is a decoder that forgets nothing. */
const mostGrownMb = 20

export interface FuzzResult {
  inputs: number
  refused: number
  slowestMs: number
  slowest: string
  /** Growth of the heap after the first tenth, megabytes; with `--expose-gc` after a collection. */
  grownMb: number
  /** Throws that are not typed, with the input, at most ten; and memory that was kept, where it can be told. */
  faults: string[]
}

const heapMb = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1024 / 1024
}

/** Feeds every decoder in turn until `inputs` are done or `until` (stopwatch) is past. */
export async function runFuzz({
  seed,
  inputs,
  until = Infinity,
  only = '',
  among = targets,
}: {
  seed: number
  inputs: number
  until?: number
  /** A part of the names of the decoders that are fed; all by default. */
  only?: string
  among?: readonly Target[]
}): Promise<FuzzResult> {
  const fed = among.filter(({ name }) => name.includes(only))
  const chance = createChance(seed)
  const result: FuzzResult = { inputs: 0, refused: 0, slowestMs: 0, slowest: '', grownMb: 0, faults: [] }
  let early: number | null = null
  for (; result.inputs < inputs; result.inputs += 1) {
    if (result.inputs % 1_000 === 0 && stopwatch() > until) break
    if (early === null && result.inputs >= inputs / 10) early = heapMb()
    const target = fed[result.inputs % fed.length]
    const sample = target?.samples[chance.below(target.samples.length)]
    if (!target || !sample) continue
    const input = mutate(chance, sample)
    const startedAt = stopwatch()
    try {
      const reading = target.read(input)
      // Waiting for what is there already would cost more than most decoders do.
      if (reading instanceof Promise) await reading
    } catch (error) {
      result.refused += 1
      if (!(error instanceof WireError) && !(error instanceof DomainError) && result.faults.length < 10)
        result.faults.push(`${target.name}: ${String(error)}: ${input.toString('base64')}`)
    }
    const ms = stopwatch() - startedAt
    if (ms > result.slowestMs) Object.assign(result, { slowestMs: ms, slowest: target.name })
  }
  result.grownMb = heapMb() - (early ?? heapMb())
  if (globalThis.gc && result.grownMb > mostGrownMb)
    result.faults.push(`the heap grew by ${result.grownMb.toFixed(1)} MB`)
  if (Object.hasOwn(Object.prototype, 'r') || Object.keys(Object.prototype).length > 0)
    result.faults.push('the prototype of all objects was changed')
  return result
}
