/** Who acts. Permissions are decided for an actor, and every change names one. */
export type Actor = PersonActor | SystemActor

export type Role = 'rep' | 'manager' | 'admin' | 'support'

export interface PersonActor {
  kind: 'person'
  personId: string
  role: Role
  /** The departments whose rows a manager may see: the own one and all below it. Empty for others. */
  departmentIds: readonly string[]
  origin: Origin
}

/** The product itself: a deadline that fired, an import that runs, the sandbox's demo. */
export interface SystemActor {
  kind: 'system'
  name: string
  origin: Origin
}

/** The way in. `ip` and `device` where it gives them. */
export interface Origin {
  channel: string
  ip?: string
  device?: string
}

export const systemActor = (name: string): SystemActor => ({
  kind: 'system',
  name,
  origin: { channel: 'system' },
})

export const actorId = (actor: Actor): string =>
  actor.kind === 'person' ? actor.personId : `system:${actor.name}`
