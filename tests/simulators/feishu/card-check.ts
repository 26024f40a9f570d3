/**
 * Card JSON 2.0 as strictly as the platform reads it: unknown properties are errors, forms stand at the root, elements
 * of a form have unique names. https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-json-v2-structure
 */
type Json = Record<string, unknown>

const text = ['tag', 'content', 'text_size', 'text_color', 'text_align', 'lines', 'i18n_content', 'icon']
const any = ['tag', 'element_id', 'margin']
const input = [
  ...any,
  'name',
  'required',
  'disabled',
  'width',
  'placeholder',
  'behaviors',
  'value',
  'confirm',
]

/** What each element may bear. */
const properties: Record<string, readonly string[]> = {
  plain_text: text,
  lark_md: text,
  markdown: [...any, 'content', 'text_size', 'text_align', 'icon', 'href'],
  div: [...any, 'text', 'icon', 'width', 'fields', 'extra'],
  hr: any,
  img: [...any, 'img_key', 'alt', 'title', 'mode', 'preview'],
  column_set: [
    ...any,
    'flex_mode',
    'background_style',
    'horizontal_spacing',
    'horizontal_align',
    'columns',
    'action',
  ],
  column: [
    ...any,
    'width',
    'weight',
    'vertical_align',
    'vertical_spacing',
    'horizontal_spacing',
    'direction',
    'padding',
    'background_style',
    'elements',
    'action',
  ],
  form: [
    ...any,
    'name',
    'elements',
    'direction',
    'padding',
    'vertical_spacing',
    'horizontal_spacing',
    'vertical_align',
    'horizontal_align',
    'confirm',
  ],
  input: [
    ...input,
    'input_type',
    'rows',
    'auto_resize',
    'max_rows',
    'max_length',
    'default_value',
    'label',
    'label_position',
    'show_icon',
    'fallback',
  ],
  select_static: [...input, 'type', 'options', 'initial_option', 'initial_index'],
  date_picker: [...input, 'initial_date'],
  picker_datetime: [...input, 'initial_datetime'],
  button: [
    ...any,
    'type',
    'size',
    'width',
    'text',
    'icon',
    'hover_tips',
    'disabled',
    'disabled_tips',
    'confirm',
    'behaviors',
    'name',
    'required',
    'form_action_type',
  ],
}
const inputs = new Set(['input', 'select_static', 'date_picker', 'picker_datetime'])
const deepest = 5

/** @returns what the platform would find wrong; null when it takes the card. */
export function checkCard(card: unknown, { mostComponents }: { mostComponents: number }): string | null {
  const names = new Set<string>()
  let components = 0
  try {
    const root = object(card, 'card')
    only(root, ['schema', 'config', 'card_link', 'header', 'body', 'i18n_header'], 'card')
    if (root['schema'] !== '2.0') throw new Error('schema is not 2.0')
    const config = object(root['config'] ?? {}, 'config')
    only(
      config,
      ['update_multi', 'enable_forward', 'summary', 'width_mode', 'streaming_mode', 'style', 'locales'],
      'config',
    )
    if (config['update_multi'] === false) throw new Error('2.0 cards are shared')
    const header = object(root['header'], 'header')
    only(header, ['title', 'subtitle', 'template', 'text_tag_list', 'icon', 'padding'], 'header')
    element(object(header['title'], 'title'), 0, false, true)
    const body = object(root['body'], 'body')
    only(
      body,
      [
        'elements',
        'direction',
        'padding',
        'vertical_spacing',
        'horizontal_spacing',
        'vertical_align',
        'horizontal_align',
      ],
      'body',
    )
    for (const one of list(body['elements'])) element(object(one, 'element'), 1, false, false)
    return components > mostComponents ? `${components} components` : null
  } catch (error) {
    return error instanceof Error ? error.message : 'bad card'
  }

  function element(one: Json, depth: number, inForm: boolean, isText: boolean): void {
    const tag = String(one['tag'])
    const allowed = Object.hasOwn(properties, tag) ? properties[tag] : undefined
    if (!allowed) throw new Error(`unknown tag ${tag}`)
    only(one, allowed, tag)
    if (!isText) components += 1
    if (depth > deepest) throw new Error(`${tag} is nested too deep`)
    if (tag === 'form' && depth !== 1) throw new Error('a form stands at the root')
    if ((tag === 'form' || (inForm && (inputs.has(tag) || tag === 'button'))) && !one['name'])
      throw new Error(`${tag} needs a name`)
    if (typeof one['name'] === 'string') {
      if (names.has(one['name'])) throw new Error(`name ${one['name']} twice`)
      names.add(one['name'])
    }
    if (tag === 'button' && one['form_action_type'] && !inForm) throw new Error('submit outside a form')
    if (tag === 'plain_text' && typeof one['content'] !== 'string') throw new Error('text without content')
    if (tag === 'select_static')
      for (const option of list(one['options'])) checkOption(object(option, 'option'))
    if (tag === 'input' && Number(one['max_length'] ?? 1) > 1000) throw new Error('max_length over 1000')
    for (const name of ['text', 'placeholder', 'label'])
      if (one[name]) element(object(one[name], name), depth, inForm, true)
    for (const child of [...list(one['elements']), ...list(one['columns'])])
      element(
        object(child, 'element'),
        // A column belongs to its set.
        tag === 'column_set' ? depth : depth + 1,
        inForm || tag === 'form',
        false,
      )
  }

  function checkOption(option: Json): void {
    only(option, ['text', 'value', 'icon'], 'option')
    if (typeof option['value'] !== 'string') throw new Error('an option has a value')
  }
}

/** Every element of a card, with whether it stands in a form. */
export function elementsOf(card: Json): { one: Json; inForm: boolean }[] {
  const found: { one: Json; inForm: boolean }[] = []
  const walk = (one: Json, inForm: boolean) => {
    found.push({ one, inForm })
    for (const child of [...list(one['elements']), ...list(one['columns'])])
      walk(child as Json, inForm || one['tag'] === 'form')
  }
  for (const one of list((card['body'] as Json | undefined)?.['elements'])) walk(one as Json, false)
  return found
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function object(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is no object`)
  return value as Json
}

function only(one: Json, allowed: readonly string[], what: string): void {
  for (const name of Object.keys(one)) if (!allowed.includes(name)) throw new Error(`${what} has no ${name}`)
}
