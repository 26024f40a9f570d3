import { createHash } from 'node:crypto'
import type { Card, CardBlock, CardField, CardInput, CardTone } from '../../core/ports/card.js'
import type { InboundAnswer } from '../../core/ports/inbound.js'
import type { Capabilities } from '../../core/ports/messenger.js'
import { cut, degrade } from '../shared/degrade.js'
import { cutBytes } from './bytes.js'
import { actionSelect } from './decode.js'
import type { Selection, TemplateCard } from './template-card.js'

/** What WeCom's template cards can show: no free text and no dates, at most three selects of ten options. */
export const capabilities: Capabilities = {
  inputs: { select: true, text: false, date: false },
  maxActions: 6,
  maxOptions: 10,
  // Six stand in the card's own rows, the others as lines of text.
  maxFields: 12,
  maxTitle: 36,
  maxText: 300,
  updatesCards: true,
  confirms: false,
  readReceipts: false,
  groupMessages: 'mentions',
  groupCards: true,
  answerBudgetMs: 3_500,
  // A member's card sent again has the same task id, which WeCom refuses as a duplicate. Not so in other chats.
  idempotentSend: true,
  urges: ['app', 'phone'],
}

export interface EncodeContext {
  taskId?: string
  /** The address of a page's path that signs the person in. */
  pageUrl: (path: string) => string
  /** False where no callback is set up: WeCom refuses cards with buttons then. */
  interactive: boolean
  /** The card that is replaced had buttons: without actions it shows one grey button that says how it ended. */
  hadButtons?: boolean
  /** What the person who tapped is told; WeCom has no toasts, so it is the first line of the card. */
  notice?: InboundAnswer['notice']
}

const rows = { most: 6, label: 5, value: 26 }
const mostSelects = 3
const buttonLength = 10

/** Draws a card as the kind of template card that shows most of it. All texts are plain: these fields read no markup. */
export function encodeCard(card: Card, context: EncodeContext): TemplateCard {
  const fitted = fit(card, context.interactive)
  const actions = fitted.actions ?? []
  const selects = selectsOf(fitted)
  if (actions.length === 0) return context.hadButtons ? ended(fitted, context) : notice(fitted, context)
  if (selects.length > 1) return multiple(fitted, selects, context)
  const [only] = selects
  if (only && only.options.length > capabilities.maxOptions) return vote(fitted, only, context)
  return buttons(fitted, only, context)
}

/** Tells whether two cards look the same; the notice of a tap does not count. */
export const looksOf = (card: Card, context: EncodeContext): string =>
  createHash('sha256')
    .update(JSON.stringify({ ...encodeCard(card, { ...context, notice: undefined }), task_id: undefined }))
    .digest('base64url')
    .slice(0, 22)

type Select = Extract<CardInput, { type: 'select' }>
const selectsOf = (card: Card): Select[] => (card.inputs ?? []).filter((input) => input.type === 'select')

function fit(card: Card, interactive: boolean): Card {
  if (!interactive)
    return degrade(card, {
      ...capabilities,
      maxActions: 0,
      inputs: { select: false, text: false, date: false },
    })
  const others = (card.actions ?? []).length > 1
  let room = selectsOf(card).length > 1 && others ? mostSelects - 1 : mostSelects
  const usable = card.inputs?.map((input): CardInput => {
    if (input.type !== 'select') return input
    const options = input.options.filter(({ value }) => value !== '' && Buffer.byteLength(value) <= 128)
    if (room-- > 0 && options.length > 0) return { ...input, options }
    // One select too many goes the way of inputs that WeCom does not have.
    const { name, label, say } = input
    return { type: 'text', name, label, ...(say ? { say } : {}), required: input.required ?? false }
  })
  const shown = (usable ?? []).filter(({ type }) => type === 'select').length > 1 ? withoutLinks(card) : card
  const isVote = selectsOf(card).length === 1 && !others && !card.page && card.blocks.length === 0
  return degrade(usable ? { ...shown, inputs: usable } : shown, {
    ...capabilities,
    maxOptions: isVote ? 20 : capabilities.maxOptions,
  })
}

/** Cards with several selects open no page: what stands there is said in words, and the next card has the link again. */
function withoutLinks({ page, ...card }: Card): Card {
  if (!page) return card
  return { ...card, blocks: [...card.blocks, { type: 'text', text: `提交后可“${page.label}”` }] }
}

function buttons(card: Card, select: Select | undefined, context: EncodeContext): TemplateCard {
  return {
    card_type: 'button_interaction',
    ...head(card, context),
    ...body(card, context),
    ...(select ? { button_selection: selection(select) } : {}),
    button_list: (card.actions ?? []).map(({ id, label, style }) => ({
      text: cut(label, buttonLength),
      style: style === 'primary' ? 1 : 2,
      key: id,
    })),
  }
}

function ended(card: Card, context: EncodeContext): TemplateCard {
  const says = cut(card.title.split(/[：:]/)[0] ?? card.title, buttonLength)
  return {
    card_type: 'button_interaction',
    ...head(card, context),
    ...body(card, context),
    button_list: [{ text: says, style: 2, key: 'refresh' }],
    replace_text: says,
  }
}

function notice(card: Card, context: EncodeContext): TemplateCard {
  return {
    card_type: 'text_notice',
    ...head(card, context),
    ...body(card, context),
    // Required for this kind; a card without a page leads to the start page.
    card_action: { type: 1, url: context.pageUrl(card.page?.path ?? '/today') },
  }
}

/** Shows selects and one button only: facts go into the line below the title, other buttons become a select. */
function multiple(card: Card, selects: Select[], context: EncodeContext): TemplateCard {
  const actions = card.actions ?? []
  const submit = actions.find((action) => action.submit) ?? actions[0]
  const choice: Selection = {
    question_key: actionSelect,
    title: '操作',
    ...(submit ? { selected_id: submit.id } : {}),
    option_list: actions.map(({ id, label }) => ({ id, text: cut(label, buttonLength) })),
  }
  return {
    card_type: 'multiple_interaction',
    ...bare(card, context),
    select_list: [...selects.map(selection), ...(actions.length > 1 ? [choice] : [])],
    submit_button: {
      text: actions.length > 1 ? '确定' : cut(submit?.label ?? '提交', buttonLength),
      key: submit?.id ?? 'submit',
    },
  }
}

function vote(card: Card, select: Select, context: EncodeContext): TemplateCard {
  const [submit] = card.actions ?? []
  return {
    card_type: 'vote_interaction',
    ...bare(card, context),
    checkbox: {
      question_key: select.name,
      mode: 0,
      option_list: select.options.map(({ value, label }) => ({
        id: value,
        text: label,
        is_checked: value === select.value,
      })),
    },
    submit_button: { text: cut(submit?.label ?? '提交', buttonLength), key: submit?.id ?? 'submit' },
  }
}

const selection = ({ name, label, options, value }: Select): Selection => ({
  question_key: name,
  title: label,
  ...(value !== undefined && options.some((option) => option.value === value) ? { selected_id: value } : {}),
  option_list: options.map((option) => ({ id: option.value, text: option.label })),
})

const tones: Record<CardTone, 0 | 1 | 2 | 3> = { neutral: 0, info: 1, warning: 2, danger: 2, success: 3 }

const start = (card: Card, { taskId }: EncodeContext) => ({
  ...(taskId === undefined ? {} : { task_id: taskId }),
  source: { desc: '跟进', desc_color: tones[card.tone] },
})

function head(card: Card, context: EncodeContext) {
  return {
    ...start(card, context),
    // Gives a notice an update code, and everybody a way to today's card when the code is spent.
    ...(context.interactive
      ? { action_menu: { desc: '卡片操作', action_list: [{ text: '看最新状态', key: 'refresh' }] } }
      : {}),
    main_title: { title: card.title, ...(card.subtitle ? { desc: card.subtitle } : {}) },
  }
}

function bare(card: Card, context: EncodeContext) {
  const lines = card.blocks.flatMap((block) => linesOf(block))
  const facts = [noticeLine(context), card.subtitle, ...lines, card.footnote].filter(Boolean).join('。')
  return {
    ...start(card, context),
    main_title: { title: card.title, ...(facts ? { desc: cutBytes(facts, 512) } : {}) },
  }
}

function body(card: Card, context: EncodeContext) {
  const first = card.blocks.find((block) => block.type === 'quote')
  const inRows = rowsOf(card.blocks)
  const lines = card.blocks
    .filter((block) => block !== first)
    .flatMap((block) => linesOf(block, (field) => !inRows.includes(field)))
  const text = [noticeLine(context), ...lines, card.footnote].filter(Boolean).join('\n')
  const url = card.page ? context.pageUrl(card.page.path) : null
  return {
    ...(first
      ? { quote_area: { type: 0 as const, ...(first.by ? { title: first.by } : {}), quote_text: first.text } }
      : {}),
    ...(text ? { sub_title_text: cutBytes(text, 1024) } : {}),
    ...(inRows.length > 0
      ? {
          horizontal_content_list: inRows.map(({ label, value }) => ({ keyname: label, value })),
        }
      : {}),
    ...(card.page && url
      ? {
          jump_list: [{ type: 1 as const, title: cut(card.page.label, 13), url }],
          card_action: { type: 1 as const, url },
        }
      : {}),
  }
}

/**
 * The fields that stand in rows; the others are lines of text above them. A list of which several are too long for a
 * row stays together as lines, in its order.
 */
function rowsOf(blocks: CardBlock[]): CardField[] {
  const whole = blocks.flatMap((block) => {
    const fields = block.type === 'fields' ? block.fields : []
    const fitting = fields.filter(fitsRow)
    return fields.length - fitting.length > 1 ? [] : fitting
  })
  return whole.slice(0, rows.most)
}

/** A row cuts what is longer without a sign. */
const fitsRow = ({ label, value }: CardField): boolean =>
  Array.from(label).length <= rows.label && Array.from(value).length <= rows.value

const noticeMarks = { success: '✅', warning: '⚠️', danger: '❗', info: 'ℹ️' } as const
const noticeLine = ({ notice: said }: EncodeContext): string =>
  said ? `${noticeMarks[said.tone]} ${said.text}` : ''

/** A block as lines of text, in their order. */
function linesOf(block: CardBlock, wanted: (field: CardField) => boolean = () => true): string[] {
  switch (block.type) {
    case 'text':
      return [block.text]
    case 'quote':
      return [`“${block.text}”${block.by ? `（${block.by}）` : ''}`]
    case 'fields':
      return block.fields.filter(wanted).map(({ label, value }) => `${label}：${value}`)
    case 'divider':
      return []
  }
}
