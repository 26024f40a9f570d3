import type { ColumnType, EntitySchemaColumnOptions } from 'typeorm'

/** Column shapes that mean the same on SQLite and MySQL. Lengths are checked by zod: SQLite would take anything. */

export const id = (): EntitySchemaColumnOptions => ({ type: 'varchar', length: 26, primary: true })
export const ref = (): EntitySchemaColumnOptions => ({ type: 'varchar', length: 26 })
export const optionalRef = (): EntitySchemaColumnOptions => ({ type: 'varchar', length: 26, nullable: true })
export const word = (length: number): EntitySchemaColumnOptions => ({ type: 'varchar', length })
export const optionalWord = (length: number): EntitySchemaColumnOptions => ({
  type: 'varchar',
  length,
  nullable: true,
})
export const state = (): EntitySchemaColumnOptions => ({ type: 'varchar', length: 20 })
/** UTC to the millisecond, set in code. */
export const instant = (): EntitySchemaColumnOptions => ({ type: 'datetime', precision: 3 })
export const optionalInstant = (): EntitySchemaColumnOptions => ({ ...instant(), nullable: true })
/** Local day `YYYY-MM-DD`. */
export const optionalDay = (): EntitySchemaColumnOptions => ({ type: 'varchar', length: 10, nullable: true })
export const count = (): EntitySchemaColumnOptions => ({ type: 'integer' })
export const flag = (): EntitySchemaColumnOptions => ({ type: 'boolean' })

const numeric = {
  to: (value: number | null) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
}
/** Money: integer cents. MySQL hands bigints over as strings. */
export const optionalCents = (): EntitySchemaColumnOptions => ({
  type: 'bigint',
  nullable: true,
  transformer: numeric,
})

/** A document. `json` columns would be parsed twice on MariaDB when a string looks like JSON. */
export const document = (): EntitySchemaColumnOptions => ({
  type: longText,
  transformer: {
    to: (value: unknown) => JSON.stringify(value ?? null),
    from: (value: string) => JSON.parse(value) as unknown,
  },
})

/**
 * A document of rows that are worked on in number: where it cannot be read, or is not of its kind, `standIn` comes in
 * its place, the same object each time, and the neighbours of that row are read as ever. Whoever acts on the document
 * asks whether it is the stand-in.
 */
export const documentOr = (
  standIn: unknown,
  isFit: (value: unknown) => boolean = () => true,
): EntitySchemaColumnOptions => ({
  type: longText,
  transformer: {
    to: (value: unknown) => JSON.stringify(value ?? null),
    from: (value: string) => parsedOr(value, standIn, isFit),
  },
})

/** One that cannot be read is none. */
export const optionalDocument = (): EntitySchemaColumnOptions => ({
  type: longText,
  nullable: true,
  transformer: {
    to: (value: unknown) => (value == null ? null : JSON.stringify(value)),
    from: (value: string | null) => (value === null ? null : parsedOr(value, null, () => true)),
  },
})

function parsedOr(text: string, standIn: unknown, isFit: (value: unknown) => boolean): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isFit(value) ? value : standIn
  } catch {
    return standIn
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Up to 16 MB on MySQL. SQLite takes the name as text; the data source adds it to the names TypeORM lets through. */
export const longText: ColumnType = 'mediumtext'
export const text = (): EntitySchemaColumnOptions => ({ type: longText })
