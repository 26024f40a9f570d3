import type { EntityManager } from 'typeorm'
import type { Core } from '../../core/app.js'
import type { SubjectType } from '../../core/changes/change.js'
import { aboutOf } from '../../core/follow-ups/follow-ups.js'
import { installationName } from './admin-texts.js'

export interface RecordName {
  name: string
  /** The page that shows it; null where there is none. */
  path: string | null
}

const nameless = '未留姓名'

/** Names of records, each looked up once. A follow-up and a task are called by what they are about. */
export function createRecordNames(core: Core, tx: EntityManager) {
  const known = new Map<string, Promise<RecordName | null>>()

  function of(type: SubjectType | string, id: string): Promise<RecordName | null> {
    const key = `${type} ${id}`
    const found = known.get(key) ?? look(type, id)
    known.set(key, found)
    return found
  }

  async function look(type: string, id: string): Promise<RecordName | null> {
    switch (type) {
      case 'lead': {
        const lead = await core.leads.find(tx, id)
        return lead && { name: lead.company || lead.name || nameless, path: `/leads/${id}` }
      }
      case 'customer': {
        const customer = await core.customers.find(tx, id)
        return customer && { name: customer.name, path: `/customers/${id}` }
      }
      case 'deal': {
        const deal = await core.deals.find(tx, id)
        return deal && { name: deal.title, path: `/deals/${id}` }
      }
      case 'task': {
        const task = await core.tasks.find(tx, id)
        if (!task) return null
        const about = await of(task.subjectType, task.subjectId)
        return { name: `${about?.name ?? nameless} · ${task.title}`, path: about?.path ?? null }
      }
      case 'follow-up': {
        const about = aboutOf(await core.followUps.byId(tx, id))
        return about ? of(about.type, about.id) : null
      }
      case 'person': {
        const person = await core.org.findPerson(tx, id)
        return person && { name: person.name, path: null }
      }
      case 'installation': {
        const credential = await core.credentials.find(tx, id)
        return { name: credential?.name ?? installationName, path: null }
      }
      default:
        return null
    }
  }

  return of
}

export type RecordNames = ReturnType<typeof createRecordNames>
