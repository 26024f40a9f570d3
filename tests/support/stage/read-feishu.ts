import { elementsOf } from '../../simulators/feishu/card-check.js'
import { record, records, text, type Json, type Listed, type Seen, type SeenInput } from './seen.js'

const inputTypes: Record<string, SeenInput['type']> = {
  input: 'text',
  select_static: 'select',
  date_picker: 'date',
  picker_datetime: 'date',
}

const plain = (value: unknown): string => text(record(value)['content'])

/** Card JSON 2.0 as Feishu's client draws it. */
export function readCard(card: Json): Omit<Seen, 'id' | 'raw'> {
  const header = record(card['header'])
  const lines = [plain(header['title']), plain(header['subtitle'])]
  const seen: Omit<Seen, 'id' | 'raw'> = { kind: 'card', lines, buttons: [], inputs: [], links: [] }
  let above = ''
  for (const { one } of elementsOf(card)) {
    const tag = text(one['tag'])
    const type = inputTypes[tag]
    if (tag === 'div') {
      above = plain(one['text'])
      lines.push(above)
    } else if (type) {
      // A select's name stands as a line of its own above it.
      if (tag !== 'input') lines.pop()
      seen.inputs.push(input(one, type, tag === 'input' ? plain(one['label']) : above))
    } else if (tag === 'button') {
      const label = plain(one['text'])
      for (const behavior of records(one['behaviors']))
        if (behavior['type'] === 'open_url') seen.links.push({ label, url: text(behavior['default_url']) })
        else seen.buttons.push({ id: text(record(behavior['value'])['a']), label })
    }
  }
  return { ...seen, lines: lines.filter(Boolean) }
}

/** A `post`, the kind in which plain words are sent. */
export const readPost = (content: Json): Omit<Seen, 'id' | 'raw'> => ({
  kind: 'text',
  lines: (Array.isArray(record(content['zh_cn'])['content'])
    ? (record(content['zh_cn'])['content'] as unknown[])
    : []
  ).map((line) =>
    records(line)
      .map((part) => text(part['text']))
      .join(''),
  ),
  buttons: [],
  inputs: [],
  links: [],
})

const input = (one: Json, type: SeenInput['type'], label: string): SeenInput => ({
  name: text(one['name']),
  label,
  type,
  options: records(one['options']).map((row) => ({ value: text(row['value']), label: plain(row['text']) })),
  value: text(
    one['initial_option'] ?? one['initial_date'] ?? one['initial_datetime'] ?? one['default_value'],
  ),
})

/** Everybody's tasks. */
export const readTasks = (tasks: ReadonlyMap<string, Json>): Listed[] =>
  [...tasks.values()].map((task) => ({
    of: text(records(task['members'])[0]?.['id']),
    title: text(task['summary']),
    dueAt: new Date(Number(record(task['due'])['timestamp'])).toISOString(),
    link: text(record(record(task['origin'])['href'])['url']),
    isDone: task['completed_at'] !== '0',
  }))
