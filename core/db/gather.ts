import {
  In,
  type EntityManager,
  type EntitySchema,
  type FindOptionsOrder,
  type FindOptionsWhere,
  type ObjectLiteral,
} from 'typeorm'

/**
 * Lookups that are asked for at the same moment, outside units of work, share one statement: a hundred cards that are
 * drawn side by side ask for their hundred leads at once. Nothing is kept: who joins does so before the statement is
 * sent, so everybody reads what was committed when they asked, or later.
 */
interface Gathered {
  values: Set<string>
  found: Promise<Map<string, ObjectLiteral[]>>
}

const lookups = new WeakMap<EntityManager, Map<string, Gathered>>()
const loads = new WeakMap<EntityManager, Map<string, Promise<unknown>>>()

interface LookUp<T> {
  by: keyof T & string
  /** Further conditions, the same for all who share the statement. */
  where?: FindOptionsWhere<T>
  order?: FindOptionsOrder<T>
  /** Rows for each value; default one. */
  most?: number
}

/** Rows whose `by` is `value`. They are the caller's own only while nobody else asked for the same: do not change them. */
export async function lookUp<T extends ObjectLiteral>(
  tx: EntityManager,
  entity: EntitySchema<T>,
  value: string,
  { by, where, order, most = 1 }: LookUp<T>,
): Promise<T[]> {
  const find = (values: string[], take: number) =>
    tx.getRepository(entity).find({
      where: { ...where, [by]: In(values) } as FindOptionsWhere<T>,
      ...(order ? { order } : {}),
      take,
    })
  // A unit has a connection of its own and sees what it wrote: it asks for itself.
  if (tx.queryRunner) return find([value], most)
  const waiting = waitingOf(lookups, tx)
  const key = JSON.stringify([entity.options.name, by, where, order, most])
  const joined = waiting.get(key)
  if (joined) joined.values.add(value)
  const gathered = joined ?? begin()
  return ((await gathered.found).get(value) ?? []) as T[]

  function begin(): Gathered {
    const values = new Set([value])
    const found = afterThisTurn(async () => {
      waiting.delete(key)
      const all = [...values]
      const rows = await find(all, all.length * most + 1)
      if (rows.length <= all.length * most) return Map.groupBy(rows, (row) => String(row[by]))
      // One of them has so many rows that it would push the others' out.
      const each = await Promise.all(all.map((one) => find([one], most)))
      return new Map(all.map((one, i) => [one, each[i] ?? []]))
    })
    const made = { values, found }
    waiting.set(key, made)
    return made
  }
}

/** The row with this id, or null. As `lookUp`. */
export async function findById<T extends ObjectLiteral & { id: string }>(
  tx: EntityManager,
  entity: EntitySchema<T>,
  id: string,
): Promise<T | null> {
  const [row] = await lookUp(tx, entity, id, { by: 'id' as keyof T & string })
  return row ?? null
}

/** Runs a read once for all who ask for it under the same key at the same moment; outside of units. */
export function loadTogether<T>(tx: EntityManager, key: string, load: () => Promise<T>): Promise<T> {
  const waiting = waitingOf(loads, tx)
  const joined = waiting.get(key)
  if (joined) return joined as Promise<T>
  const made = afterThisTurn(() => {
    waiting.delete(key)
    return load()
  })
  waiting.set(key, made)
  return made
}

const afterThisTurn = <T>(work: () => Promise<T>): Promise<T> =>
  new Promise((done, fail) => setImmediate(() => void work().then(done, fail)))

function waitingOf<T>(of: WeakMap<EntityManager, Map<string, T>>, tx: EntityManager): Map<string, T> {
  const known = of.get(tx)
  if (known) return known
  const made = new Map<string, T>()
  of.set(tx, made)
  return made
}
