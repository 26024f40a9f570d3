/**
 * Counts of one finished run.
 *
 * @param report - What vitest's JSON reporter wrote, or null when it died before that.
 * @param exitCode - A run that says nothing failed but ends badly (an unhandled rejection, say) still counts as one failure.
 * @param strict - In CI a skipped test and a kind without tests are failures too.
 * @returns {{passed: number, failed: number, skipped: number, files: number, notes: string[]}}
 */
export function countRun({ report, exitCode, strict, filtered = false }) {
  if (!report)
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      files: 0,
      notes: [`vitest ended with code ${exitCode} and no report`],
    }
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const passed = tests.filter(({ status }) => status === 'passed').length
  const left = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
  // A file that can't even be loaded has no tests that could fail.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  let failed = tests.filter(({ status }) => status === 'failed').length + broken.length
  const notes = broken.map(({ name }) => `${name} could not run`)
  if (strict && left.length > 0) {
    failed += left.length
    notes.push(...left.map(({ fullName }) => `skipped, which CI does not allow: ${fullName}`))
  }
  if (strict && tests.length === 0 && broken.length === 0 && !filtered) {
    failed += 1
    notes.push('no tests of this kind, which CI does not allow')
  }
  if (exitCode !== 0 && failed === 0) {
    failed = 1
    notes.push(`vitest ended with code ${exitCode} although no test failed`)
  }
  return { passed, failed, skipped: strict ? 0 : left.length, files: report.testResults.length, notes }
}

/** A kind that could not run at all: one failure in CI, else one skip; the reason is shown either way. */
export function countMissing(reason, strict) {
  return {
    passed: 0,
    failed: strict ? 1 : 0,
    skipped: strict ? 0 : 1,
    files: 0,
    notes: [`not run: ${reason}`],
  }
}

/** All that ran in one line. */
export function closingLine(rows) {
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0)
  return `${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`
}

/** The closing table with the reasons below it, then the sums alone on the last line. */
export function renderSummary(rows) {
  const header = ['kind', 'files', 'passed', 'failed', 'skipped', 'seconds']
  const body = rows.map((row) => [
    row.title,
    row.files,
    row.passed,
    row.failed,
    row.skipped,
    row.seconds.toFixed(1),
  ])
  const table = [header, ...body].map((cells) =>
    cells.map((cell, i) => (i === 0 ? String(cell).padEnd(24) : String(cell).padStart(9))).join(''),
  )
  const notes = rows.flatMap((row) => row.notes.map((note) => `${row.title}: ${note}`))
  return ['', ...table, ...(notes.length > 0 ? ['', ...notes] : []), '', closingLine(rows), ''].join('\n')
}
