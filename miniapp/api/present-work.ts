import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../../core/actor.js'
import type { Core } from '../../core/app.js'
import type { FollowUp } from '../../core/follow-ups/follow-up.js'
import { can } from '../../core/permissions/permissions.js'
import type { Task } from '../../core/tasks/task.js'
import type { FollowUpView } from '../contract/follow-ups.js'
import type { TaskView } from '../contract/tasks.js'
import { outcomeLabels } from './texts.js'
import type { Vocabulary } from './vocabulary.js'

/** A task that only names a day is late when the day is over, not at nine in the morning. */
const allDayGraceMs = 9 * 3_600_000

/** Tasks with the name of what they are about, where the person may see it. */
export async function presentTasks(
  tx: EntityManager,
  core: Core,
  actor: PersonActor,
  tasks: Task[],
): Promise<TaskView[]> {
  const now = core.clock.now()
  const shown: TaskView[] = []
  for (const task of tasks) {
    shown.push({
      id: task.id,
      kind: task.kind,
      title: task.title,
      dueAt: task.dueAt.toISOString(),
      allDay: task.allDay,
      overdue: task.dueAt.getTime() + (task.allDay ? allDayGraceMs : 0) < now.getTime(),
      mine: task.ownerId === actor.personId,
      about: await aboutOf(tx, core, actor, task),
    })
  }
  return shown
}

async function aboutOf(
  tx: EntityManager,
  core: Core,
  actor: PersonActor,
  task: Task,
): Promise<TaskView['about']> {
  if (task.subjectType === 'lead') {
    const lead = await core.leads.find(tx, task.subjectId)
    if (!lead || !can(actor, 'lead.read', lead)) return null
    return { type: 'lead', id: lead.id, name: lead.company || lead.name || '未留姓名' }
  }
  const customer = await core.customers.find(tx, task.subjectId)
  if (!customer || !can(actor, 'customer.read', customer)) return null
  return { type: 'customer', id: customer.id, name: customer.name }
}

export const presentFollowUp = (followUp: FollowUp, actor: PersonActor, words: Vocabulary): FollowUpView => ({
  id: followUp.id,
  at: followUp.at.toISOString(),
  author: words.person(followUp.authorId)?.name ?? '',
  text: followUp.text,
  action: words.action(followUp.action),
  outcome: outcomeLabels[followUp.outcome] ?? followUp.outcome,
  undone: followUp.state === 'undone',
  mine: followUp.authorId === actor.personId,
})
