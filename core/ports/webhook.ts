/** An HTTP way in of a platform, free of any web framework: the server hands over raw bytes, the channel decides. */
export interface Webhook {
  /** Below `/hooks/`, e.g. `wecom/app`. */
  path: string
  /** Larger bodies are refused with 413 before the channel sees them. */
  maxBytes: number
  /** Never throws: what is wrong with a request is in its answer and in the channel's log. */
  handle(request: WebhookRequest): Promise<WebhookAnswer>
}

export interface WebhookRequest {
  method: 'GET' | 'POST'
  query: URLSearchParams
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer
  ip: string
}

export interface WebhookAnswer {
  status: number
  /** Content type; default `text/plain`. */
  type?: string
  body?: string
}
