import { z } from 'zod'

/** A field of a document that its schema refuses: which one, and the rule in one sentence. */
export interface RuleProblem {
  /** As in `turns.0.from`; empty for the document as a whole. */
  path: string
  message: string
}

/** What a schema refuses, one sentence for each field: the first rule that it breaks. */
export function sayProblems(schema: z.ZodType, error: z.ZodError): RuleProblem[] {
  const said = new Map<string, string>()
  for (const issue of error.issues) {
    const path = issue.path.map(String)
    const key = path.join('.')
    if (!said.has(key)) said.set(key, [whereOf(schema, path), ruleOf(issue)].filter(Boolean).join('：'))
  }
  return [...said].map(([path, message]) => ({ path, message }))
}

const written = /[\u4e00-\u9fff]/

/** The rule in words: the schema's own where it has some, since the library speaks English. */
function ruleOf(issue: z.core.$ZodIssue): string {
  if (written.test(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      if (issue.message.endsWith('received undefined')) return '还没有填写'
      return issue.expected === 'int'
        ? '要填整数'
        : issue.expected === 'number'
          ? '要填数字'
          : '填写的内容不对'
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum))
    case 'too_big':
      return `${issue.origin === 'number' ? '不能大于' : '最多'} ${issue.maximum}${unitOf(issue.origin)}`
    case 'invalid_value':
      return '请从列出的选项里选'
    case 'unrecognized_keys':
      return `没有“${issue.keys.join('、')}”这一项`
    default:
      return '填写的内容不对'
  }
}

function tooSmall(origin: string, least: number): string {
  if (origin === 'number') return `不能小于 ${least}`
  if (least === 1) return origin === 'array' ? '至少要有一项' : '还没有填写'
  return `至少 ${least}${unitOf(origin)}`
}

const unitOf = (origin: string): string => ({ string: ' 个字', array: ' 项' })[origin] ?? ''

/** `第 2 项 · 到期日`: the rows on the way, and what the schema calls the field. */
function whereOf(schema: z.ZodType, path: readonly string[]): string {
  const rows = path.filter((part) => /^\d+$/.test(part)).map((part) => `第 ${Number(part) + 1} 项`)
  return [...rows, labelAt(schema, path)].filter(Boolean).join(' · ')
}

function labelAt(schema: z.ZodType, path: readonly string[]): string {
  let at: unknown = schema
  let label = ''
  for (const part of path) {
    at = bare(at)
    if (at instanceof z.ZodObject) at = (at.shape as Record<string, unknown>)[part]
    else if (at instanceof z.ZodArray) at = at.element
    // A row is named by its number; what stands in it has a name of its own.
    label = /^\d+$/.test(part) ? '' : labelOf(at)
  }
  return label
}

/** The first words of a description: what follows explains. */
const labelOf = (at: unknown): string =>
  at instanceof z.ZodType ? ((at.description ?? '').split(/[：；，（]/)[0] ?? '') : ''

function bare(schema: unknown): unknown {
  let at = schema
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault) at = at.unwrap()
  return at
}
