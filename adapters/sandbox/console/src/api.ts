import type { Bootstrap, MessagePage, TapResult, WireChat, WireMessage, WireSettings } from '../../wire.js'
import type { PanelState } from '../../host.js'
import { texts } from './texts.js'

/** The server said no, or was not there (`status` 0). `message` is shown. */
export class ApiError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
  }
}

/** Calls to the sandbox; shapes are those of wire.ts, checked by the server that shares the file. */
export const api = {
  bootstrap: (as: string | null) =>
    call<Bootstrap>('GET', `/bootstrap${as ? `?as=${encodeURIComponent(as)}` : ''}`),
  messages: (as: string, chatId: string, before?: number) =>
    call<MessagePage>(
      'GET',
      `/chats/${encodeURIComponent(chatId)}/messages?as=${encodeURIComponent(as)}${before ? `&before=${before}` : ''}`,
    ),
  say: (body: { as: string; chatId: string; text: string; clientId: string }) =>
    call<{ message: WireMessage }>('POST', '/messages', body),
  tap: (body: { as: string; messageId: string; actionId: string; values: Record<string, string> }) =>
    call<TapResult>('POST', '/taps', body),
  read: (body: { as: string; chatId: string; upToSeq: number }) => call<unknown>('POST', '/reads', body),
  openChat: (as: string, withId: string) => call<{ chat: WireChat }>('POST', '/chats', { as, withId }),
  openPage: (as: string, path: string) => call<{ url: string }>('POST', '/pages', { as, path }),
  personInfo: (id: string) => call<{ info: string | null }>('GET', `/people/${encodeURIComponent(id)}`),
  settings: (changes: Partial<WireSettings>) => call<WireSettings>('PUT', '/settings', changes),
  advanceClock: (ms: number) => call<PanelState>('POST', '/clock', { ms }),
}

async function call<Shape>(method: string, path: string, body?: unknown): Promise<Shape> {
  let response: Response
  try {
    response = await fetch(`/sandbox${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
  } catch {
    throw new ApiError(0, texts.failed)
  }
  const answer = (await response.json().catch(() => null)) as
    (Shape & { error?: { message?: string } }) | null
  if (!response.ok || answer === null)
    throw new ApiError(response.status, answer?.error?.message ?? texts.failed)
  return answer
}
