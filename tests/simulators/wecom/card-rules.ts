import type { Json, World } from './world.js'

/**
 * What WeCom refuses of a template card. @returns an errcode, 0 when it is fine.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90236
 */
export function checkCard(world: World, card: Json, use: 'send' | 'update' | 'bot'): number {
  const kind = String(card['card_type'])
  const interactive = ['button_interaction', 'vote_interaction', 'multiple_interaction'].includes(kind)
  if (!interactive && kind !== 'text_notice') return 40058
  if (interactive && use === 'send' && !world.isCallbackSet) return 40058
  if (card['action_menu'] && use === 'send' && !world.isCallbackSet) return 40058
  const title = record(card['main_title'])['title']
  if (!title && !(kind === 'text_notice' && card['sub_title_text'])) return 40058
  const action = record(card['card_action'])
  if (kind === 'text_notice' && ![1, 2].includes(Number(action['type']))) return 42045
  if (action['type'] === 1 && !action['url']) return 42045
  if (between(card['horizontal_content_list'], 0, 6) || between(card['jump_list'], 0, 3)) return 40058
  if (card['action_menu'] && between(record(card['action_menu'])['action_list'], 1, 3)) return 40058
  if (kind === 'button_interaction' && between(card['button_list'] ?? [], 1, 6)) return 40058
  if (kind === 'vote_interaction') {
    if (between(record(card['checkbox'])['option_list'] ?? [], 1, 20) || !card['submit_button']) return 40058
  }
  if (kind === 'multiple_interaction') {
    if (between(card['select_list'] ?? [], 1, 3) || !card['submit_button']) return 40058
    for (const select of list(card['select_list']))
      if (between(select['option_list'] ?? [], 1, 10)) return 40058
  }
  const selection = record(card['button_selection'])
  if (card['button_selection'] && between(selection['option_list'] ?? [], 1, 10)) return 40058
  const keys = list(card['button_list']).map((button) => String(button['key'] ?? ''))
  if (new Set(keys).size < keys.length || keys.some((key) => !key || bytes(key) > 1024)) return 40058
  const options = [selection, record(card['checkbox']), ...list(card['select_list'])].flatMap((one) =>
    list(one['option_list']).map((option) => String(option['id'] ?? '')),
  )
  if (options.some((id) => !id || bytes(id) > 128)) return 40058
  if (bytes(JSON.stringify(card)) > 20_000) return 45002
  const taskId = card['task_id']
  const needsTask = interactive || card['action_menu'] !== undefined
  if (use !== 'update' && needsTask && !taskId) return 42014
  if (taskId !== undefined && use === 'send') {
    if (!/^[0-9A-Za-z_\-@]{1,128}$/.test(String(taskId))) return 42014
    if (world.taskIds.has(String(taskId)) && (needsTask || world.facts.noticeTaskIdsUnique)) return 42014
  }
  return 0
}

const bytes = (text: string) => Buffer.byteLength(text)
const between = (value: unknown, low: number, high: number): boolean =>
  value !== undefined && (!Array.isArray(value) || value.length < low || value.length > high)

export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
export const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(record) : [])
