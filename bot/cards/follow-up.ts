import { DomainError } from '../../core/errors.js'
import { aboutOf, type About } from '../../core/follow-ups/follow-ups.js'
import type { FollowUp } from '../../core/follow-ups/follow-up.js'
import type { Card, CardInput } from '../../core/ports/card.js'
import { findMoney } from '../../core/understanding/money.js'
import { leadName, localValue, maskPhones, money } from '../format.js'
import { outcomeLabels } from '../texts.js'
import { note, ok, warn, type CardKind, type CardView, type Tap } from './card-kind.js'

const questions = { undo: '撤销后，这条跟进和它的提醒都会取消，确定吗？' } as const

/** What was understood of one sentence: whose it is, if that is open; then for confirmation, with 修改 and 撤销. */
export const followUpCard: CardKind = {
  kind: 'follow-up',
  questions,

  async render(view): Promise<Card> {
    const { core, tx, delivery } = view
    const followUp = await core.followUps.byId(tx, delivery.subjectId)
    switch (followUp.state) {
      case 'draft':
        return draftCard(view, followUp)
      case 'active':
        return activeCard(view, followUp)
      case 'undone':
        return {
          kind: 'follow-up',
          title: '跟进已撤销',
          tone: 'neutral',
          subtitle: '提醒也已一并取消',
          blocks: [{ type: 'quote', text: maskPhones(followUp.text) }],
        }
      case 'dropped':
        return {
          kind: 'follow-up',
          title: '没有记录这条跟进',
          tone: 'neutral',
          blocks: [{ type: 'quote', text: maskPhones(followUp.text) }],
        }
    }
  },

  taps: {
    async choose({ core, tx, actor, delivery, values }: Tap) {
      const about = aboutFrom(values['about'])
      if (!about) throw new DomainError('follow-up.choose_first')
      await core.followUps.choose(tx, actor, delivery.subjectId, about)
      return ok('已记到这位客户名下。')
    },
    async create({ core, tx, actor, delivery }: Tap) {
      const followUp = await core.followUps.byId(tx, delivery.subjectId)
      if (followUp.state !== 'draft') return note('这条跟进已经处理过了。')
      const captured = await core.intake.capture(
        tx,
        actor,
        {
          lead: {
            name: followUp.persons[0] ?? '',
            company: followUp.customerHint ?? '',
            phone: followUp.phoneHint,
            need: followUp.text,
            source: 'manual',
          },
          channel: 'bot',
          chatName: '一句话跟进',
          senderName: '',
          text: followUp.text,
        },
        { by: 'person', personId: actor.personId, via: 'manual' },
      )
      const about: About =
        captured.outcome === 'customer-touched'
          ? { type: 'customer', id: captured.customerId }
          : { type: 'lead', id: captured.lead.id }
      await core.followUps.choose(tx, actor, delivery.subjectId, about)
      return ok(captured.outcome === 'lead' ? '已新建线索并记下跟进。' : '电话与已有客户一致，已记到其名下。')
    },
    async drop({ core, tx, actor, delivery }: Tap) {
      await core.followUps.drop(tx, actor, delivery.subjectId)
      return note('好的，这句话不记录。')
    },
    async undo({ core, tx, actor, delivery }: Tap) {
      const followUp = await core.followUps.undo(tx, actor, delivery.subjectId)
      return followUp.state === 'undone' ? ok('已撤销，提醒也取消了。') : warn('这条跟进已经处理过了。')
    },
    async edit({ core, tx, actor, delivery }: Tap) {
      const followUp = await core.followUps.byId(tx, delivery.subjectId)
      if (followUp.authorId !== actor.personId)
        throw new DomainError('permission.denied', { ability: 'follow-up.write' })
      await core.deliveries.remember(tx, delivery, { editing: 'yes' })
      return {}
    },
    async leave({ core, tx, delivery }: Tap) {
      await core.deliveries.remember(tx, delivery, { editing: 'no' })
      return {}
    },
    async correct({ core, tx, actor, delivery, values }: Tap) {
      const before = await core.followUps.byId(tx, delivery.subjectId)
      const library = await core.playbook.get(tx, 'action-library')
      await core.followUps.correct(tx, actor, delivery.subjectId, {
        ...(library.some((action) => action.key === values['action'])
          ? { action: values['action'] ?? before.action }
          : {}),
        ...(values['outcome'] && values['outcome'] in outcomeLabels ? { outcome: values['outcome'] } : {}),
        ...('nextAt' in values ? { nextAt: nextAtFrom(values['nextAt'], before) } : {}),
        ...('nextWhat' in values ? { nextWhat: values['nextWhat']?.trim().slice(0, 200) || null } : {}),
        ...('amount' in values ? { amountCents: amountFrom(values['amount']) } : {}),
      })
      await core.deliveries.remember(tx, delivery, { editing: 'no' })
      return ok('已按你的修改保存。')
    },
  },
}

async function draftCard(view: CardView, followUp: FollowUp): Promise<Card> {
  const named = [followUp.customerHint, ...followUp.persons].filter(Boolean).join(' · ')
  const found = followUp.candidates
  return {
    kind: 'follow-up',
    title: found.length > 0 ? '这条跟进是哪位客户的？' : '没有找到这位客户',
    tone: 'warning',
    subtitle:
      found.length > 0
        ? `“${named}”可能是下面几位，选一位即可`
        : named
          ? `你名下没有“${named}”，可以新建线索`
          : '句子里没有提到是谁，补上公司或称呼再发一次，也可以新建线索',
    blocks: [{ type: 'quote', text: maskPhones(followUp.text) }, await understood(view, followUp)],
    ...(found.length > 0
      ? {
          inputs: [
            {
              type: 'select',
              name: 'about',
              label: '客户',
              required: true,
              options: found.map((candidate) => ({
                value: `${candidate.type}:${candidate.id}`,
                label: `${candidate.label}（${candidate.why}）`,
              })),
              ...(found[0] ? { value: `${found[0].type}:${found[0].id}` } : {}),
            },
          ],
        }
      : {}),
    actions: [
      ...(found.length > 0
        ? [{ id: 'choose', label: '就是这位', style: 'primary' as const, submit: true }]
        : []),
      ...(named ? [{ id: 'create', label: '新建线索', style: 'default' as const }] : []),
      { id: 'drop', label: '不用记', style: 'default' },
    ],
    ...readingNote(followUp),
  }
}

async function activeCard(view: CardView, followUp: FollowUp): Promise<Card> {
  const about = aboutOf(followUp)
  const isEdited = view.delivery.params['editing'] === 'yes'
  return {
    kind: 'follow-up',
    title: `已记录跟进：${await subjectName(view, about)}`,
    tone: 'success',
    subtitle: isEdited
      ? '改好后保存'
      : followUp.unsure.length > 0
        ? '有几处不太确定，请核对'
        : '核对一下，不对可以修改',
    // While it is corrected the fields stand in the form, and only there.
    blocks: [
      { type: 'quote', text: maskPhones(followUp.text) },
      ...(isEdited ? [] : [await understood(view, followUp)]),
    ],
    ...(isEdited ? { inputs: await corrections(view, followUp) } : {}),
    actions: isEdited
      ? [
          { id: 'correct', label: '保存修改', style: 'primary', submit: true },
          { id: 'leave', label: '不改了', style: 'default' },
        ]
      : [
          { id: 'edit', label: '修改', style: 'default' },
          { id: 'undo', label: '撤销', style: 'danger', confirm: questions.undo },
        ],
    ...(about
      ? {
          page: {
            label: about.type === 'lead' ? '查看线索' : '查看客户',
            path: about.type === 'lead' ? `/leads/${about.id}` : `/customers/${about.id}`,
          },
        }
      : {}),
    ...readingNote(followUp),
  }
}

function readingNote({ readBy }: FollowUp): { footnote?: string } {
  const footnote = {
    'rules-only': '模型没有给出可用的回答，这次只按规则理解',
    model: '由模型理解',
    rules: '',
    person: '已人工核对',
  }[readBy]
  return footnote ? { footnote } : {}
}

async function understood({ core, tx, now }: CardView, followUp: FollowUp): Promise<Card['blocks'][number]> {
  const library = await core.playbook.get(tx, 'action-library')
  const next = followUp.nextAt
    ? `${localValue(followUp.nextAt, now, core.timeZone)}${followUp.nextWhat ? ` · ${followUp.nextWhat}` : ''}`
    : ''
  const todos = followUp.todos.map(
    (todo) => `${todo.who}：${todo.what}${todo.due ? `（${localValue(todo.due, now, core.timeZone)}）` : ''}`,
  )
  const fields = [
    { label: '方式', value: library.find((action) => action.key === followUp.action)?.label ?? '其他' },
    { label: '结果', value: outcomeLabels[followUp.outcome] ?? followUp.outcome },
    { label: '联系人', value: followUp.persons.join('、') },
    { label: '金额', value: money(followUp.amountCents) },
    { label: '下次联系', value: next || '没有提到', wide: true },
    { label: '待办', value: todos.join('；'), wide: true },
  ]
  return { type: 'fields', fields: fields.filter((field) => field.value) }
}

const dayLength = '2026-01-31'.length

async function corrections({ core, tx }: CardView, followUp: FollowUp): Promise<CardInput[]> {
  const library = await core.playbook.get(tx, 'action-library')
  const options = (labels: Record<string, string>) =>
    Object.entries(labels).map(([value, label]) => ({ value, label }))
  const day = followUp.nextAt?.replace(/^\.\.\//, '').slice(0, 16)
  return [
    {
      type: 'select',
      name: 'action',
      label: '方式',
      options: library.map((action) => ({ value: action.key, label: action.label })),
      value: followUp.action,
      say: '方式改成微信沟通',
    },
    {
      type: 'select',
      name: 'outcome',
      label: '结果',
      options: options(outcomeLabels),
      value: followUp.outcome,
      say: '结果改成有进展',
    },
    {
      type: 'date',
      name: 'nextAt',
      label: '下次联系',
      say: '下次联系改到下周五下午三点',
      // A day without an hour fits no field that asks for one: it would look empty.
      withTime: day === undefined || day.length > dayLength,
      ...(day ? { value: day } : {}),
    },
  ]
}

async function subjectName({ core, tx }: CardView, about: About | null): Promise<string> {
  if (!about) return ''
  if (about.type === 'customer') return (await core.customers.find(tx, about.id))?.name ?? ''
  const lead = await core.leads.find(tx, about.id)
  return lead ? leadName(lead) : ''
}

function aboutFrom(value: string | undefined): About | null {
  const match = /^(lead|customer):([0-9A-Z]{26})$/.exec(value ?? '')
  return match?.[1] && match[2] ? { type: match[1] === 'lead' ? 'lead' : 'customer', id: match[2] } : null
}

/** What a date input sends. Left as the card showed it, a range or “by then” keeps its meaning. */
function nextAtFrom(value: string | undefined, before: FollowUp): string | null {
  const text = value?.trim() ?? ''
  if (!text) return null
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?$/.test(text))
    throw new DomainError('value.invalid', { field: '下次联系', rule: '要选一个日期' })
  if (before.nextAt && text === before.nextAt.replace(/^\.\.\//, '').slice(0, 16)) return before.nextAt
  return text.length > dayLength ? `${text}:00` : text
}

function amountFrom(value: string | undefined): number | null {
  if (!value?.trim()) return null
  const hit =
    findMoney(`金额${value}元`, { spokenUnits: true })[0] ?? findMoney(value, { spokenUnits: true })[0]
  const cents = hit?.valueCents ?? hit?.maxCents
  if (cents === undefined)
    throw new DomainError('value.invalid', { field: '金额', rule: '没有看懂，可写成 20万' })
  return cents
}
