/** Runs `work` soon after the first call; calls in between are covered by the same run. `end` is for good. */
export function coalesce(ms: number, work: () => void): { (): void; end(): void } {
  let timer: NodeJS.Timeout | null = null
  let ended = false
  const call = (): void => {
    if (ended) return
    timer ??= setTimeout(() => {
      timer = null
      work()
    }, ms)
  }
  return Object.assign(call, {
    end(): void {
      ended = true
      if (timer) clearTimeout(timer)
    },
  })
}
