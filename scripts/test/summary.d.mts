interface Counts {
  passed: number
  failed: number
  skipped: number
  files: number
  notes: string[]
}

interface Report {
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[]
}

export function countRun(run: {
  report: Report | null
  exitCode: number
  strict: boolean
  filtered?: boolean
}): Counts
export function countMissing(reason: string, strict: boolean): Counts
export function closingLine(rows: Counts[]): string
export function renderSummary(rows: (Counts & { title: string; seconds: number })[]): string
