import type { Card, CardAction, CardBlock, CardInput, CardPage } from '../../core/ports/card.js'
import type { Capabilities } from '../../core/ports/messenger.js'

/**
 * Fits a card to what a platform can show. Pure; fitting a card that already fits returns an equal card.
 *
 * - Texts longer than the limit end in …; fields, options and buttons beyond it are left out, the first ones stay.
 * - An input that cannot be shown is left out. When it was required, or when no input is left, the buttons that
 *   submit go with it: a line says what to answer in the chat (`say`), else the page link takes over (在页面填写).
 * - Lengths are counted in code points, so that no emoji is cut in half.
 *
 * @returns a new card; never an empty one: the title always stays.
 */
export function degrade(card: Card, capabilities: Capabilities): Card {
  const form = fitForm(card, capabilities)
  const blocks = fitBlocks(card.blocks, capabilities)
  const hints = form.hints.map((hint): CardBlock => ({ type: 'text', text: cut(hint, capabilities.maxText) }))
  const page = form.page
  return {
    kind: card.kind,
    tone: card.tone,
    title: cut(card.title, capabilities.maxTitle),
    ...(card.subtitle === undefined ? {} : { subtitle: cut(card.subtitle, capabilities.maxText) }),
    blocks: [...blocks, ...hints],
    ...(form.inputs.length ? { inputs: form.inputs } : {}),
    ...(form.actions.length ? { actions: form.actions } : {}),
    ...(page ? { page: { ...page, label: cut(page.label, capabilities.maxTitle) } } : {}),
    ...(card.footnote === undefined ? {} : { footnote: cut(card.footnote, capabilities.maxText) }),
  }
}

/** Cuts to `max` code points; a cut text ends in … which counts. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const characters = Array.from(text)
  const limit = Math.max(1, max)
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`
}

interface Form {
  inputs: CardInput[]
  actions: CardAction[]
  page: CardPage | undefined
  hints: string[]
}

function fitForm(card: Card, capabilities: Capabilities): Form {
  const inputs = card.inputs ?? []
  const actions = card.actions ?? []
  const shown = inputs.filter((input) => capabilities.inputs[input.type])
  const missing = inputs.filter((input) => !capabilities.inputs[input.type])
  const cannotSubmit = missing.length > 0 && (shown.length === 0 || missing.some((input) => input.required))
  const usable = cannotSubmit ? actions.filter((action) => !action.submit) : actions
  const kept = usable.slice(0, Math.max(0, capabilities.maxActions))
  // Inputs without a button that sends them would take words and drop them.
  const submits = kept.some((action) => action.submit)
  const keptInputs = submits || missing.length === 0 ? shown : []
  const left = keptInputs.length < inputs.length ? inputs.filter((input) => !keptInputs.includes(input)) : []

  const crowded = keptInputs.filter((input) => tooManyOptions(input, capabilities))
  const unsaid = left.filter((input) => !input.say)
  // Said once: two sentences that both begin with what can be answered read like a form's footnotes.
  const hints = (
    left.length > 0 && crowded.length > 0
      ? [sayHint([...left, ...crowded], '没有列出的，直接回复一句就行，例如')]
      : [sayHint(left, '可以直接回复'), sayHint(crowded, '选项没有列全，可以直接回复')]
  ).filter(Boolean)
  if (!card.page) {
    if (unsaid.length) hints.push(`这里填不了${unsaid.map((input) => input.label).join('、')}`)
    if (kept.length < usable.length) {
      hints.push(
        `也可以回复：${usable
          .slice(kept.length)
          .map((action) => action.label)
          .join('、')}`,
      )
    }
  }
  return {
    inputs: keptInputs.map((input) => fitInput(input, capabilities)),
    actions: kept.map((action) => fitAction(action, capabilities)),
    page: card.page && unsaid.length ? { ...card.page, label: '在页面填写' } : card.page,
    hints,
  }
}

/** 可以直接回复“…”: what to say for each of the inputs that have such words. */
export function sayHint(inputs: readonly CardInput[], start: string): string {
  const words = inputs.flatMap(({ say }) => (say ? [`“${say}”`] : []))
  return words.length ? `${start}${words.join('、')}` : ''
}

const tooManyOptions = (input: CardInput, { maxOptions }: Capabilities): boolean =>
  input.type === 'select' && input.options.length > maxOptions

function fitInput(input: CardInput, capabilities: Capabilities): CardInput {
  const label = cut(input.label, capabilities.maxTitle)
  switch (input.type) {
    case 'select': {
      const options = firstOptions(input.options, input.value, capabilities.maxOptions)
      return {
        ...input,
        label,
        options: options.map((o) => ({ ...o, label: cut(o.label, capabilities.maxTitle) })),
      }
    }
    case 'text':
      return {
        ...input,
        label,
        ...(input.placeholder === undefined
          ? {}
          : { placeholder: cut(input.placeholder, capabilities.maxTitle) }),
      }
    case 'date':
      return { ...input, label }
  }
}

/** The first ones, but the chosen one is always among them. */
function firstOptions<Option extends { value: string }>(
  options: Option[],
  chosen: string | undefined,
  max: number,
) {
  const first = options.slice(0, Math.max(1, max))
  const selected = options.find((option) => option.value === chosen)
  return selected && !first.includes(selected) ? [...first.slice(0, -1), selected] : first
}

/** Where the platform does not ask, the question is asked when the tap has come. */
function fitAction({ confirm, ...action }: CardAction, capabilities: Capabilities): CardAction {
  const { maxTitle, maxText, confirms } = capabilities
  return {
    ...action,
    label: cut(action.label, maxTitle),
    ...(confirm === undefined || !confirms ? {} : { confirm: cut(confirm, maxText) }),
  }
}

function fitBlocks(blocks: CardBlock[], { maxText, maxTitle, maxFields }: Capabilities): CardBlock[] {
  let room = Math.max(0, maxFields)
  return blocks.flatMap((block): CardBlock[] => {
    switch (block.type) {
      case 'divider':
        return [block]
      case 'text':
        return [{ ...block, text: cut(block.text, maxText) }]
      case 'quote':
        return [
          {
            ...block,
            text: cut(block.text, maxText),
            ...(block.by === undefined ? {} : { by: cut(block.by, maxTitle) }),
          },
        ]
      case 'fields': {
        const fields = block.fields.slice(0, room)
        room -= fields.length
        if (fields.length === 0) return []
        const fitted = fields.map((f) => ({
          ...f,
          label: cut(f.label, maxTitle),
          value: cut(f.value, maxText),
        }))
        return [{ type: 'fields', fields: fitted }]
      }
    }
  })
}
