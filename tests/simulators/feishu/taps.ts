import type { Card } from '../../../core/ports/card.js'
import { elementsOf } from './card-check.js'
import type { SimMessage, Switches } from './world.js'

type Json = Record<string, unknown>

/** What a person does to a card: which button, with which inputs filled in. */
export interface Press {
  /** The button's own words to the server. */
  value: Json
  name: string | undefined
  formValue: Json | undefined
}

/**
 * Presses the button with this action. Inputs keep what they were drawn with unless they are given.
 *
 * @param values - as the product knows them: dates as `YYYY-MM-DD`, or `YYYY-MM-DDTHH:mm`.
 * @throws Error when there is no such button, or a required input is empty: the client would not send it.
 */
export function press(card: Json, action: string, values: Record<string, string>, switches: Switches): Press {
  const elements = elementsOf(card)
  const found = elements.find(({ one }) => one['tag'] === 'button' && callbackOf(one)?.['a'] === action)
  if (!found) throw new Error(`no button ${action} on the card`)
  const { one: button, inForm } = found
  const value = callbackOf(button) ?? {}
  if (!inForm || button['form_action_type'] !== 'submit')
    return { value, name: undefined, formValue: undefined }
  const formValue: Json = {}
  for (const { one } of elements.filter(
    (element) => element.inForm && inputTags.has(String(element.one['tag'])),
  )) {
    const name = String(one['name'])
    const text = values[name] ?? initial(one)
    if (one['required'] && !text) throw new Error(`${name} is required`)
    if (one['tag'] === 'select_static' && text && !options(one).some((option) => option.value === text))
      throw new Error(`${name} has no option ${text}`)
    if (text || !switches.omitsEmptyInputs) formValue[name] = told(String(one['tag']), text, switches)
  }
  return { value, name: String(button['name']), formValue }
}

const inputTags = new Set(['input', 'select_static', 'date_picker', 'picker_datetime'])

function initial(one: Json): string {
  const value =
    one['default_value'] ?? one['initial_option'] ?? one['initial_date'] ?? one['initial_datetime'] ?? ''
  return String(value).replace(/^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})$/, '$1T$2')
}

function told(tag: string, text: string, switches: Switches): string {
  if (!text || (tag !== 'date_picker' && tag !== 'picker_datetime')) return text
  return `${text.replace('T', ' ')}${switches.datesWithZone ? ' +0800' : ''}`
}

const options = (one: Json): { value: string }[] => one['options'] as { value: string }[]

function callbackOf(button: Json): Json | undefined {
  const behaviors = (button['behaviors'] ?? []) as Json[]
  return behaviors.find((behavior) => behavior['type'] === 'callback')?.['value'] as Json | undefined
}

/** A message as the person sees it, in the product's own words. */
export function shown(message: SimMessage): Card {
  const card = JSON.parse(message.content) as Json
  const header = card['header'] as { title: { content: string }; subtitle?: { content: string } }
  const elements = elementsOf(card)
  const texts = elements.flatMap(({ one }) => {
    const text = one['tag'] === 'div' ? (one['text'] as { content: string }) : null
    return text ? [text.content] : []
  })
  return {
    kind: '',
    tone: 'neutral',
    title: header.title.content,
    ...(header.subtitle ? { subtitle: header.subtitle.content } : {}),
    blocks: texts.map((text) => ({ type: 'text', text })),
    actions: elements.flatMap(({ one }) => {
      const value = one['tag'] === 'button' ? callbackOf(one) : undefined
      return value
        ? [
            {
              id: String(value['a']),
              label: String((one['text'] as Json)['content']),
              style: 'default' as const,
            },
          ]
        : []
    }),
  }
}
