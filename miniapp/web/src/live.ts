import { onScopeDispose } from 'vue'
import type { LiveEvent } from '../../contract/live.js'

type Listener = (event: LiveEvent | null) => void

const listeners = new Set<Listener>()
const retryMs = 4000
let source: EventSource | null = null
let wasLost = false

/** Opens the one stream of this page; a second call changes nothing. */
export function startLive(): void {
  if (source) return
  source = new EventSource('/api/live')
  source.onopen = () => {
    // What happened in between was not told: everything on show asks again.
    if (wasLost) tell(null)
    wasLost = false
  }
  source.onerror = () => {
    wasLost = true
    if (source?.readyState !== EventSource.CLOSED) return
    stopLive()
    setTimeout(startLive, retryMs)
  }
  source.onmessage = ({ data }: MessageEvent<string>) => tell(JSON.parse(data) as LiveEvent)
}

export function stopLive(): void {
  source?.close()
  source = null
}

/** Calls back for every change, and with null when some may have been missed. Ends with the component. */
export function onLive(listener: Listener): void {
  listeners.add(listener)
  onScopeDispose(() => listeners.delete(listener))
}

function tell(event: LiveEvent | null): void {
  for (const listener of listeners) listener(event)
}

// A page that slept in the background may have lost its stream without noticing.
let hiddenAt = 0
document.addEventListener('visibilitychange', () => {
  if (document.hidden) hiddenAt = Date.now()
  else if (source && hiddenAt > 0 && Date.now() - hiddenAt > 30_000) tell(null)
})
