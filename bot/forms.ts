import { createHash } from 'node:crypto'
import { Router } from '@koa/router'
import type { Context } from 'koa'
import { systemActor } from '../core/actor.js'
import type { Core } from '../core/app.js'
import { isTrapped, readForm, type FieldProblem } from '../core/intake/form.js'
import type { Interest } from '../core/intake/intake.js'
import type { IntakeForm } from '../core/playbook/intake.js'
import type { SharedState } from '../core/ports/shared-state.js'
import { readBody } from './body.js'
import type { Log } from './log.js'

const largestBody = 32 * 1024
/** Two posts of the same words within this time are one, where the page sends no key of its own. */
const repeatWindowMs = 10 * 60_000

export interface FormsDeps {
  core: Core
  /** Rate limits that hold in all processes together. */
  state: SharedState
  /** Says that there is work in the inbox. */
  wake: () => void
  log: Log
}

interface FormAnswer {
  status: number
  body: { ok: true } | { ok: false; message: string; fields?: FieldProblem[] }
}

/**
 * `POST /intake/forms/:key`: leads from web pages. JSON or a plain HTML form.
 *
 * An `Idempotency-Key` header names one submission: a retry with the same key gets the first answer and stores nothing.
 */
export function createForms({ core, state, wake, log }: FormsDeps): Router {
  const router = new Router({ prefix: '/intake/forms' })

  router.options('/:key', async (ctx) => {
    const form = await findForm(core, ctx.params['key'])
    if (!form || !allowOrigin(ctx, form)) return
    ctx.set('Access-Control-Allow-Methods', 'POST')
    ctx.set('Access-Control-Allow-Headers', 'content-type, idempotency-key')
    ctx.set('Access-Control-Max-Age', '600')
    ctx.status = 204
  })

  router.post('/:key', async (ctx) => {
    const form = await findForm(core, ctx.params['key'])
    if (!form) return reply(ctx, { status: 404, body: { ok: false, message: '没有这个表单' } })
    if (!allowOrigin(ctx, form))
      return reply(ctx, { status: 403, body: { ok: false, message: '这个网站不能提交此表单' } })
    const limit = { points: form.perMinute, windowMs: 60_000 }
    const waitMs = await state.take(`form:${form.key}:${ctx.ip}`, limit)
    if (waitMs > 0) {
      ctx.set('Retry-After', String(Math.ceil(waitMs / 1000)))
      return reply(ctx, { status: 429, body: { ok: false, message: '提交得太频繁，请稍后再试' } })
    }
    const body = await readBody(ctx, largestBody)
    if (!body.ok) return reply(ctx, { status: body.status, body: { ok: false, message: body.message } })
    return reply(ctx, await submit(core, form, body.fields, ctx.get('idempotency-key'), { wake, log }))
  })
  return router
}

async function submit(
  core: Core,
  form: IntakeForm,
  fields: Record<string, unknown>,
  key: string,
  { wake, log }: Pick<FormsDeps, 'wake' | 'log'>,
): Promise<FormAnswer> {
  // A program that fell into the trap is told that all is well: it learns nothing and nothing is stored.
  if (isTrapped(fields)) return { status: 202, body: { ok: true } }
  const read = readForm(form, fields)
  if (!read.ok)
    return { status: 422, body: { ok: false, message: '请检查填写的内容', fields: read.problems } }
  const accepted = await core.inbox.accept({
    channel: `form:${form.key}`,
    eventId: key.trim() || fingerprint(fields, core.clock.now()),
    body: JSON.stringify({ form: form.key, fields }),
  })
  if (accepted.isNew) {
    try {
      await finishForm(core, accepted.id, read.interest)
    } catch (error) {
      // It is stored and acknowledged: the inbox keeps it, and the sweeper goes on with it.
      log.error({ inboxId: accepted.id, err: error }, 'a form post could not be worked on at once')
    }
    wake()
  }
  return { status: 202, body: { ok: true } }
}

/** Works on a form post that was stored and not finished, e.g. because the process died between the two. */
export async function resumeForm(core: Core, inboxId: string, channel: string, body: unknown): Promise<void> {
  const form = await findForm(core, channel.slice('form:'.length))
  const fields = typeof body === 'object' && body !== null && 'fields' in body ? body.fields : null
  const read =
    form && typeof fields === 'object' && fields !== null
      ? readForm(form, fields as Record<string, unknown>)
      : null
  if (read?.ok) await finishForm(core, inboxId, read.interest)
  else
    await core.write((tx) =>
      core.inbox.finish(tx, inboxId, { outcome: 'the form or its rules have changed' }),
    )
}

async function finishForm(core: Core, inboxId: string, interest: Interest): Promise<void> {
  await core.write(async (tx) => {
    const { outcome } = await core.intake.capture(tx, systemActor('form'), interest)
    if (!(await core.inbox.finish(tx, inboxId, { outcome }))) throw new Error('finished by somebody else')
  })
}

async function findForm(core: Core, key: string | undefined): Promise<IntakeForm | null> {
  const { forms } = await core.read((tx) => core.playbook.get(tx, 'intake'))
  return forms.find((form) => form.key === key) ?? null
}

/** Pages on the list may post; so may callers that are no browser page at all (no Origin). */
function allowOrigin(ctx: Context, form: IntakeForm): boolean {
  const origin = ctx.get('origin')
  if (!origin) return true
  ctx.vary('Origin')
  if (!form.allowOrigins.includes(origin)) return false
  ctx.set('Access-Control-Allow-Origin', origin)
  return true
}

function fingerprint(fields: Record<string, unknown>, now: Date): string {
  const window = Math.floor(now.getTime() / repeatWindowMs)
  const sorted = JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
  return createHash('sha256').update(`${window}|${sorted}`).digest('hex')
}

function reply(ctx: Context, { status, body }: FormAnswer): void {
  ctx.status = status
  ctx.body = body
}
