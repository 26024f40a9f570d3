import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'
import type { Core } from '../../core/app.js'
import type { CalendarDraft } from '../../core/deadlines/calendar-preview.js'
import { onDuty } from '../../core/deadlines/duty.js'
import { addDays, fromLocal, localDay, toLocal } from '../../core/deadlines/working-time.js'
import { quietUntil } from '../../core/deliveries/quiet.js'
import type { Credentials } from '../../core/playbook/credentials.js'
import type { Duty } from '../../core/playbook/duty.js'
import { yearsWithoutHolidays, type Holidays } from '../../core/playbook/holidays.js'
import type { Notices } from '../../core/playbook/notices.js'
import type { Reminders } from '../../core/playbook/reminders.js'
import type { RuleMeaning, RuleName } from '../contract/rules.js'
import { channelWords } from '../contract/words.js'
import { ladderWords, moreCardLabels } from './admin-texts.js'
import { createRecordNames } from './record-names.js'
import { cardLabels } from './texts.js'

type Line = RuleMeaning['lines'][number]

const line = (title: string, text: string, tone: Line['tone'] = 'plain'): Line => ({ title, text, tone })
const said = (lines: Line[]): RuleMeaning => ({ lines, days: [], moves: null })
const cardName = (card: string): string => cardLabels[card] ?? moreCardLabels[card] ?? card
const weekdays = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']
const dayMs = 86_400_000

/** `11月30日 周一`. */
function dayWords(day: string): string {
  const [, month, date] = day.split('-').map(Number)
  return `${month}月${date}日 ${weekdays[new Date(`${day}T00:00Z`).getUTCDay()]}`
}

/** What a document would mean, before it is published: each in the way that people ask about it. */
export function createRuleMeanings(core: Core) {
  const { clock, playbook, timeZone } = core
  const at = (instant: Date) =>
    `${dayWords(localDay(instant, timeZone))} ${toLocal(instant, timeZone).slice(11, 16)}`

  async function ofCalendar(tx: EntityManager, draft: CalendarDraft): Promise<RuleMeaning> {
    const found = await core.calendarPreviews.preview(tx, draft)
    const { before, after } = found.workday
    const isSame = before.getTime() === after.getTime()
    const changed = found.days.filter(({ isChanged }) => isChanged).length
    const lines = [
      line(
        '现在开始算 1 个工作日',
        isSame ? `到 ${at(after)}，与现在相同` : `原来到 ${at(before)}，改为到 ${at(after)}`,
      ),
      line('最近五周', changed > 0 ? `有 ${changed} 天的上班或休息会改变` : '上班和休息的日子不变'),
      found.kinds.length > 0
        ? line('用到它的时限', found.kinds.map((kind) => ladderWords[kind]?.label ?? kind).join('、'))
        : line('用到它的时限', '目前没有：所有时限都按钟表计时，可在“时限与升级”里改'),
    ]
    const year = Number(localDay(clock.now(), timeZone).slice(0, 4))
    const missing = yearsWithoutHolidays(
      draft.holidays ?? (await playbook.get(tx, 'holidays')),
      year,
      year + 1,
    )
    if (missing.length > 0)
      lines.push(line('还没有登记', `${missing.join('、')} 年的法定节假日，那一年只按周几上班计算`, 'warn'))
    const nameOf = createRecordNames(core, tx)
    const rows: NonNullable<RuleMeaning['moves']>['rows'] = []
    for (const { deadlineId, kind, subject, ...sides } of found.rows) {
      const about = await nameOf(subject.type, subject.id)
      rows.push({
        ...{ id: deadlineId, kind: ladderWords[kind]?.label ?? kind },
        ...{ about: about?.name ?? '', path: about?.path ?? null },
        ...{ before: sides.before.toISOString(), after: sides.after.toISOString() },
      })
    }
    const { kinds, running, moved, days } = found
    return { lines, days, moves: { kinds, running, moved, rows } }
  }

  async function ofDuty(tx: EntityManager, duty: Duty): Promise<RuleMeaning> {
    const people = await core.org.people(
      tx,
      duty.lists.flatMap(({ turns, days }) => [...turns, ...days].flatMap((one) => one.people)),
    )
    const names = (ids: string[]) =>
      ids.length > 0 ? ids.map((id) => people.get(id)?.name ?? '已离开的同事').join('、') : '没有人'
    const now = clock.now()
    const today = localDay(now, timeZone)
    const lines: Line[] = []
    for (const [kind, { steps }] of Object.entries(await playbook.get(tx, 'ladders'))) {
      const named = steps.flatMap(({ who }) => (who?.startsWith('duty:') ? who.slice('duty:'.length) : []))
      if (named.some((id) => !duty.lists.some((list) => list.id === id)))
        lines.push(
          line(ladderWords[kind]?.label ?? kind, '里面要找的一份值班名单不在了，到时会找管理员', 'warn'),
        )
    }
    for (const { id, label, turns } of duty.lists) {
      const onNow = onDuty(duty, id, now, timeZone)
      lines.push(line(`${label} · 现在`, names(onNow), onNow.length > 0 ? 'plain' : 'warn'))
      const starts = [...new Set(['00:00', ...turns.flatMap(({ from, to }) => [from, to])])].toSorted()
      for (let n = 0; n < 7; n += 1) {
        const day = addDays(today, n)
        const turnsOfDay: string[] = []
        let last = ''
        for (const time of starts) {
          const who = names(onDuty(duty, id, fromLocal(`${day}T${time}`, timeZone), timeZone))
          if (who !== last) turnsOfDay.push(`${time} 起 ${who}`)
          last = who
        }
        lines.push(line(dayWords(day), turnsOfDay.length === 1 ? `全天 ${last}` : turnsOfDay.join('，')))
      }
    }
    return said(lines.length > 0 ? lines : [line('值班', '没有值班名单，时限里的“值班人员”找不到人', 'warn')])
  }

  function ofNotices({ quiet, digest }: Notices): RuleMeaning {
    const now = clock.now()
    const ends = quietUntil(now, quiet, timeZone)
    const kept = quiet.except.map(cardName)
    const tonight = quiet.from > quiet.to ? '第二天 ' : ''
    const lines = quiet.enabled
      ? [
          line('安静时段', `每天 ${quiet.from} 到${tonight}${quiet.to}，普通通知等到 ${quiet.to} 再发`),
          line('现在', ends ? `正在安静时段，普通通知等到 ${at(ends)}` : '不在安静时段，通知马上发出'),
          line('照常发出', ['加急和升级的通知', ...kept].join('、')),
        ]
      : [line('安静时段', '没有启用，所有通知随到随发')]
    return said([
      ...lines,
      line(
        '合成一张',
        digest.kinds.length > 0
          ? digest.kinds
              .map((one) => `${cardName(one.card)}：${one.windowSeconds} 秒内超过 ${one.threshold} 条`)
              .join('；')
          : '不合并，每条单独发',
      ),
    ])
  }

  function ofReminders({ rules, todos }: Reminders): RuleMeaning {
    const lines = rules.map(({ card, level, steps }) => {
      const way = steps.map(({ after, by, how }) => {
        const names = by.map((one) => channelWords[one]).join(how === 'all' ? '和' : '，不通再用')
        return `${sayWait(after)}用${names}`
      })
      const first = {
        normal: '安静时段内等待',
        urgent: '随到随发',
        escalation: '随到随发，结果不明再发一次',
      }[level]
      return line(cardName(card), [first, ...(way.length > 0 ? way : ['不另外提醒'])].join('；'))
    })
    return said([
      ...lines,
      line('平台待办', todos ? '待办同时出现在本人的钉钉待办或飞书任务里' : '待办只在跟进里，不写进平台'),
    ])
  }

  async function ofCredentials(tx: EntityManager, { items }: Credentials): Promise<RuleMeaning> {
    const ladder = (await playbook.get(tx, 'ladders'))['credential.expiry']
    const now = clock.now()
    const today = localDay(now, timeZone)
    const before = ladder.steps.flatMap(({ at: when }) =>
      /^-\d+d$/.test(when) ? [Number(when.slice(1, -1))] : [],
    )
    const lines = items.map(({ name, expiresOn }) => {
      const left = Math.round((Date.parse(expiresOn) - Date.parse(today)) / dayMs)
      if (left < 0) return line(name, `已过期 ${-left} 天`, 'warn')
      const next = before
        .map((days) => addDays(expiresOn, -days))
        .filter((day) => fromLocal(`${day}T09:00`, timeZone) > now)
        .toSorted()[0]
      const lead = left === 0 ? '今天到期' : `还有 ${left} 天`
      return line(
        name,
        next ? `${lead}，下一次提醒在 ${dayWords(next)} 9:00` : lead,
        left <= 7 ? 'warn' : 'plain',
      )
    })
    return said(lines.length > 0 ? lines : [line('到期提醒', '还没有登记，到期前不会有人知道', 'warn')])
  }

  /** @throws DomainError `permission.denied`, `playbook.invalid`. */
  return async function meaningOf(
    tx: EntityManager,
    actor: PersonActor,
    name: RuleName,
    body: unknown,
  ): Promise<RuleMeaning> {
    const { examine } = playbook
    switch (name) {
      case 'calendar':
        return ofCalendar(tx, { calendar: examine(actor, name, body) })
      case 'holidays': {
        const holidays: Holidays = examine(actor, name, body)
        return ofCalendar(tx, { holidays })
      }
      case 'duty':
        return ofDuty(tx, examine(actor, name, body))
      case 'notices':
        return ofNotices(examine(actor, name, body))
      case 'reminders':
        return ofReminders(examine(actor, name, body))
      case 'credentials':
        return ofCredentials(tx, examine(actor, name, body))
    }
  }
}

function sayWait(after: string): string {
  const n = Number.parseInt(after, 10)
  if (n === 0) return '发出时'
  return `${n} ${after.endsWith('h') ? '小时' : '分钟'}未读，`
}
