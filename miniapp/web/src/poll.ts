import { onScopeDispose, watch, type WatchSource } from 'vue'

/** Looks again every `ms` while `isOn` says so and the page can be seen; the next look waits for the last answer. */
export function usePoll(look: () => Promise<void>, ms: number, isOn: WatchSource<boolean>): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let running = false

  async function tick(): Promise<void> {
    if (!document.hidden) await look()
    if (running) timer = setTimeout(() => void tick(), ms)
  }

  watch(
    isOn,
    (on) => {
      clearTimeout(timer)
      running = on
      if (on) timer = setTimeout(() => void tick(), ms)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    running = false
    clearTimeout(timer)
  })
}
