import type { Card, CardAction, CardBlock } from '../../core/ports/card.js'
import type { Capabilities } from '../../core/ports/messenger.js'
import { degrade, sayHint } from '../shared/degrade.js'
import { cutBytes, fitList } from './bytes.js'
import { formVariable, type FormVariable } from './form.js'
import type { TemplateName } from './track-id.js'

/** @see https://open.dingtalk.com/document/orgapp/create-and-deliver-cards («cardParamMap») */
export const maxVariableBytes = 1024
const maxButtons = 6

/** Every variable of the shipped templates (docs/dingtalk). All are sent each time: one that is left out keeps its value. */
export const templateVariables = {
  notice: [
    ...['title', 'tone', 'status', 'text1', 'rows', 'text2', 'buttons', 'page_label', 'page_url', 'foot'],
    ...['notice', 'lastMessage'],
  ],
  form: [
    ...['title', 'tone', 'status', 'text1', 'rows', 'text2', 'buttons', 'page_label', 'page_url', 'foot'],
    ...['notice', 'lastMessage', 'form', 'form_status', 'form_btn_text', 'submit_action'],
  ],
} as const

/** What a card can show, by the templates that are imported. Without any, a card is words with a link. */
export function capabilitiesOf(templates: { notice: string | null; form: string | null }): Capabilities {
  const hasCards = templates.notice !== null || templates.form !== null
  const hasForm = templates.form !== null
  return {
    inputs: { select: hasForm, text: hasForm, date: hasForm },
    maxActions: hasCards ? maxButtons : 0,
    maxOptions: 20,
    maxFields: 12,
    maxTitle: 60,
    maxText: 340,
    updatesCards: hasCards,
    confirms: false,
    readReceipts: true,
    groupMessages: 'mentions',
    groupCards: true,
    // Two seconds are allowed; the way back takes some of them.
    answerBudgetMs: 1500,
    idempotentSend: hasCards,
    urges: ['app', 'sms', 'phone'],
  }
}

export interface EncodeInput {
  capabilities: Capabilities
  template: TemplateName
  /** Makes a page's path an address. */
  pageUrl: (path: string) => string
}

/**
 * A card as the variables of a shipped template: texts of at most 1 KB each, lists as JSON. The templates show texts
 * as they are, so nothing needs escaping.
 */
export function encodeCard(
  card: Card,
  { capabilities, template, pageUrl }: EncodeInput,
): Record<string, string> {
  const canInput = template === 'form'
  const fitting = {
    ...capabilities,
    inputs: canInput ? capabilities.inputs : { select: false, text: false, date: false },
  }
  const shown = degrade(card, fitting)
  const submits = (shown.actions ?? []).filter((action) => action.submit)
  const form = shown.inputs?.length ? formVariable(shown.inputs, submits, maxVariableBytes) : null
  // No room for the form: as on a platform without inputs, the page or the chat takes over.
  if (shown.inputs?.length && !form && canInput)
    return encodeCard(card, { capabilities: withoutInputs(capabilities), template, pageUrl })
  const taps = (shown.actions ?? []).filter((action) => !form || !action.submit)
  return cutAll({
    ...wordsOf(shown, form, taps, pageUrl),
    ...(template === 'form' ? formWords(form, submits) : {}),
  })
}

function wordsOf(
  shown: Card,
  form: FormVariable | null,
  taps: CardAction[],
  pageUrl: EncodeInput['pageUrl'],
) {
  const fields = shown.blocks.flatMap((block) => (block.type === 'fields' ? block.fields : []))
  const rows = fitList(fields, maxVariableBytes, (row, bytes) => ({
    k: cutBytes(row.label, 60),
    v: cutBytes(row.value, bytes),
  }))
  const buttons = fitList(taps, maxVariableBytes, buttonOf)
  const at = shown.blocks.findIndex((block) => block.type === 'fields')
  const before = at === -1 ? shown.blocks : shown.blocks.slice(0, at)
  const hints = [
    ...(rows.shown < fields.length ? [`另有 ${fields.length - rows.shown} 项没有列出`] : []),
    ...(buttons.shown < taps.length
      ? [
          `也可以回复：${taps
            .slice(buttons.shown)
            .map((action) => action.label)
            .join('、')}`,
        ]
      : []),
    ...(form?.crowded.length
      ? [sayHint(form.crowded, '选项没有列全，可以直接回复') || '选项没有列全，其余请在页面里选']
      : []),
  ]
  return {
    title: shown.title,
    tone: shown.tone,
    status: shown.subtitle ?? '',
    text1: textOf(before),
    rows: rows.json,
    text2: [textOf(at === -1 ? [] : shown.blocks.slice(at)), ...hints].filter(Boolean).join('\n'),
    buttons: buttons.json,
    page_label: shown.page?.label ?? '',
    page_url: shown.page ? pageUrl(shown.page.path) : '',
    foot: shown.footnote ?? '',
    notice: '',
    lastMessage: shown.title,
  }
}

function formWords(form: FormVariable | null, submits: CardAction[]) {
  return {
    form: form?.json ?? '{"fields":[]}',
    form_status: form ? 'normal' : 'hidden',
    form_btn_text: submits.length > 1 ? '提交' : (submits[0]?.label ?? ''),
    submit_action: submits[0]?.id ?? '',
  }
}

/** The platform appends an index to the action id of a listed button; the parameter comes back as it is. */
function buttonOf({ id, label, style }: CardAction, textBytes: number): object {
  return {
    text: cutBytes(label, textBytes),
    color: { primary: 'blue', default: 'gray', danger: 'red' }[style],
    event: { type: 'sendCardRequest', params: { actionId: id, params: { action: id } } },
  }
}

/** Words of blocks in their order; quotations keep their marks. */
function textOf(blocks: readonly CardBlock[]): string {
  return blocks
    .flatMap((block): string[] => {
      switch (block.type) {
        case 'text':
          return [block.text]
        case 'quote':
          return [`${block.by ? `${block.by}：` : ''}“${block.text}”`]
        case 'fields':
        case 'divider':
          return []
      }
    })
    .join('\n')
}

const withoutInputs = (capabilities: Capabilities): Capabilities => ({
  ...capabilities,
  inputs: { select: false, text: false, date: false },
})

/** JSON variables are made to fit; cutting them would break them. */
const jsonVariables = ['rows', 'buttons', 'form', 'page_url']

function cutAll(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      jsonVariables.includes(name) ? value : cutBytes(value, maxVariableBytes),
    ]),
  )
}
