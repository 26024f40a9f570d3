import type { World } from '../../simulators/dingtalk/world.js'
import { record, records, text, type Json, type Listed, type Seen, type SeenInput } from './seen.js'

const inputTypes: Record<string, SeenInput['type']> = {
  SELECT: 'select',
  TEXT: 'text',
  TEXT_AREA: 'text',
  DATE: 'date',
  DATETIME: 'date',
}

/** A card of a shipped template (docs/dingtalk) as DingTalk's client draws it from its variables. */
export function readVariables(variables: Record<string, string>): Omit<Seen, 'id' | 'raw'> {
  const rows = records(parsed(variables['rows']))
  const form = record(parsed(variables['form']))
  const fields = variables['form_status'] === 'hidden' ? [] : records(form['fields'])
  const which = fields.find((one) => one['name'] === '_action')
  const say = (name: string) => variables[name] ?? ''
  return {
    kind: 'card',
    lines: [
      ...[say('title'), say('status'), say('notice'), say('text1')],
      ...rows.map((row) => `${text(row['k'])}：${text(row['v'])}`),
      ...[say('text2'), say('foot')],
    ].filter(Boolean),
    buttons: [
      ...records(parsed(variables['buttons'])).map((one) => ({
        id: text(record(record(one['event'])['params'])['actionId']),
        label: text(one['text']),
      })),
      ...(which
        ? records(which['options']).map((one) => ({ id: text(one['value']), label: text(one['text']) }))
        : fields.length > 0
          ? [{ id: say('submit_action'), label: say('form_btn_text') }]
          : []),
    ],
    inputs: fields.filter((one) => one !== which).map(input),
    links: say('page_url') ? [{ label: say('page_label'), url: say('page_url') }] : [],
  }
}

/** A message of the robot without a card template. */
export function readRobotMessage(param: Json): Omit<Seen, 'id' | 'raw'> {
  return {
    kind: 'text',
    lines: [text(param['title']), text(param['text'] ?? param['content'])].filter(Boolean),
    buttons: [],
    inputs: [],
    links: param['singleURL'] ? [{ label: text(param['singleTitle']), url: text(param['singleURL']) }] : [],
  }
}

function input(one: Json): SeenInput {
  const initial = record(one['defaultValue'])['value'] ?? one['defaultValue']
  return {
    name: text(one['name']).slice(2),
    label: text(one['label']),
    type: inputTypes[text(one['type'])] ?? 'text',
    options: records(one['options']).map((row) => ({ value: text(row['value']), label: text(row['text']) })),
    value: text(initial),
  }
}

const parsed = (json: string | undefined): unknown => JSON.parse(json || '[]')

/** Everybody's list of things to do. It is over for the person when it is over for both of its states. */
export const readTodos = ({ todos, people }: World): Listed[] =>
  [...todos.values()].map(({ unionId, body, isDone, isOver }) => ({
    of: people.find((one) => one.unionId === unionId)?.userId ?? unionId,
    title: text(body['subject']),
    dueAt: new Date(Number(body['dueTime'])).toISOString(),
    link: text(record(body['detailUrl'])['pcUrl']),
    isDone: isDone && isOver,
  }))
