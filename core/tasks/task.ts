import { EntitySchema } from 'typeorm'
import * as column from '../db/columns.js'

/** Something somebody has promised to do. `contact` is the next contact with a customer, `todo` anything else. */
export interface Task {
  id: string
  kind: 'contact' | 'todo'
  title: string
  ownerId: string
  subjectType: 'lead' | 'customer'
  subjectId: string
  followUpId: string | null
  dueAt: Date
  /** The day only was named: shown without a clock time. */
  allDay: boolean
  state: 'open' | 'done' | 'cancelled'
  createdAt: Date
  closedAt: Date | null
  demo: boolean
}

export const TaskEntity = new EntitySchema<Task>({
  name: 'task',
  tableName: 'tasks',
  columns: {
    id: column.id(),
    kind: column.state(),
    title: column.word(200),
    ownerId: column.ref(),
    subjectType: column.state(),
    subjectId: column.ref(),
    followUpId: column.optionalRef(),
    dueAt: column.instant(),
    allDay: column.flag(),
    state: column.state(),
    createdAt: column.instant(),
    closedAt: column.optionalInstant(),
    demo: column.flag(),
  },
  indices: [
    { name: 'tasks_owner', columns: ['ownerId', 'state', 'dueAt'] },
    { name: 'tasks_subject', columns: ['subjectType', 'subjectId'] },
  ],
})
