import type { CardAction, CardInput } from '../../core/ports/card.js'
import { byteLength, cutBytes } from './bytes.js'

export interface FormVariable {
  json: string
  /** The selects of which options are left out: there was no room. */
  crowded: CardInput[]
}

/** A select with fewer options than this is no choice. */
const fewestOptions = 2

/**
 * The form component's variable. Names carry the kind in front, so that what comes back can be read without the card.
 * It has to fit into one variable: labels are shortened first, then the longest select loses options from its end,
 * never the chosen one. A value that a person may have typed is never cut: sent back, it would overwrite the whole one.
 *
 * @param submits - when there are several ways to submit, a select asks which: the component has one button.
 * @returns null when there is no room for it.
 * @see https://open.dingtalk.com/document/isvapp/form-variables
 */
export function formVariable(
  inputs: readonly CardInput[],
  submits: readonly CardAction[],
  maxBytes: number,
): FormVariable | null {
  const which: CardInput[] =
    submits.length > 1
      ? [
          {
            type: 'select',
            name: '_action',
            label: '要做什么',
            required: true,
            options: submits.map(({ id, label }) => ({ value: id, label })),
            ...(submits[0] ? { value: submits[0].id } : {}),
          },
        ]
      : []
  const all = [...inputs, ...which]
  for (const labelBytes of [90, 48, 30]) {
    const json = drawForm(all, labelBytes)
    if (byteLength(json) <= maxBytes) return { json, crowded: [] }
  }
  let fewer: CardInput[] | null = all
  while ((fewer = withoutOneOption(fewer))) {
    const json = drawForm(fewer, 36)
    const kept = fewer
    if (byteLength(json) <= maxBytes)
      return { json, crowded: inputs.filter((input) => !kept.includes(input)) }
  }
  return null
}

function drawForm(inputs: readonly CardInput[], labelBytes: number): string {
  return JSON.stringify({ fields: inputs.map((input) => drawField(input, labelBytes)) })
}

function drawField(input: CardInput, labelBytes: number): object {
  const base = { label: cutBytes(input.label, labelBytes), ...(input.required ? { required: true } : {}) }
  switch (input.type) {
    case 'select': {
      const index = input.options.findIndex((option) => option.value === input.value)
      return {
        name: input.name === '_action' ? '_action' : `s_${input.name}`,
        type: 'SELECT',
        ...base,
        options: input.options.map((o) => ({ value: o.value, text: cutBytes(o.label, labelBytes) })),
        ...(index === -1 ? {} : { defaultValue: { index, value: input.value } }),
      }
    }
    case 'text':
      return {
        name: `t_${input.name}`,
        type: input.multiline ? 'TEXT_AREA' : 'TEXT',
        ...base,
        ...(input.placeholder === undefined ? {} : { placeholder: cutBytes(input.placeholder, labelBytes) }),
        ...(input.value === undefined ? {} : { defaultValue: input.value }),
      }
    case 'date':
      return {
        name: `d_${input.name}`,
        type: input.withTime ? 'DATETIME' : 'DATE',
        ...base,
        ...(input.value === undefined ? {} : { defaultValue: input.value.replace('T', ' ') }),
      }
  }
}

/** The same inputs, the select with the most options one shorter; null when none can be shorter. */
function withoutOneOption(inputs: CardInput[]): CardInput[] | null {
  const longest = inputs.reduce<Extract<CardInput, { type: 'select' }> | null>(
    (most, input) =>
      input.type === 'select' &&
      input.name !== '_action' &&
      input.options.length > Math.max(fewestOptions, most?.options.length ?? 0)
        ? input
        : most,
    null,
  )
  if (!longest) return null
  const last = longest.options.findLastIndex((option) => option.value !== longest.value)
  const options = longest.options.filter((_, index) => index !== last)
  return inputs.map((input) => (input === longest ? { ...longest, options } : input))
}
