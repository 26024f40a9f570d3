import type { Push } from '../../wire.js'
import { state } from './state.js'
import { applyPush } from './sync.js'

const firstPauseMs = 400
const longestPauseMs = 8000

let socket: WebSocket | null = null
let pauseMs = firstPauseMs
let wanted = ''

/** Says on the socket who the console is now; opens it when it is not open. */
export function be(accountId: string): void {
  wanted = accountId
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'be', accountId }))
}

/** Keeps a socket open. `onReconnect` runs after a break: what was pushed meanwhile has to be asked for. */
export function connect(onReconnect: () => void): void {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const current = new WebSocket(`${scheme}://${location.host}/sandbox/ws`)
  socket = current
  current.addEventListener('open', () => {
    const isBack = pauseMs > firstPauseMs
    pauseMs = firstPauseMs
    state.online = true
    if (wanted) be(wanted)
    if (isBack) onReconnect()
  })
  // The server that sends shares the type with us.
  current.addEventListener('message', (event) => applyPush(JSON.parse(String(event.data)) as Push))
  current.addEventListener('close', () => {
    state.online = false
    setTimeout(() => connect(onReconnect), pauseMs)
    pauseMs = Math.min(longestPauseMs, pauseMs * 2)
  })
}
