import { CsvError, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { DomainError } from '../errors.js'

/** Reading and writing tables as people send them: UTF-8 or GBK, with or without a BOM, headings in any order. */

export const largestCsvBytes = 20 * 1024 * 1024
export const mostRows = 5_000

/** Bytes as text: UTF-8 when they are valid UTF-8, else GB18030, of which GBK is a part. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

export interface CsvRow {
  /** Line of the sheet, the heading being line 1. */
  line: number
  cells: Record<string, string>
}

/**
 * @param headings - for each field, the headings under which it may stand.
 * @returns rows by field name; columns with unknown headings are named in `ignored`.
 * @throws DomainError `import.unreadable` with the line from which on it is no table: a quote that never ends.
 */
export function readCsv(
  text: string,
  headings: Record<string, readonly string[]>,
): { rows: CsvRow[]; ignored: string[]; missing: string[]; original: string[][] } {
  const [head = [], ...body] = cellsOf(text)
  const fieldAt = head.map((title) => {
    const plain = title.trim().toLowerCase()
    return (
      Object.keys(headings).find((field) =>
        headings[field]?.some((known) => known.toLowerCase() === plain),
      ) ?? null
    )
  })
  const rows = body.map((values, index) => ({
    line: index + 2,
    cells: Object.fromEntries(
      fieldAt.flatMap((field, at) => (field ? [[field, (values[at] ?? '').trim()]] : [])),
    ) as Record<string, string>,
  }))
  return {
    rows,
    ignored: head.filter((_, at) => fieldAt[at] === null),
    missing: Object.keys(headings).filter((field) => !fieldAt.includes(field)),
    original: [head, ...body],
  }
}

function cellsOf(text: string): string[][] {
  try {
    return parse(text, {
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      to: mostRows + 2,
      delimiter: delimiterOf(text),
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new DomainError('import.unreadable', { line: Number(error['lines']) || 1 })
  }
}

/** What separates the headings separates the cells: a semicolon in somebody's words is no new column. */
function delimiterOf(text: string): string {
  const [heading = ''] = text.split(/\r?\n/, 1)
  const counted = [',', '\t', ';'].map((mark) => ({ mark, times: heading.split(mark).length }))
  return counted.reduce((best, one) => (one.times > best.times ? one : best)).mark
}

/** A table for a spreadsheet program: UTF-8 with a BOM; cells that would be read as formulas are made text. */
export function writeCsv(rows: readonly (readonly string[])[]): Buffer {
  return Buffer.from(`\uFEFF${stringify(rows.map((row) => row.map(asText)))}`, 'utf8')
}

/** An empty table with its headings. */
export const importTemplate = (headings: readonly string[]): Buffer => writeCsv([headings])

const asText = (cell: string): string => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)
