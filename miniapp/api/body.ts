import type { Context } from 'koa'
import { DomainError } from '../../core/errors.js'

const jsonLimitBytes = 64 * 1024

/** A JSON body; an empty one reads as `{}`. @throws DomainError `request.not_json`, `request.too_large`. */
export async function readJson(ctx: Context): Promise<unknown> {
  const bytes = await readBytes(ctx, jsonLimitBytes, 'request.too_large')
  if (bytes.length === 0) return {}
  if (!ctx.is('application/json')) throw new DomainError('request.not_json')
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch {
    throw new DomainError('request.not_json')
  }
}

/** The body as it came, at most `limit` bytes. @throws DomainError `tooLarge`. */
export async function readBytes(ctx: Context, limit: number, tooLarge: string): Promise<Buffer> {
  const refuse = () => new DomainError(tooLarge, { mostMb: Math.round(limit / 1024 / 1024) })
  if (Number(ctx.headers['content-length'] ?? 0) > limit) throw refuse()
  const chunks: Buffer[] = []
  let size = 0
  // The stream stays open when the loop is left early: the refusal still has to go out on it.
  for await (const chunk of ctx.req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw refuse()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
