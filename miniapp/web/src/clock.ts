import { onScopeDispose, ref, type Ref } from 'vue'

let offsetMs = 0

/** Keeps the page on the server's time: countdowns end when the server says so. */
export function setServerTime(iso: string | null): void {
  const at = iso ? Date.parse(iso) : NaN
  if (!Number.isNaN(at)) offsetMs = at - Date.now()
}

export const serverNow = (): number => Date.now() + offsetMs

/** The server's time in milliseconds, moving once a second while it is used. */
export function useNow(): Ref<number> {
  const now = ref(serverNow())
  const timer = setInterval(() => (now.value = serverNow()), 1000)
  onScopeDispose(() => clearInterval(timer))
  return now
}
