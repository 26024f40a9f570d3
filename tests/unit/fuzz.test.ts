import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { runFuzz } from '../fuzz/run.js'

it('finds no input that makes a decoder throw anything but its typed error', async () => {
  expect((await runFuzz({ seed: 7, inputs: 15_000 })).faults).toEqual([])
})

it('finds a decoder that keeps what it has read', async () => {
  const before = globalThis.gc
  setFlagsFromString('--expose-gc')
  globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction
  const kept: number[][] = []
  const leak = {
    name: 'leak',
    samples: [Buffer.from('x')],
    read: () => void kept.push(Array<number>(5_000).fill(kept.length)),
  }
  const { faults } = await runFuzz({ seed: 1, inputs: 1_000, among: [leak] })
  expect(faults).toEqual([expect.stringMatching(/^the heap grew by \d+/)])
  if (before) globalThis.gc = before
  else delete globalThis.gc
})
