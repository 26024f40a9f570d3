import { describe, expect, it, vi } from 'vitest'
import { createWaitingList } from '../../../core/inbox/waiting-list.js'

const bounds = { mostEntries: 100, mostBytes: 10_000, batchEntries: 50, batchBytes: 5000 }

describe('what waits to be stored', () => {
  it('does not fall with a neighbour that cannot be stored', async () => {
    const stored: number[] = []
    const list = createWaitingList<number, string>(async (entries) => {
      await Promise.resolve()
      if (entries.includes(3)) throw new Error('3 cannot be stored')
      stored.push(...entries)
      return entries.map((entry) => `kept ${entry}`)
    }, bounds)
    const answers = await Promise.allSettled([1, 2, 3, 4, 5].map((entry) => list.add(entry, 10)))
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'refused'))).toEqual([
      'kept 1',
      'kept 2',
      'refused',
      'kept 4',
      'kept 5',
    ])
    expect(stored).toEqual([1, 2, 4, 5])
    await vi.waitFor(() => expect(list.size()).toEqual({ entries: 0, bytes: 0 }))
  })
})
