import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'
import { toLocal } from '../../core/deadlines/working-time.js'
import { DomainError } from '../../core/errors.js'
import type { About } from '../../core/follow-ups/follow-ups.js'
import { dueTimeOf } from '../../core/follow-ups/next-time.js'
import { authorize } from '../../core/permissions/permissions.js'
import type { NoteDraft } from '../../core/understanding/note-schema.js'
import { readNote as readByRules } from '../../core/understanding/note.js'
import type { NotePreview } from '../contract/follow-ups.js'
import { noteInputSchema } from '../contract/follow-ups.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps, NoteReading, ReadNote } from './deps.js'
import { money } from './money.js'
import { parse } from './problems.js'
import { amountLabels, noteStageLabels, outcomeLabels } from './texts.js'
import { loadVocabulary, type Vocabulary } from './vocabulary.js'

/** The same words about the same record again so soon are a retry, not a second follow-up. */
const retryMs = 60_000

export function addFollowUpRoutes(add: AddRoute, deps: ApiDeps): void {
  const { core, config } = deps

  add('post', '/notes', async (ctx, actor): Promise<NotePreview> => {
    const { about, text } = parse(noteInputSchema, await readJson(ctx))
    const { reading, words } = await core.read(async (tx) => ({
      reading: await prepare(tx, actor, about),
      words: await loadVocabulary(tx, core, []),
    }))
    const { draft } = await understand(text, reading)
    return { rows: rowsOf(draft, words), tasks: tasksOf(draft) }
  })

  add('post', '/follow-ups', async (ctx, actor) => {
    const { about, text } = parse(noteInputSchema, await readJson(ctx))
    const reading = await core.read((tx) => prepare(tx, actor, about))
    // A model may be asked here: outside the unit of work.
    const said = { text, ...(await understand(text, reading)) }
    return core.write(async (tx) => {
      const [last] = await core.followUps.about(tx, [about], 1)
      const isRetry =
        last?.state === 'active' &&
        last.authorId === actor.personId &&
        last.text === text &&
        core.clock.now().getTime() - last.at.getTime() < retryMs
      return { id: (isRetry ? last : await core.followUps.say(tx, actor, said, about)).id }
    })
  })

  add('post', '/follow-ups/:id/undo', async (ctx, actor) => {
    await core.write((tx) => core.followUps.undo(tx, actor, ctx.params.id ?? ''))
    return { ok: true }
  })

  async function understand(text: string, reading: NoteReading): Promise<ReadNote> {
    return deps.readNote
      ? deps.readNote(text, reading)
      : { draft: readByRules(text, reading), readBy: 'rules' as const }
  }

  /** @throws DomainError `lead.not_found`, `customer.not_found`, `permission.denied`. */
  async function prepare(tx: EntityManager, actor: PersonActor, about: About): Promise<NoteReading> {
    const me = await core.org.person(tx, actor.personId)
    const names = about.type === 'lead' ? await namesOfLead() : await namesOfCustomer()
    return {
      reference: toLocal(core.clock.now(), config.timeZone),
      knownNames: names.filter(Boolean),
      self: me.name,
    }

    async function namesOfLead(): Promise<string[]> {
      const lead = await core.leads.require(tx, actor, about.id)
      authorize(actor, 'follow-up.write', lead)
      if (lead.state !== 'owned') throw new DomainError('lead.not_owned', { id: lead.id })
      return [lead.name, lead.company]
    }

    async function namesOfCustomer(): Promise<string[]> {
      const customer = await core.customers.require(tx, actor, about.id)
      authorize(actor, 'follow-up.write', customer)
      const contacts = await core.customers.contactsOf(tx, customer.id)
      return [customer.name, ...contacts.map(({ name }) => name)]
    }
  }

  function tasksOf(draft: NoteDraft): NotePreview['tasks'] {
    const now = core.clock.now()
    const sayDue = (value: string): string | null => {
      const due = dueTimeOf(value, now, config.timeZone)
      return due && sayLocal(toLocal(due.dueAt, config.timeZone), due.allDay)
    }
    const next = draft.next ? sayDue(draft.next.at) : null
    const todos = draft.todos.flatMap(({ what, due }) => {
      const when = due ? sayDue(due) : null
      return when && when !== next ? [{ title: what, due: when }] : []
    })
    return [...(next ? [{ title: draft.next?.what || '再次联系', due: next }] : []), ...todos]
  }
}

function rowsOf(draft: NoteDraft, words: Vocabulary): NotePreview['rows'] {
  const { amount, stage } = draft
  const row = (label: string, value: string | undefined, field: NoteDraft['unsure'][number]) =>
    value ? [{ label, value, unsure: draft.unsure.includes(field) }] : []
  return [
    ...row('方式', words.action(draft.action), 'action'),
    ...row('结果', outcomeLabels[draft.outcome], 'outcome'),
    ...row('联系人', draft.persons.join('、'), 'persons'),
    ...row('阶段', stage && noteStageLabels[stage], 'stage'),
    ...row(amountLabels[amount?.kind ?? ''] ?? '金额', amount && money(amount.valueCents), 'amount'),
  ]
}

/** `2026-03-18T15:00:00` → `3月18日 15:00`. */
function sayLocal(local: string, allDay: boolean): string {
  const day = `${Number(local.slice(5, 7))}月${Number(local.slice(8, 10))}日`
  return allDay ? day : `${day} ${local.slice(11, 16)}`
}
