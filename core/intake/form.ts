import type { IntakeForm } from '../playbook/intake.js'
import { findMoney } from '../understanding/money.js'
import { normalisePhone } from '../understanding/phones.js'
import type { Interest } from './intake.js'

export interface FieldProblem {
  field: string
  message: string
}

const limits = {
  name: 60,
  phone: 40,
  company: 120,
  email: 120,
  wechat: 60,
  need: 2000,
  city: 40,
  budget: 60,
} as const
type Field = keyof typeof limits

const labels: Record<Field, string> = {
  name: '姓名',
  phone: '手机号',
  company: '公司',
  email: '邮箱',
  wechat: '微信号',
  need: '需求',
  city: '城市',
  budget: '预算',
}

/** A trap: people do not see this field, programs fill it in. */
export const honeypotField = 'website'

/** True when a program filled in the form. It is told that all is well, and nothing is stored. */
export const isTrapped = (body: Record<string, unknown>): boolean => {
  const bait = body[honeypotField]
  return typeof bait === 'string' && bait.trim() !== ''
}

/**
 * Checks a posted form by its rules in the playbook (P-74).
 *
 * @returns the interest, or every problem with the field it is about.
 */
export function readForm(
  form: IntakeForm,
  body: Record<string, unknown>,
): { ok: true; interest: Interest } | { ok: false; problems: FieldProblem[] } {
  const problems: FieldProblem[] = []
  const values = {} as Record<Field, string>
  for (const field of Object.keys(limits) as Field[]) {
    const raw = body[field] ?? ''
    const value = typeof raw === 'string' || typeof raw === 'number' ? String(raw).trim() : null
    if (value === null) problems.push({ field, message: `${labels[field]}要写成文字` })
    else if (value.length > limits[field])
      problems.push({ field, message: `${labels[field]}最多 ${limits[field]} 个字` })
    values[field] = value?.slice(0, limits[field]) ?? ''
  }
  for (const field of form.required) {
    if (!values[field] && !problems.some((problem) => problem.field === field)) {
      problems.push({ field, message: `请填写${labels[field]}` })
    }
  }
  const phone = values.phone ? normalisePhone(values.phone) : null
  if (phone && !phone.ok)
    problems.push({ field: 'phone', message: '手机号不对，请填写 11 位手机号，或带区号的座机' })
  if (values.email && !/^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(values.email))
    problems.push({ field: 'email', message: '邮箱格式不对' })
  else if (values.email && form.mailDomains.length > 0) {
    const domain = values.email.split('@')[1]?.toLowerCase()
    if (!form.mailDomains.some((allowed) => allowed.toLowerCase() === domain)) {
      problems.push({ field: 'email', message: '请使用企业邮箱' })
    }
  }
  if (problems.length > 0) return { ok: false, problems }
  const budget = values.budget ? findMoney(`预算${values.budget}`, { spokenUnits: true })[0] : undefined
  return {
    ok: true,
    interest: {
      lead: {
        name: values.name,
        company: values.company,
        phone: phone?.ok ? phone.value : null,
        email: values.email || null,
        wechat: values.wechat || null,
        need: values.need,
        source: form.source,
        budgetMinCents: budget?.minCents ?? budget?.valueCents ?? null,
        budgetMaxCents: budget?.maxCents ?? budget?.valueCents ?? null,
      },
      channel: `form:${form.key}`,
      chatName: form.name,
      senderName: values.name,
      text: [values.need, values.budget && `预算：${values.budget}`, values.city && `城市：${values.city}`]
        .filter(Boolean)
        .join('\n'),
      place: values.city || null,
    },
  }
}
