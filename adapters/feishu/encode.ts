import type { Card, CardAction, CardBlock, CardInput, CardTone } from '../../core/ports/card.js'
import type { Capabilities } from '../../core/ports/messenger.js'
import { degrade } from '../shared/degrade.js'
import type { ButtonValue, InputKind } from './button-value.js'
import type { Json } from './json.js'

/** The platform knows a key again for an hour; what is within a few minutes of that is not trusted. */
export const keyLifeMs = 55 * 60_000

/** What Feishu shows. Limits are ours: the platform counts bytes of the whole card, `encodeCard` keeps them. */
export const capabilities: Capabilities = {
  inputs: { select: true, text: true, date: true },
  maxActions: 8,
  maxOptions: 100,
  maxFields: 30,
  maxTitle: 100,
  maxText: 4000,
  updatesCards: true,
  confirms: true,
  readReceipts: true,
  // With im:message.group_msg; without that scope only mentions come, and the doctor says so.
  groupMessages: 'all',
  groupCards: true,
  // The platform waits 3 s; what is left is for the way there and back.
  answerBudgetMs: 2000,
  // By `uuid` for an hour; what is older and unknown is not sent again, also after a crash.
  idempotentSend: true,
  idempotentForMs: keyLifeMs,
  urges: ['app', 'sms', 'phone'],
}

/** Content of one card message. @see https://open.feishu.cn/document/server-docs/im-v1/message/create (30 KB) */
export const mostCardBytes = 30_000

export interface CardContext {
  /** Comes back with every tap. */
  ref: string
  isGroup: boolean
  pageUrl: (path: string) => string
}

/**
 * Draws a card as card JSON 2.0. All words are plain text elements, in which nothing is read as markup: what a
 * customer wrote can neither mention people nor link anywhere. A card that would be too large for the platform loses
 * length of its texts, then options and fields, but never its buttons.
 *
 * @returns the card; `JSON.stringify` of it has at most 30,000 bytes.
 * @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-json-v2-structure
 */
export function encodeCard(card: Card, context: CardContext): Json {
  let fit = capabilities
  for (;;) {
    const drawn = draw(degrade(wellFormed(card), fit), context)
    if (Buffer.byteLength(JSON.stringify(drawn)) <= mostCardBytes || fit.maxText <= 20) return drawn
    fit = {
      ...fit,
      maxText: Math.floor(fit.maxText / 2),
      maxTitle: Math.max(20, Math.floor(fit.maxTitle * 0.8)),
      maxOptions: Math.max(10, Math.floor(fit.maxOptions * 0.8)),
      maxFields: Math.max(8, Math.floor(fit.maxFields * 0.8)),
    }
  }
}

/** A plain message as a `post`, whose texts are not read for tags or links as those of a `text` message are. */
export function encodeText(text: string): Json {
  const lines = cutBytes(text.toWellFormed(), 20_000).split('\n')
  return { zh_cn: { content: lines.map((line) => [{ tag: 'text', text: line }]) } }
}

/** Half a surrogate pair is no text for anybody's JSON reader. */
const wellFormed = (card: Card): Card =>
  JSON.parse(JSON.stringify(card), (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  ) as Card

function draw(card: Card, context: CardContext): Json {
  const inputs = card.inputs ?? []
  const actions = card.actions ?? []
  const submits = actions.filter((action) => action.submit)
  const others = actions.filter((action) => !action.submit)
  const hasForm = inputs.length > 0 && submits.length > 0
  const buttons = [
    ...(hasForm ? others : actions).map((action) => button(action, context)),
    ...(card.page ? [pageButton(card.page.label, context.pageUrl(card.page.path))] : []),
  ]
  return {
    schema: '2.0',
    config: { update_multi: true, enable_forward: false, summary: { content: card.title } },
    header: {
      title: plain(card.title),
      ...(card.subtitle ? { subtitle: plain(card.subtitle) } : {}),
      template: templates[card.tone],
    },
    body: {
      direction: 'vertical',
      vertical_spacing: '8px',
      elements: [
        ...card.blocks.flatMap(block),
        ...(hasForm ? [form(inputs, submits, context)] : []),
        ...(buttons.length ? [row(buttons)] : []),
        ...(card.footnote ? [{ tag: 'hr' }, words(card.footnote, 'notation', 'grey')] : []),
      ],
    },
  }
}

const templates: Record<CardTone, string> = {
  neutral: 'grey',
  info: 'blue',
  success: 'green',
  warning: 'orange',
  danger: 'red',
}

const plain = (content: string): Json => ({ tag: 'plain_text', content })

const words = (content: string, size: 'normal' | 'notation' = 'normal', color = 'default'): Json => ({
  tag: 'div',
  text: { tag: 'plain_text', content, text_size: size, text_color: color },
})

function block(content: CardBlock): Json[] {
  switch (content.type) {
    case 'divider':
      return [{ tag: 'hr' }]
    case 'text':
      return content.text ? [words(content.text)] : []
    case 'quote':
      return [
        columns('grey', [
          column(1, [
            ...(content.by ? [words(content.by, 'notation', 'grey')] : []),
            words(content.text || '（无文字）'),
          ]),
        ]),
      ]
    case 'fields':
      return content.fields.map(({ label, value, wide }) =>
        wide
          ? columns('default', [column(1, [words(label, 'notation', 'grey'), words(value || '—')])])
          : columns('default', [
              column(1, [words(label, 'normal', 'grey')]),
              column(3, [words(value || '—')]),
            ]),
      )
  }
}

const columns = (background: 'default' | 'grey', list: Json[]): Json => ({
  tag: 'column_set',
  flex_mode: 'none',
  background_style: background,
  columns: list,
})

const column = (weight: number, elements: Json[]): Json => ({
  tag: 'column',
  width: 'weighted',
  weight,
  elements,
})

const row = (elements: Json[]): Json => ({
  tag: 'column_set',
  flex_mode: 'flow',
  horizontal_spacing: '8px',
  columns: elements.map((element) => ({ tag: 'column', width: 'auto', elements: [element] })),
})

/** Inputs and the buttons that send them. A form may stand at the root of a card only. */
function form(inputs: CardInput[], submits: CardAction[], context: CardContext): Json {
  const kinds = Object.fromEntries(inputs.map((input) => [input.name, kindOf(input)]))
  return {
    tag: 'form',
    name: 'form',
    elements: [
      ...inputs.flatMap(inputElements),
      row(submits.map((action) => button(action, context, kinds))),
    ],
  }
}

function kindOf(input: CardInput): InputKind {
  return input.type === 'date' ? (input.withTime ? 'time' : 'date') : input.type
}

function inputElements(input: CardInput): Json[] {
  const label = input.required ? `${input.label} *` : input.label
  const common = { name: input.name, required: input.required ?? false, width: 'fill' }
  switch (input.type) {
    case 'text':
      return [
        {
          tag: 'input',
          ...common,
          label: plain(label),
          label_position: 'top',
          input_type: input.multiline ? 'multiline_text' : 'text',
          ...(input.multiline ? { rows: 3, auto_resize: true } : {}),
          placeholder: plain(input.placeholder ?? '请输入'),
          // The platform takes at most 1,000.
          max_length: Math.min(1000, input.maxLength ?? 1000),
          ...(input.value ? { default_value: Array.from(input.value).slice(0, 1000).join('') } : {}),
        },
      ]
    case 'select':
      return [
        words(label, 'notation', 'grey'),
        {
          tag: 'select_static',
          ...common,
          placeholder: plain('请选择'),
          options: input.options.map((option) => ({ text: plain(option.label), value: option.value })),
          ...(input.options.some((option) => option.value === input.value)
            ? { initial_option: input.value }
            : {}),
        },
      ]
    case 'date': {
      const [day, time] = (input.value ?? '').split('T')
      return [
        words(label, 'notation', 'grey'),
        input.withTime
          ? {
              tag: 'picker_datetime',
              ...common,
              placeholder: plain('请选择时间'),
              ...(day && time ? { initial_datetime: `${day} ${time.slice(0, 5)}` } : {}),
            }
          : {
              tag: 'date_picker',
              ...common,
              placeholder: plain('请选择日期'),
              ...(day ? { initial_date: day } : {}),
            },
      ]
    }
  }
}

/** Filled where it is the thing to do: an outlined one looks like any other on a phone. */
const buttonTypes: Record<CardAction['style'], string> = {
  primary: 'primary_filled',
  default: 'default',
  danger: 'danger',
}

function button(action: CardAction, context: CardContext, inputs?: Record<string, InputKind>): Json {
  const value: ButtonValue = {
    r: context.ref,
    a: action.id,
    ...(inputs ? { i: inputs } : {}),
    ...(context.isGroup ? { g: 1 } : {}),
  }
  return {
    tag: 'button',
    text: plain(action.label),
    type: buttonTypes[action.style],
    // Unique in the card, as the platform asks of form elements.
    ...(inputs ? { name: `submit.${action.id}`, form_action_type: 'submit' } : {}),
    ...(action.confirm ? { confirm: { title: plain(action.label), text: plain(action.confirm) } } : {}),
    behaviors: [{ type: 'callback', value }],
  }
}

const pageButton = (label: string, url: string): Json => ({
  tag: 'button',
  text: plain(label),
  type: 'default',
  behaviors: [{ type: 'open_url', default_url: url }],
})

/** The first bytes of a text, whole characters only; a cut text ends in …. */
export function cutBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text
  const room = max - Buffer.byteLength('…')
  let size = 0
  let kept = ''
  for (const character of text) {
    size += Buffer.byteLength(character)
    if (size > room) break
    kept += character
  }
  return `${kept}…`
}
