import { createHash, timingSafeEqual } from 'node:crypto'
import type { OutreachReceipt, OutreachReceiptSink } from '../../core/ports/outreach.js'
import type { Webhook } from '../../core/ports/webhook.js'

export interface ReceiptHook {
  path: string
  /** Comes as `?token=`; null: receipts are not taken. */
  token: string | null
  /** @returns null when the body is none of this provider's. */
  read: (body: unknown) => OutreachReceipt[] | null
  sink: () => OutreachReceiptSink
}

const mostBytes = 256 * 1024

/**
 * Where Tencent Cloud reports what became of a message. It signs nothing, so the address itself carries a secret. The
 * provider asks for `{"result":0}` and reports again until it reads that.
 */
export function receiptHook({ path, token, read, sink }: ReceiptHook): Webhook[] {
  if (!token) return []
  return [
    {
      path,
      maxBytes: mostBytes,
      async handle({ method, query, body }) {
        if (method !== 'POST' || !isSame(query.get('token') ?? '', token)) return { status: 403 }
        const receipts = read(parse(body))
        if (!receipts) return { status: 400 }
        try {
          await sink()(receipts)
        } catch {
          return { status: 503 }
        }
        return { status: 200, type: 'application/json', body: '{"result":0,"errmsg":"OK"}' }
      },
    },
  ]
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}

/** In constant time whatever the lengths. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
