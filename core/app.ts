import { createAssignment } from './assignment/assignment.js'
import { createLeavers } from './assignment/leavers.js'
import { createChanges } from './changes/changes.js'
import { createCustomers } from './customers/customers.js'
import type { Database } from './db/database.js'
import { createLeases } from './db/leases.js'
import { createUnitOfWork } from './db/unit-of-work.js'
import { createCalendarPreviews } from './deadlines/calendar-preview.js'
import { createDeadlines } from './deadlines/deadlines.js'
import { createConversion } from './deals/convert.js'
import { createDeals } from './deals/deals.js'
import { createCredentials } from './deliveries/credentials.js'
import { createDeliveries } from './deliveries/deliveries.js'
import { createTestMessages } from './deliveries/test-message.js'
import { createFiles } from './files/files.js'
import { createFollowUps } from './follow-ups/follow-ups.js'
import { createInbox } from './inbox/inbox.js'
import { createImports } from './intake/import.js'
import { createIntake } from './intake/intake.js'
import { createKeyStore } from './key-store/key-store.js'
import { createLeads } from './leads/leads.js'
import { viewByReading } from './leads/view-by-reading.js'
import { createBindings } from './org/bindings.js'
import { createDirectorySync } from './org/directory-sync.js'
import { createOrg } from './org/org.js'
import { createSessions } from './org/sessions.js'
import { createPlaybook } from './playbook/playbook.js'
import type { Clock } from './ports/clock.js'
import type { Ids } from './ports/ids.js'
import { createReactions } from './reports/reactions.js'
import { createTasks } from './tasks/tasks.js'

export interface CoreDeps {
  database: Database
  clock: Clock
  ids: Ids
  timeZone: string
}

export type Core = ReturnType<typeof createCore>

/** Builds every module in order: the map of the domain. A module sees only those above it. */
export function createCore({ database, clock, ids, timeZone }: CoreDeps) {
  const work = createUnitOfWork(database)
  const base = { clock, ids }
  const leases = createLeases({ clock, work })
  const keys = createKeyStore({ clock, work })
  const changes = createChanges(base)
  const reactions = createReactions({ clock, changes })
  const playbook = createPlaybook({ ...base, changes })
  const org = createOrg({ clock })
  const bindings = createBindings({ clock, changes })
  const directorySync = createDirectorySync({ ...base, changes, bindings, playbook })
  const sessions = createSessions(base)
  const inbox = createInbox({ ...base, changes, work })
  const files = createFiles({ ...base, changes })
  const deadlines = createDeadlines({ ...base, changes, playbook, org, timeZone })
  const calendarPreviews = createCalendarPreviews({ clock, playbook, timeZone })
  const deliveries = createDeliveries({ ...base, playbook, timeZone })
  bindings.onReachable(deliveries.reach)
  const credentials = createCredentials({ clock, playbook, deadlines, deliveries, timeZone })
  const testMessages = createTestMessages({ ...base, org, deliveries })
  const customers = createCustomers({ ...base, changes })
  const leads = createLeads({ ...base, changes, deadlines, org, playbook })
  deliveries.onReceipt(viewByReading({ leads, org }))
  const deals = createDeals({ ...base, changes, customers, files, playbook })
  const conversion = createConversion({ changes, customers, deadlines, deals, leads, org })
  const assignment = createAssignment({ ...base, changes, deadlines, org, leads, playbook })
  const leavers = createLeavers({ deadlines, assignment, customers, deals })
  const intake = createIntake({ ...base, changes, org, leads, customers, assignment })
  const imports = createImports({ ids, changes, org, playbook, intake, work })
  const tasks = createTasks({ ...base, changes, deadlines, leavers })
  intake.onTouched(tasks.customerWrote)
  const followUps = createFollowUps({ ...base, changes, leads, customers, tasks, timeZone })
  return {
    write: work.write,
    read: work.read,
    clock,
    ids,
    timeZone,
    leases,
    keys,
    changes,
    reactions,
    playbook,
    org,
    bindings,
    directorySync,
    sessions,
    inbox,
    files,
    deadlines,
    calendarPreviews,
    deliveries,
    credentials,
    testMessages,
    customers,
    leads,
    deals,
    conversion,
    assignment,
    leavers,
    intake,
    imports,
    tasks,
    followUps,
  }
}
