import {
  Table,
  TableColumn,
  TableIndex,
  type QueryRunner,
  type TableColumnOptions,
  type TableIndexOptions,
} from 'typeorm'
import { longText } from '../columns.js'

/** Column shapes for migrations, written once for both engines; they mirror `core/db/columns.ts`. */

type Extra = Pick<TableColumnOptions, 'isPrimary' | 'isNullable'>

const isString = (type: unknown): type is string => typeof type === 'string'

export const word = (name: string, length: number, extra: Extra = {}): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  ...extra,
})
export const instant = (name: string, extra: Extra = {}): TableColumnOptions => ({
  name,
  type: 'datetime',
  precision: 3,
  ...extra,
})
export const text = (name: string, extra: Extra = {}): TableColumnOptions => ({
  name,
  type: isString(longText) ? longText : 'text',
  ...extra,
})
export const count = (name: string, extra: Extra = {}): TableColumnOptions => ({
  name,
  type: 'integer',
  ...extra,
})
export const big = (name: string, extra: Extra = {}): TableColumnOptions => ({
  name,
  type: 'bigint',
  ...extra,
})
export const flag = (name: string, extra: Extra = {}): TableColumnOptions => ({
  name,
  type: 'boolean',
  ...extra,
})

export async function create(
  runner: QueryRunner,
  name: string,
  columns: TableColumnOptions[],
  indices: TableIndexOptions[] = [],
): Promise<void> {
  await runner.createTable(new Table({ name, columns, indices }), true)
}

/** Adds columns and then indices over them. On SQLite the table is copied once for each call. */
export async function extend(
  runner: QueryRunner,
  table: string,
  columns: TableColumnOptions[],
  indices: TableIndexOptions[] = [],
): Promise<void> {
  await runner.addColumns(
    table,
    columns.map((column) => new TableColumn(column)),
  )
  for (const index of indices) await runner.createIndex(table, new TableIndex(index))
}

/** Takes back what `extend` did. */
export async function reduce(
  runner: QueryRunner,
  table: string,
  columns: readonly TableColumnOptions[],
  indices: readonly TableIndexOptions[] = [],
): Promise<void> {
  for (const { name } of indices) if (name) await runner.dropIndex(table, name)
  for (const { name } of columns) await runner.dropColumn(table, name)
}
