import type { Context } from 'koa'

export type Body =
  { ok: true; fields: Record<string, unknown> } | { ok: false; status: number; message: string }

/** Reads a body as it came. Nothing is believed about its length: counting stops at the limit. Null: larger. */
export async function readBytes(ctx: Context, mostBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  // The stream stays open when the loop is left early: the refusal still has to go out on it.
  for await (const chunk of ctx.req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Reads a small JSON or form body. */
export async function readBody(ctx: Context, mostBytes: number): Promise<Body> {
  const bytes = await readBytes(ctx, mostBytes)
  if (!bytes) return { ok: false, status: 413, message: '提交的内容太大' }
  const text = bytes.toString('utf8')
  if (ctx.is('application/x-www-form-urlencoded'))
    return { ok: true, fields: Object.fromEntries(new URLSearchParams(text)) }
  if (!ctx.is('application/json')) return { ok: false, status: 415, message: '请用 JSON 或表单格式提交' }
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return { ok: true, fields: parsed as Record<string, unknown> }
    }
  } catch {
    // Falls through: not JSON is the same answer as not an object.
  }
  return { ok: false, status: 400, message: '提交的内容不是有效的 JSON' }
}
