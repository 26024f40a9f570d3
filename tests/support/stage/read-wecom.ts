import { actionSelect } from '../../../adapters/wecom/decode.js'
import { record, records, text, type Json, type Seen, type SeenInput } from './seen.js'

/** A template card as WeCom's client draws it. https://developer.work.weixin.qq.com/document/path/90236 */
export function readTemplateCard(card: Json): Omit<Seen, 'id' | 'raw'> {
  const head = record(card['main_title'])
  const quote = record(card['quote_area'])
  const lines = [
    text(head['title']),
    text(head['desc']),
    text(quote['title']),
    text(quote['quote_text']),
    text(card['sub_title_text']),
    ...records(card['horizontal_content_list']).map(
      (row) => `${text(row['keyname'])}：${text(row['value'])}`,
    ),
  ]
  const selects = [
    ...(card['button_selection'] ? [record(card['button_selection'])] : []),
    ...records(card['select_list']),
  ].map(select)
  const box = record(card['checkbox'])
  const inputs = [
    ...selects,
    ...(card['checkbox']
      ? [
          select({
            ...box,
            title: '',
            selected_id: records(box['option_list']).find((one) => one['is_checked'] === true)?.['id'],
          }),
        ]
      : []),
  ]
  const submit = record(card['submit_button'])
  const choice = inputs.find(({ name }) => name === actionSelect)
  const ended = text(card['replace_text'])
  return {
    kind: 'card',
    lines: [...lines, ended].filter(Boolean),
    buttons: ended
      ? []
      : [
          ...records(card['button_list']).map((one) => ({ id: text(one['key']), label: text(one['text']) })),
          // Several things to do in the kind of card with one button: a select says which.
          ...(choice
            ? choice.options.map(({ value, label }) => ({ id: value, label }))
            : card['submit_button']
              ? [{ id: text(submit['key']), label: text(submit['text']) }]
              : []),
        ],
    inputs: inputs.filter((one) => one !== choice),
    links: [
      ...records(card['jump_list']).map((one) => ({ label: text(one['title']), url: text(one['url']) })),
      ...(record(card['card_action'])['url']
        ? [{ label: '', url: text(record(card['card_action'])['url']) }]
        : []),
    ],
  }
}

function select(one: Json): SeenInput {
  return {
    name: text(one['question_key']),
    label: text(one['title']),
    type: 'select',
    options: records(one['option_list']).map((row) => ({ value: text(row['id']), label: text(row['text']) })),
    value: text(one['selected_id']),
  }
}
