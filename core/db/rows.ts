import {
  FindOperator,
  type EntityManager,
  type EntitySchema,
  type FindOptionsWhere,
  type ObjectLiteral,
  type QueryDeepPartialEntity,
} from 'typeorm'
import { execute, insertIgnore, insertValues, marks, type SqlValue } from './sql.js'
import type { Tx } from './unit-of-work.js'
import { settle, unitOf, writeLater } from './unit-state.js'

/**
 * Inserts rows without reading them back.
 *
 * @param ignore - rows whose unique key exists are left alone. @returns how many were new.
 */
export async function insertRows<T extends ObjectLiteral>(
  tx: Tx,
  entity: EntitySchema<T>,
  rows: T[],
  { ignore = false }: { ignore?: boolean } = {},
): Promise<number> {
  if (rows.length === 0) return 0
  const shape = shapeOf(tx, entity)
  const unit = unitOf(tx)
  if (unit) await settle(unit, shape.table)
  return insertValues(tx, { ...shape, ignore }, valuesOf(shape, rows))
}

/**
 * Inserts rows together with others of the same unit: before the next statement that names the table, at the latest
 * before the commit. For rows that are only ever added; a key that is there already shows at that time.
 *
 * @param ignore - rows whose unique key exists are left alone. The same for all rows of a table in a unit.
 */
export async function insertLater<T extends ObjectLiteral>(
  tx: Tx,
  entity: EntitySchema<T>,
  rows: T[],
  { ignore = false }: { ignore?: boolean } = {},
): Promise<void> {
  if (rows.length === 0) return
  const shape = shapeOf(tx, entity)
  const unit = unitOf(tx)
  if (!unit) {
    await insertValues(tx, { ...shape, ignore }, valuesOf(shape, rows))
    return
  }
  const waiting = unit.rows.get(shape.table)
  if (waiting) waiting.push(...rows)
  else unit.rows.set(shape.table, [...rows])
  writeLater(unit, shape.table, async () => {
    const all = unit.rows.get(shape.table) ?? []
    unit.rows.delete(shape.table)
    await insertValues(tx, { ...shape, ignore }, valuesOf(shape, all))
  })
}

/** As `insertLater` for rows given as columns, `ignore` being set. */
export async function insertIgnoreLater(
  tx: Tx,
  table: string,
  rows: Record<string, SqlValue>[],
): Promise<void> {
  const unit = unitOf(tx)
  if (!unit) {
    await insertIgnore(tx, table, rows)
    return
  }
  const waiting = unit.rows.get(table)
  if (waiting) waiting.push(...rows)
  else unit.rows.set(table, [...rows])
  writeLater(unit, table, async () => {
    const all = (unit.rows.get(table) ?? []) as Record<string, SqlValue>[]
    unit.rows.delete(table)
    const columns = Object.keys(all[0] ?? {})
    const values = all.map((row) => columns.map((column) => row[column] ?? null))
    await insertValues(tx, { table, columns, ignore: true }, values)
  })
}

/** A row of this unit that is not written yet; changing it changes what will be written. */
export function waitingRow<T extends ObjectLiteral>(
  tx: EntityManager,
  entity: EntitySchema<T>,
  fits: (row: T) => boolean,
): T | undefined {
  const rows = unitOf(tx)?.rows.get(entity.options.tableName ?? '') as T[] | undefined
  return rows?.findLast(fits)
}

/**
 * The one way a state changes: `UPDATE … WHERE <where>`. The row count decides who won.
 *
 * @returns how many rows matched.
 */
export async function updateRows<T extends ObjectLiteral>(
  tx: Tx,
  entity: EntitySchema<T>,
  where: FindOptionsWhere<NoInfer<T>>,
  set: Partial<NoInfer<T>>,
): Promise<number> {
  const plain = conditionOf(tx, entity, where)
  if (plain) {
    const shape = shapeOf(tx, entity)
    const fields = Object.entries(set).filter(([, value]) => value !== undefined)
    const setting = fields.map(([field]) => `\`${shape.nameOf(field)}\` = ?`).join(', ')
    const values = fields.map(([field, value]) => shape.toColumn(field, value))
    return execute(tx, `UPDATE ${shape.table} SET ${setting} WHERE ${plain.sql}`, [
      ...values,
      ...plain.values,
    ])
  }
  const result = await tx.getRepository(entity).update(where, set as QueryDeepPartialEntity<T>)
  return result.affected ?? 0
}

interface Shape {
  table: string
  columns: string[]
  properties: string[]
  nameOf(property: string): string
  toColumn(property: string, value: unknown): SqlValue
}

const shapes = new WeakMap<object, Shape>()

/** How an entity's rows lie in their table, read once from its schema. */
function shapeOf<T extends ObjectLiteral>(tx: EntityManager, entity: EntitySchema<T>): Shape {
  const known = shapes.get(entity)
  if (known) return known
  const { tableName, columns } = tx.connection.getMetadata(entity)
  const byProperty = new Map(columns.map((column) => [column.propertyName, column]))
  const columnOf = (property: string) => {
    const column = byProperty.get(property)
    if (!column) throw new Error(`${tableName} has no ${property}`)
    return column
  }
  const shape: Shape = {
    table: tableName,
    columns: columns.map((column) => column.databaseName),
    properties: columns.map((column) => column.propertyName),
    nameOf: (property) => columnOf(property).databaseName,
    toColumn(property, value) {
      const { transformer } = columnOf(property)
      const stored: unknown =
        transformer && !Array.isArray(transformer) ? (transformer.to(value) as unknown) : value
      return (stored ?? null) as SqlValue
    },
  }
  shapes.set(entity, shape)
  return shape
}

const valuesOf = (shape: Shape, rows: readonly object[]): SqlValue[][] =>
  rows.map((row) =>
    shape.properties.map((property) => shape.toColumn(property, (row as Record<string, unknown>)[property])),
  )

/** The condition in plain SQL; null when it uses more than equality, `In` and `IsNull`. */
function conditionOf<T extends ObjectLiteral>(tx: Tx, entity: EntitySchema<T>, where: object) {
  const shape = shapeOf(tx, entity)
  const parts: string[] = []
  const values: SqlValue[] = []
  for (const [property, wanted] of Object.entries(where) as [string, unknown][]) {
    if (wanted === undefined || wanted === null) return null
    const column = `\`${shape.nameOf(property)}\``
    if (!(wanted instanceof FindOperator)) {
      parts.push(`${column} = ?`)
      values.push(shape.toColumn(property, wanted))
    } else if (wanted.type === 'isNull') parts.push(`${column} IS NULL`)
    else if (wanted.type === 'in' && Array.isArray(wanted.value) && wanted.value.length > 0) {
      const list = wanted.value as unknown[]
      parts.push(`${column} IN (${marks(list)})`)
      values.push(...list.map((value) => shape.toColumn(property, value)))
    } else return null
  }
  return parts.length > 0 ? { sql: parts.join(' AND '), values } : null
}
