import { measureBareHttp, measurePreparedInsert } from './floors.js'
import type { Bench } from './report.js'

/** The floors by themselves: how fast this machine is, so that numbers of two machines can be compared. */
export const floorBenches: Bench[] = [
  {
    name: 'floor: bare Node HTTP, 1 kB POST',
    group: 'floor',
    async run() {
      const value = await measureBareHttp({ method: 'POST', body: 'x'.repeat(1024) })
      return { value, unit: 'requests/s', target: null }
    },
  },
  {
    name: 'floor: prepared insert, 16 columns × 500 rows',
    group: 'floor',
    async run() {
      const text = 'a value of usual length'
      const value = measurePreparedInsert({
        row: (i) => [String(i).padStart(26, '0'), i, ...Array.from({ length: 14 }, () => text)],
      })
      return { value, unit: 'rows/s', target: null }
    },
  },
]
