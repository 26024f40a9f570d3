import type { LadderInput, LadderStepInput } from '../../contract/ladders.js'
import { adminTexts } from './admin-texts.js'

/** A span of a ladder as a form holds it: `-30m` is 30 minutes, whose sign is kept elsewhere. */
export interface SpanForm {
  n: number
  unit: 'm' | 'h' | 'd'
}

export type Anchor = 'before' | 'due' | 'after' | 'start'

/** A step as a person fills it in. */
export interface StepForm {
  /** For the list on the page only: a step that moves is still the same. */
  key: number
  anchor: Anchor
  span: SpanForm
  do: string
  who: string
  every: SpanForm | null
  times: number
  again: boolean
}

export interface LadderForm {
  dueIn: SpanForm
  time: LadderInput['time']
  whenAway: 'next' | 'wait'
  steps: StepForm[]
}

let keys = 0

export function readSpan(text: string): SpanForm {
  const match = /^[+-]?(\d+)([mhd])$/.exec(text)
  return { n: Number(match?.[1] ?? 0), unit: (match?.[2] as SpanForm['unit'] | undefined) ?? 'm' }
}

export const writeSpan = ({ n, unit }: SpanForm): string => `${n}${unit}`

export const sayForm = ({ n, unit }: SpanForm): string => `${n} ${adminTexts.ladders.units[unit]}`

export function toForm(ladder: LadderInput): LadderForm {
  return {
    dueIn: readSpan(ladder.dueIn),
    time: ladder.time,
    whenAway: ladder.whenAway ?? 'wait',
    steps: ladder.steps.map((step) => ({
      key: keys++,
      anchor: anchorOf(step),
      span: readSpan(step.at),
      do: step.do,
      who: step.who ?? '',
      every: step.every ? readSpan(step.every) : null,
      times: step.times ?? 2,
      again: step.again ?? false,
    })),
  }
}

export function newStep(action: string): StepForm {
  const span = { n: 0, unit: 'm' as const }
  return { key: keys++, anchor: 'due', span, do: action, who: '', every: null, times: 2, again: false }
}

/** As the playbook holds it. What is the rule anyway is left out, so that an untouched ladder stays the same. */
export function fromForm(form: LadderForm, before: LadderInput): LadderInput {
  const keepsAway = form.whenAway !== 'wait' || before.whenAway !== undefined
  return {
    dueIn: writeSpan(form.dueIn),
    time: form.time,
    ...(keepsAway ? { whenAway: form.whenAway } : {}),
    steps: form.steps.map(({ anchor, span, every, times, who, again, do: action }) => ({
      at: anchor === 'due' ? '0m' : `${anchor === 'before' ? '-' : ''}${writeSpan(span)}`,
      ...(anchor === 'start' ? { from: 'start' as const } : {}),
      do: action,
      ...(who ? { who } : {}),
      ...(every ? { every: writeSpan(every), times } : {}),
      ...(again ? { again } : {}),
    })),
  }
}

/** Whether two ladders say the same. */
export const isSame = (one: LadderInput, other: LadderInput): boolean =>
  JSON.stringify(fromForm(toForm(one), one)) === JSON.stringify(fromForm(toForm(other), one))

function anchorOf({ at, from }: LadderStepInput): Anchor {
  if (from === 'start') return 'start'
  if (readSpan(at).n === 0) return 'due'
  return at.startsWith('-') ? 'before' : 'after'
}
