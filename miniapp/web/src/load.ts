import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue'
import type { LiveEvent } from '../../contract/live.js'
import { RequestFailed } from './api.js'
import { onLive } from './live.js'
import { texts } from './texts.js'

export interface Loaded<Data> {
  data: ShallowRef<Data | null>
  /** A sentence to show, while there is nothing else to show. */
  problem: Ref<{ status: number; message: string } | null>
  loading: Ref<boolean>
  reload: () => Promise<void>
}

/** Several changes of one step come together; one look is enough for them. */
const settleMs = 80

/**
 * Fetches what a page shows, again when `when` changes (from nothing) or when a live event matters (quietly, in place).
 * Only the newest request counts; leaving the page cancels it.
 */
export function useLoad<Data>(
  fetch: (signal: AbortSignal) => Promise<Data>,
  {
    when,
    matters = () => true,
  }: { when?: WatchSource<unknown>; matters?: (event: LiveEvent) => boolean } = {},
): Loaded<Data> {
  const data = shallowRef<Data | null>(null)
  const problem = ref<{ status: number; message: string } | null>(null)
  const loading = ref(false)
  let running: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  async function reload(): Promise<void> {
    running?.abort()
    const mine = new AbortController()
    running = mine
    loading.value = true
    try {
      const answer = await fetch(mine.signal)
      if (running !== mine) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (running !== mine || mine.signal.aborted) return
      const status = error instanceof RequestFailed ? error.status : -1
      // A page that lost its row must not go on showing it; one that lost the network may.
      if (status === 404 || status === 403) data.value = null
      problem.value = { status, message: error instanceof Error ? error.message : texts.problems.unknown }
    } finally {
      if (running === mine) loading.value = false
    }
  }

  onLive((event) => {
    // The first event starts the wait and later ones join it: a steady stream must not put the look off for ever.
    if (timer !== undefined || (event && !matters(event))) return
    timer = setTimeout(() => {
      timer = undefined
      void reload()
    }, settleMs)
  })
  onScopeDispose(() => {
    running?.abort()
    running = null
    clearTimeout(timer)
  })
  if (when) {
    watch(when, () => {
      data.value = null
      problem.value = null
      void reload()
    })
  }
  void reload()
  return { data, problem, loading, reload }
}
