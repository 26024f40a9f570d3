import type { Group } from './options.js'

/** What a bench has to reach: a number of its own unit, or a share of what the same run measured as the floor. */
export type Target = { atLeast: number } | { atMost: number } | { atLeastOfFloor: number } | null

/** One measured number. `floor` is what the bare platform did in the same run, in the same unit. */
export interface Measurement {
  value: number
  unit: string
  target: Target
  floor?: { name: string; value: number }
}

export interface Bench {
  name: string
  group: Group
  /** One number, or several with what tells them apart, e.g. `p50`. */
  run(): Promise<Measurement | Row[]>
}

export interface Row extends Measurement {
  name: string
}

/** Whether the target is reached; a bench without one only informs. */
export function isReached({ value, target, floor }: Measurement): boolean {
  if (target === null) return true
  if ('atLeast' in target) return value >= target.atLeast
  if ('atMost' in target) return value <= target.atMost
  return floor !== undefined && value >= target.atLeastOfFloor * floor.value
}

/** The table that `npm run bench` ends with: a line per bench, columns aligned, `missed by …` where a target was not reached. */
export function renderReport(rows: Row[]): string {
  const header = ['bench', 'value', 'unit', 'target', 'floor', 'value / floor', '']
  const body = rows.map((row) => [
    row.name,
    formatNumber(row.value),
    row.unit,
    formatTarget(row),
    row.floor ? `${formatNumber(row.floor.value)} (${row.floor.name})` : '–',
    row.floor ? (row.value / row.floor.value).toFixed(2) : '–',
    row.target === null ? '' : isReached(row) ? 'ok' : `missed by ${formatMiss(row)}`,
  ])
  const lines = [header, ...body]
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  return lines
    .map((cells) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** The middle one of several runs: one disturbed run does not move it. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  if (upper === undefined) throw new RangeError('the median of nothing')
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** @param share - 0.99 for the 99th percentile: the smallest value that at least this share of all does not exceed. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('a percentile of nothing')
  return value
}

function formatTarget({ target, unit }: Measurement): string {
  if (target === null) return '–'
  if ('atLeast' in target) return `≥ ${formatNumber(target.atLeast)} ${unit}`
  if ('atMost' in target) return `≤ ${formatNumber(target.atMost)} ${unit}`
  return `≥ ${target.atLeastOfFloor} × floor`
}

/** In per cent of what was to be reached. */
function formatMiss({ value, target, floor }: Measurement): string {
  const wanted =
    target === null
      ? value
      : 'atLeast' in target
        ? target.atLeast
        : 'atMost' in target
          ? target.atMost
          : target.atLeastOfFloor * (floor?.value ?? Number.NaN)
  return `${Math.round((Math.abs(value - wanted) / wanted) * 100)} %`
}

function formatNumber(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3).replace(/\.0+$/, '')
}
