import type { RuleName } from '../../../contract/rules.js'
import { channelWords } from '../../../contract/words.js'
import {
  freeKey,
  numbersOf,
  rowsOf,
  textOf,
  textsOf,
  type Field,
  type Row,
  type RuleForm,
} from './rule-field.js'
import { ruleTexts } from './rule-texts.js'

const options = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([key, label]) => ({ key, label }))

const interval: Field[] = [
  { kind: 'time', key: 'from', label: '从' },
  { kind: 'time', key: 'to', label: '到' },
]

/** `周一至周五`, `周六、周日`. */
export function weekdayWords(days: number[]): string {
  const sorted = [...days].sort((a, b) => a - b)
  const name = (day: number | undefined) => ruleTexts.weekdayNames[(day ?? 1) - 1] ?? ''
  const [first, last] = [sorted[0], sorted[sorted.length - 1]]
  if (sorted.length === 7) return '每天'
  const isRun = sorted.length > 2 && (last ?? 0) - (first ?? 0) === sorted.length - 1
  return isRun ? `${name(first)}至${name(last)}` : sorted.map(name).join('、')
}

const feastDays = (row: Row): number =>
  Math.max(
    0,
    Math.round((Date.parse(textOf(row['to'])) - Date.parse(textOf(row['from']))) / 86_400_000) + 1 || 0,
  )

const calendar: RuleForm = {
  intro: '公司哪些时间上班。时限里选了“只算工作时间”的，只在这些时间里计时。',
  groups: [
    {
      title: '每周',
      fields: [
        { kind: 'weekdays', key: 'workdays', label: '上班的日子', isWide: true },
        {
          ...{ kind: 'rows', key: 'intervals', label: '每天的工作时段', isWide: true, fields: interval },
          hint: '午休可以拆成两段；结束早于开始就是到第二天，例如 22:00 到 06:00 的夜班。',
          ...{ add: '加一段', none: '至少要有一段', most: 12, make: () => ({ from: '09:00', to: '18:00' }) },
        },
        {
          ...{ kind: 'rows', key: 'otherHours', label: '个别日子不同', isWide: true, most: 7 },
          hint: '例如周六只上半天。没有列出的日子按上面的时段。',
          ...{ add: '加一天', none: '每天都一样' },
          fields: [
            { kind: 'weekday', key: 'weekday', label: '星期几', isWide: true },
            {
              ...{
                kind: 'rows',
                key: 'intervals',
                label: '工作时段',
                isWide: true,
                fields: interval,
                most: 12,
              },
              ...{ add: '加一段', none: '至少要有一段', make: () => ({ from: '09:00', to: '12:00' }) },
            },
          ],
          make: (rows) => ({
            weekday: [6, 7, 1, 2, 3, 4, 5].find((day) => !rows.some((row) => row['weekday'] === day)) ?? 6,
            intervals: [{ from: '09:00', to: '12:00' }],
          }),
        },
      ],
    },
    {
      title: '本公司另外的安排',
      hint: '法定节假日在“节假日与调休”里，这里只写公司自己的。两边不一致时，以这里为准。',
      fields: [
        { kind: 'dates', key: 'daysOff', label: '另外放假', isWide: true },
        { kind: 'dates', key: 'makeUpDays', label: '另外上班', isWide: true },
      ],
    },
  ],
}

const holidays: RuleForm = {
  intro: '法定节假日和调休上班的日子，每年国务院办公厅公布后加进来。没有登记的年份只按星期几计算。',
  groups: [
    {
      title: '已登记的年份',
      fields: [
        {
          ...{ kind: 'rows', key: 'years', label: '', isWide: true, isFolded: true, most: 30 },
          ...{ add: '加一年', none: '还没有登记' },
          name: (row) => `${String(row['year'])} 年`,
          sum: (row) =>
            `${rowsOf(row['feasts']).length} 个节日，放假 ${rowsOf(row['feasts']).reduce((n, one) => n + feastDays(one), 0)} 天`,
          make: (rows) => ({
            year: Math.max(2026, ...rows.map((row) => Number(row['year']))) + 1,
            ...{ source: '', feasts: [] },
          }),
          fields: [
            { kind: 'number', key: 'year', label: '年份', least: 2000, most: 2100, unit: '年' },
            { kind: 'text', key: 'source', label: '依据（可不填）', most: 200, isWide: true },
            {
              ...{ kind: 'rows', key: 'feasts', label: '节日', isWide: true, isFolded: true, most: 20 },
              ...{ add: '加一个节日', none: '还没有节日' },
              name: (row) => textOf(row['name']) || '新节日',
              sum: (row) => {
                const made = textsOf(row['makeUpDays']).length
                const days = feastDays(row)
                const until = days > 1 ? ` 至 ${textOf(row['to']).slice(5)}` : ''
                return `${textOf(row['from']).slice(5)}${until}，${days} 天${made ? `，调休上班 ${made} 天` : ''}`
              },
              make: () => ({ name: '', from: '', to: '', makeUpDays: [] }),
              fields: [
                { kind: 'text', key: 'name', label: '名称', most: 20, isWide: true },
                { kind: 'date', key: 'from', label: '放假第一天' },
                { kind: 'date', key: 'to', label: '放假最后一天' },
                { kind: 'dates', key: 'makeUpDays', label: '调休上班', isWide: true },
              ],
            },
          ],
        },
      ],
    },
  ],
}

const duty: RuleForm = {
  intro: '谁在什么时候值班。“时限与升级”的步骤可以找值班人员，找到的就是当时在班的人。',
  groups: [
    {
      title: '值班名单',
      fields: [
        {
          ...{ kind: 'rows', key: 'lists', label: '', isWide: true, most: 20 },
          ...{ add: '加一份名单', none: '还没有值班名单' },
          name: (row) => textOf(row['label']) || '新名单',
          make: (rows) => ({ id: freeKey('list', rows, 'id'), label: '', turns: [], days: [] }),
          fields: [
            {
              kind: 'text',
              key: 'label',
              label: '名称',
              most: 30,
              isWide: true,
              placeholder: '例如：夜间客服',
            },
            {
              ...{ kind: 'rows', key: 'turns', label: '每周的班次', isWide: true, most: 50 },
              hint: '结束不晚于开始，就是值到第二天。',
              ...{ add: '加一班', none: '还没有班次' },
              name: (row) => weekdayWords(numbersOf(row['weekdays'])) || '新班次',
              make: () => ({ weekdays: [1, 2, 3, 4, 5], from: '18:00', to: '09:00', people: [] }),
              fields: [
                { kind: 'weekdays', key: 'weekdays', label: '星期几', isWide: true },
                ...interval,
                { kind: 'people', key: 'people', label: '谁值班', isWide: true },
              ],
            },
            {
              ...{ kind: 'rows', key: 'days', label: '个别日子另有安排', isWide: true, most: 400 },
              hint: '这一天只看这里，不看每周的班次；不选人就是当天无人值班。',
              ...{ add: '加一天', none: '没有' },
              name: (row) => textOf(row['day']) || '新的一天',
              make: () => ({ day: '', people: [] }),
              fields: [
                { kind: 'date', key: 'day', label: '日期' },
                { kind: 'people', key: 'people', label: '谁值班', isWide: true },
              ],
            },
          ],
        },
      ],
    },
  ],
}

const isQuiet = (row: Row) => (row['quiet'] as Row | undefined)?.['enabled'] === true

const notices: RuleForm = {
  intro: '什么时候不打扰人，什么时候把很多条合成一张。',
  groups: [
    {
      title: '安静时段',
      hint: '普通通知等到时段结束再发。加急和升级的通知永远马上发出，不受影响。',
      fields: [
        { kind: 'switch', key: 'quiet.enabled', label: '启用安静时段', isWide: true },
        { kind: 'time', key: 'quiet.from', label: '从几点起', when: isQuiet },
        { kind: 'time', key: 'quiet.to', label: '到几点止', hint: '早于开始就是第二天', when: isQuiet },
        {
          ...{ kind: 'many', key: 'quiet.except', label: '这些卡片照常发送', isWide: true, options: 'cards' },
          when: isQuiet,
        },
      ],
    },
    {
      title: '合成一张',
      hint: '短时间内同一种卡片太多时，合成一张列表，一次看完。',
      fields: [
        {
          ...{ kind: 'rows', key: 'digest.kinds', label: '哪些卡片', isWide: true, isFolded: true, most: 60 },
          ...{ add: '加一种卡片', none: '不合并，每条单独发' },
          name: (row, { card }) => card(textOf(row['card'])) || '新的一种',
          sum: (row) => `${String(row['windowSeconds'])} 秒内超过 ${String(row['threshold'])} 条`,
          make: () => ({ card: '', threshold: 5, windowSeconds: 60 }),
          fields: [
            { kind: 'select', key: 'card', label: '卡片', options: 'cards', isWide: true },
            {
              kind: 'number',
              key: 'windowSeconds',
              label: '在多长时间内',
              least: 10,
              most: 3600,
              unit: '秒',
            },
            { kind: 'number', key: 'threshold', label: '超过几条', least: 1, most: 1000, unit: '条' },
          ],
        },
        {
          ...{
            kind: 'number',
            key: 'digest.collectSeconds',
            label: '成批时先等',
            least: 1,
            most: 60,
            unit: '秒',
          },
          hint: '等齐了再合成',
        },
        { kind: 'number', key: 'digest.shown', label: '卡片上列出前', least: 1, most: 20, unit: '条' },
      ],
    },
  ],
}

const levels = { normal: '普通', urgent: '加急', escalation: '升级' }

const reminders: RuleForm = {
  intro: '哪些卡片更要紧，没人看时怎么再提醒。没有列出的卡片按普通发送，不再提醒。',
  groups: [
    {
      title: '按卡片',
      hint: '普通：可在安静时段等待。加急：马上发。升级：马上发，结果不明时再发一次。',
      fields: [
        {
          ...{ kind: 'rows', key: 'rules', label: '', isWide: true, isFolded: true, most: 60 },
          ...{ add: '加一种卡片', none: '所有卡片都按普通发送' },
          name: (row, { card }) => card(textOf(row['card'])) || '新的一种',
          sum: (row) =>
            [
              levels[textOf(row['level']) as keyof typeof levels],
              rowsOf(row['steps']).length > 0 ? `${rowsOf(row['steps']).length} 步提醒` : '不另外提醒',
            ].join('，'),
          make: () => ({ card: '', level: 'urgent', steps: [] }),
          fields: [
            { kind: 'select', key: 'card', label: '卡片', options: 'cards' },
            { kind: 'select', key: 'level', label: '等级', options: options(levels) },
            {
              ...{
                kind: 'rows',
                key: 'steps',
                label: '没看时怎么提醒',
                isWide: true,
                isOrdered: true,
                most: 6,
              },
              hint: '从卡片发出算起；看过或处理过就不再提醒。短信、电话和邮件要先在服务器上配置。',
              ...{ add: '加一步', none: '不另外提醒' },
              make: () => ({ after: '5m', by: ['urge.app'], how: 'all' }),
              fields: [
                { kind: 'wait', key: 'after', label: '多久仍未读', isWide: true },
                {
                  ...{ kind: 'select', key: 'how', label: '几种方式', isWide: true },
                  options: options({ all: '同时用上', first: '按顺序，不通再换' }),
                },
                {
                  ...{ kind: 'many', key: 'by', label: '用什么方式', isWide: true },
                  options: options(channelWords).filter(({ key }) => key !== 'messenger' && key !== 'todo'),
                },
              ],
            },
          ],
        },
      ],
    },
    {
      title: '平台待办',
      fields: [
        {
          ...{ kind: 'switch', key: 'todos', label: '待办也写进本人的钉钉待办或飞书任务', isWide: true },
          hint: '关掉以后，新的待办只在跟进里提醒。',
        },
      ],
    },
  ],
}

const credentials: RuleForm = {
  intro:
    '接口许可、域名、短信签名这类会过期的东西。到期前 30、14、7、1 天的上午 9 点提醒管理员；提前几天、提醒谁，在“时限与升级”的“许可与证书到期”里改。网站自己的 HTTPS 证书每天自动查看，不用登记。',
  groups: [
    {
      title: '会到期的东西',
      fields: [
        {
          ...{ kind: 'rows', key: 'items', label: '', isWide: true, isFolded: true, most: 100 },
          ...{ add: '加一项', none: '还没有登记，到期前不会有人知道' },
          name: (row) => textOf(row['name']) || '新的一项',
          sum: (row) => (row['expiresOn'] ? `${textOf(row['expiresOn'])} 到期` : '还没有填到期日'),
          make: (rows) => ({ key: freeKey('item', rows, 'key'), name: '', expiresOn: '', renew: '' }),
          fields: [
            {
              ...{ kind: 'text', key: 'name', label: '名称', most: 60, isWide: true },
              placeholder: '例如：企业微信接口许可',
            },
            { kind: 'date', key: 'expiresOn', label: '到期日' },
            {
              ...{ kind: 'text', key: 'renew', label: '到哪里续期（可不填）', most: 200, isWide: true },
              placeholder: '写给收到提醒的人看',
            },
          ],
        },
      ],
    },
  ],
}

/** What each page of rules asks for. */
export const ruleForms: Record<RuleName, RuleForm> = {
  calendar,
  holidays,
  duty,
  notices,
  reminders,
  credentials,
}
