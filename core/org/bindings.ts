import { In, type EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import { insertRows, updateRows } from '../db/rows.js'
import type { Tx } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import type { Clock } from '../ports/clock.js'
import { platforms, type Platform } from '../ports/platform.js'
import { systemActor } from '../actor.js'
import { BindingEntity, PersonEntity, type Binding } from './person.js'
import { refusalWords } from './refusals.js'

/** What happens to a binding, from which states, and what it becomes. */
const moves = {
  /** The person tapped, wrote, signed in or opened the bot: the account is theirs and alive. */
  acted: { from: ['bound', 'broken'], to: 'verified', kind: 'person.account-verified' },
  /** The platform took a message for an account that it had refused. */
  took: { from: ['broken'], to: 'bound', kind: 'person.account-mended' },
  /** The platform refused the account. */
  refused: { from: ['bound', 'verified'], to: 'broken', kind: 'person.account-broken' },
} as const satisfies Record<string, { from: Binding['state'][]; to: Binding['state']; kind: string }>

type Move = keyof typeof moves

/** One line of the page: a person's account on one platform, or that there is none. */
export interface BindingView {
  personId: string
  platform: Platform
  externalId: string | null
  state: Binding['state'] | 'unbound'
  /** Since when it is so; null where nobody is bound. */
  since: Date | null
  code: string | null
  /** For admins, in Chinese. */
  reason: string
}

export type Bindings = ReturnType<typeof createBindings>

/** Which account of which platform is whom, and whether messages to it arrive. */
export function createBindings({ clock, changes }: { clock: Clock; changes: Changes }) {
  const listeners = new Set<(tx: Tx, personId: string) => Promise<void>>()
  const tellReachable = async (tx: Tx, personId: string) => {
    for (const listener of listeners) await listener(tx, personId)
  }

  async function move(tx: Tx, name: Move, account: Account, set: Partial<Binding>): Promise<Binding | null> {
    const { from, to, kind } = moves[name]
    const before = await tx.getRepository(BindingEntity).findOneBy(account)
    if (!before || !from.some((state) => state === before.state)) return null
    const moved = await updateRows(
      tx,
      BindingEntity,
      { ...account, state: before.state },
      { ...set, state: to },
    )
    if (moved !== 1) return null
    await changes.append(tx, systemActor('bindings'), {
      subject: { type: 'person', id: before.personId },
      kind,
      data: {
        platform: account.platform,
        from: before.state,
        ...(set.brokenCode ? { code: set.brokenCode } : {}),
      },
    })
    return { ...before, ...set, state: to }
  }

  return {
    /** Calls back, in the same unit, when messages to a person have a way again. */
    onReachable(listener: (tx: Tx, personId: string) => Promise<void>) {
      listeners.add(listener)
    },

    /**
     * Binds an account to a person: by an admin's hand, or by the directory (the system acts). An account that was
     * somebody else's is theirs no longer.
     *
     * @throws DomainError `permission.denied`, `person.not_found`.
     */
    async bind(tx: Tx, actor: Actor, account: Account, personId: string): Promise<void> {
      requireAdmin(actor)
      const person = await tx.getRepository(PersonEntity).findOneBy({ id: personId })
      if (!person) throw new DomainError('person.not_found', { id: personId })
      const before = await tx.getRepository(BindingEntity).findOneBy(account)
      if (before?.personId === personId) return
      if (before) await tx.getRepository(BindingEntity).delete(account)
      const row: Binding = { ...account, personId, state: 'bound', boundAt: clock.now() }
      await insertRows(tx, BindingEntity, [row])
      await changes.append(tx, actor, {
        subject: { type: 'person', id: personId },
        kind: 'person.account-bound',
        data: { platform: account.platform, ...(before ? { from: before.personId } : {}) },
      })
      await tellReachable(tx, personId)
    },

    /** Takes a binding away. False when there was none. @throws DomainError `permission.denied`. */
    async unbind(tx: Tx, actor: Actor, account: Account): Promise<boolean> {
      requireAdmin(actor)
      const before = await tx.getRepository(BindingEntity).findOneBy(account)
      if (!before) return false
      await tx.getRepository(BindingEntity).delete(account)
      await changes.append(tx, actor, {
        subject: { type: 'person', id: before.personId },
        kind: 'person.account-unbound',
        data: { platform: account.platform },
      })
      return true
    },

    /** The account has shown itself. @returns true when that is news. */
    async acted(tx: Tx, platform: Platform, externalId: string): Promise<boolean> {
      const set = { verifiedAt: clock.now(), brokenCode: null, brokenSince: null }
      const binding = await move(tx, 'acted', { platform, externalId }, set)
      if (binding) await tellReachable(tx, binding.personId)
      return binding !== null
    },

    /** The platform took a message for it. Says nothing about the person: only a broken account is mended by it. */
    async took(tx: Tx, account: Account): Promise<void> {
      await move(tx, 'took', account, { brokenCode: null, brokenSince: null })
    },

    /** The platform refused it. `brokenSince` moves with every refusal: a broken account is tried again a day later. */
    async refused(tx: Tx, account: Account, code: string): Promise<void> {
      const set = { brokenCode: code.slice(0, 60), brokenSince: clock.now() }
      if (await move(tx, 'refused', account, set)) return
      await updateRows(tx, BindingEntity, { ...account, state: 'broken' }, set)
    },

    /**
     * How each of these people can be reached, one line per account and one for each who has none on `platforms`.
     *
     * @param personIds - at most 500. @throws DomainError `permission.denied` for others than admins.
     */
    async list(
      tx: EntityManager,
      actor: Actor,
      { personIds, platforms: running }: { personIds: readonly string[]; platforms: readonly Platform[] },
    ): Promise<BindingView[]> {
      requireAdmin(actor)
      const ids = personIds.slice(0, 500)
      const rows =
        ids.length === 0
          ? []
          : await tx
              .getRepository(BindingEntity)
              .find({ where: { personId: In([...ids]) }, order: { boundAt: 'ASC' } })
      return ids.flatMap((personId) => {
        const own = rows
          .filter((row) => row.personId === personId)
          .sort((a, b) => platforms.indexOf(a.platform) - platforms.indexOf(b.platform))
        const missing = running.filter((platform) => !own.some((row) => row.platform === platform))
        return [...own.map(viewOf), ...missing.map((platform) => unboundView(personId, platform))]
      })
    },
  }
}

export type Account = Pick<Binding, 'platform' | 'externalId'>

export function requireAdmin(actor: Actor): void {
  if (actor.kind === 'person' && actor.role !== 'admin')
    throw new DomainError('permission.denied', { ability: 'organisation.edit' })
}

function viewOf(binding: Binding): BindingView {
  const { personId, platform, externalId, state, boundAt, verifiedAt, brokenCode, brokenSince } = binding
  const reasons = {
    bound: '已绑定，本人还没有在这个平台上操作过',
    verified: '本人操作过，账号有效',
    broken: `${refusalWords(platform, brokenCode ?? '')}（${brokenCode ?? '未说明'}），消息改走其他平台`,
  }
  const since = { bound: boundAt, verified: verifiedAt ?? boundAt, broken: brokenSince ?? boundAt }[state]
  return { personId, platform, externalId, state, since, code: brokenCode ?? null, reason: reasons[state] }
}

const unboundView = (personId: string, platform: Platform): BindingView => ({
  personId,
  platform,
  externalId: null,
  state: 'unbound',
  since: null,
  code: null,
  reason: '还没有绑定账号，给他的消息保留 72 小时，绑定后立即补发',
})
