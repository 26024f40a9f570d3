import { writeXml, type XmlValue } from './xml.js'

/** The template cards that the product uses, as WeCom's JSON. https://developer.work.weixin.qq.com/document/path/90236 */
export interface TemplateCard {
  card_type: 'text_notice' | 'button_interaction' | 'vote_interaction' | 'multiple_interaction'
  task_id?: string
  source?: { desc: string; desc_color: 0 | 1 | 2 | 3 }
  action_menu?: { desc: string; action_list: { text: string; key: string }[] }
  main_title: { title: string; desc?: string }
  quote_area?: { type: 0; title?: string; quote_text: string }
  sub_title_text?: string
  horizontal_content_list?: { keyname: string; value: string }[]
  jump_list?: { type: 1; title: string; url: string }[]
  card_action?: { type: 1; url: string }
  button_selection?: Selection
  button_list?: { text: string; style: 1 | 2; key: string }[]
  checkbox?: {
    question_key: string
    mode: 0
    option_list: { id: string; text: string; is_checked: boolean }[]
  }
  select_list?: Selection[]
  submit_button?: { text: string; key: string }
  /** Only in updates: the buttons become one grey button that says this. */
  replace_text?: string
}

export interface Selection {
  question_key: string
  title: string
  selected_id?: string
  option_list: { id: string; text: string }[]
}

/**
 * The answer to a click that shows the clicking person another card: the same card, its names in the passive answer's
 * spelling, lists as repeated elements.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90241
 */
export function cardAnswerXml(card: TemplateCard, to: Recipient): string {
  return answerXml(to, 'update_template_card', { TemplateCard: renamed(card) })
}

export const textAnswerXml = (text: string, to: Recipient): string => answerXml(to, 'text', { Content: text })

interface Recipient {
  userId: string
  corpId: string
  at: Date
}

const answerXml = (
  { userId, corpId, at }: Recipient,
  kind: string,
  content: { [name: string]: XmlValue },
): string =>
  writeXml('xml', {
    ToUserName: userId,
    FromUserName: corpId,
    CreateTime: Math.floor(at.getTime() / 1000),
    MsgType: kind,
    ...content,
  })

const oddNames: Record<string, string> = { keyname: 'KeyName', checkbox: 'CheckBox' }

function renamed(value: unknown): XmlValue {
  if (Array.isArray(value)) return value.map(renamed)
  if (typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return Object.fromEntries(
    Object.entries(value as object)
      .filter(([, content]) => content !== undefined)
      .map(([name, content]) => [oddNames[name] ?? pascal(name), renamed(content)]),
  )
}

const pascal = (name: string): string =>
  name.replace(/(^|_)([a-z])/g, (_all, _gap, letter: string) => letter.toUpperCase())
