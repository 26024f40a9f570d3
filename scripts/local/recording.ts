import type { z } from 'zod'
import { eventSchema } from '../../bot/pipeline.js'
import type { InboundEvent } from '../../core/ports/inbound.js'
import { Refusal } from './installation.js'

/**
 * Reads recorded events: one JSON document (an event or a list of them), or JSON Lines.
 *
 * @throws Refusal naming the line or the place in the list, and the field that is wrong.
 */
export function readRecording(text: string, file: string): InboundEvent[] {
  const whole = parse(text)
  if (whole.ok) {
    const isList = Array.isArray(whole.value)
    const list: unknown[] = isList ? (whole.value as unknown[]) : [whole.value]
    return list.map((value, at) => check(value, isList ? `${file} 第 ${at + 1} 项` : file))
  }
  const events: InboundEvent[] = []
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (!line.trim()) continue
    const where = `${file} 第 ${at + 1} 行`
    const parsed = parse(line)
    if (!parsed.ok) throw new Refusal(`${where}不是 JSON：${parsed.problem}`)
    events.push(check(parsed.value, where))
  }
  return events
}

function parse(text: string): { ok: true; value: unknown } | { ok: false; problem: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) }
  }
}

function check(value: unknown, where: string): InboundEvent {
  const parsed = eventSchema.safeParse(value)
  if (parsed.success) return parsed.data as InboundEvent
  const problems = parsed.error.issues.map(
    (issue: z.core.$ZodIssue) => `  ${issue.path.join('.') || '整个事件'}：${issue.message}`,
  )
  throw new Refusal(`${where}不是可以重放的事件：\n${problems.join('\n')}`)
}
