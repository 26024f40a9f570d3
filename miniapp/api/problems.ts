import type { Context, Next } from 'koa'
import type { z } from 'zod'
import { DomainError, PlatformError } from '../../core/errors.js'
import type { RuleProblem } from '../../core/playbook/problems.js'
import type { Problem } from '../contract/common.js'
import { refusalFor } from './texts.js'

export interface ApiLog {
  error(about: object, message: string): void
}

/** Turns what was thrown into a status and a calm sentence. A bug tells people nothing of itself; the log has it. */
export function answerProblems(log: ApiLog) {
  return async (ctx: Context, next: Next): Promise<void> => {
    ctx.set('cache-control', 'no-store')
    try {
      await next()
    } catch (error) {
      if (ctx.headerSent) throw error
      const { code, data } = causeOf(error)
      const { status, message, field } = refusalFor(code, data)
      if (status === 500) log.error({ err: error, path: ctx.path }, 'request failed')
      const problem: Problem = { code, message }
      if (Array.isArray(data.fields)) problem.fields = data.fields as Problem['fields']
      else if (Array.isArray(data.problems))
        problem.fields = (data.problems as RuleProblem[]).map(({ path, message: said }) => ({
          field: path,
          message: said,
        }))
      else if (field) problem.fields = [{ field, message }]
      ctx.status = status
      ctx.body = problem
    }
  }
}

/** @throws DomainError `request.invalid` naming every field once, with the first thing that is wrong with it. */
export function parse<Shape extends z.ZodType>(shape: Shape, input: unknown): z.infer<Shape> {
  const read = shape.safeParse(input)
  if (read.success) return read.data
  const first = new Map<string, string>()
  for (const { path, message } of read.error.issues)
    if (!first.has(path.join('.'))) first.set(path.join('.'), message)
  throw new DomainError('request.invalid', {
    fields: [...first].map(([field, message]) => ({ field, message })),
  })
}

function causeOf(error: unknown): { code: string; data: Record<string, unknown> } {
  if (error instanceof DomainError) return error
  if (error instanceof PlatformError) return { code: 'session.platform_down', data: {} }
  return { code: 'internal', data: {} }
}
