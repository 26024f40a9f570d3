import { expect, it } from 'vitest'
import { runFuzz } from '../fuzz/run.js'

it('finds no input that makes a decoder throw anything but its typed error', async () => {
  expect((await runFuzz({ seed: 7, inputs: 15_000 })).faults).toEqual([])
})
