import type { Role } from '../actor.js'

/** Whose rows an ability reaches. `department` is the manager's department and everything below it. */
export type Reach = 'none' | 'own' | 'department' | 'all'

/**
 * What each role may do. The same table answers core, the pages' buttons and the tests. A new ability is a line here.
 */
export const policy = {
  'lead.read': { rep: 'own', manager: 'department', admin: 'all', support: 'none' },
  'lead.create': { rep: 'all', manager: 'all', admin: 'all', support: 'all' },
  'lead.edit': { rep: 'own', manager: 'department', admin: 'all', support: 'none' },
  'lead.close': { rep: 'own', manager: 'department', admin: 'all', support: 'none' },
  'lead.convert': { rep: 'own', manager: 'department', admin: 'all', support: 'none' },
  'lead.reassign': { rep: 'none', manager: 'department', admin: 'all', support: 'none' },
  'lead.import': { rep: 'none', manager: 'all', admin: 'all', support: 'none' },
  'customer.read': { rep: 'own', manager: 'department', admin: 'all', support: 'all' },
  'customer.edit': { rep: 'own', manager: 'department', admin: 'all', support: 'none' },
  'deal.read': { rep: 'own', manager: 'department', admin: 'all', support: 'none' },
  'deal.edit': { rep: 'own', manager: 'department', admin: 'all', support: 'none' },
  'follow-up.write': { rep: 'own', manager: 'department', admin: 'all', support: 'none' },
  'task.do': { rep: 'own', manager: 'own', admin: 'own', support: 'own' },
  'phone.read': { rep: 'own', manager: 'department', admin: 'all', support: 'none' },
  'playbook.edit': { rep: 'none', manager: 'none', admin: 'all', support: 'none' },
  'organisation.edit': { rep: 'none', manager: 'none', admin: 'all', support: 'none' },
  'delivery.read': { rep: 'none', manager: 'none', admin: 'all', support: 'none' },
  'delivery.retry': { rep: 'none', manager: 'none', admin: 'all', support: 'none' },
} as const satisfies Record<string, Record<Role, Reach>>

export type Ability = keyof typeof policy
