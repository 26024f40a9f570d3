/** Facts about driver errors. Drivers name the same thing differently; nobody else looks inside their errors. */

/** What this unit had read was overtaken before it could write: the whole of it is run again. */
export class OvertakenError extends Error {}

interface DriverError {
  errno?: number
  code?: string
  errcode?: number
  message?: string
}

/** Keys whose last part is the next number of a row: whoever lost the race takes the one after. Either engine's wording. */
const numberedKeys = /changes_subject_seq|changes\.subjectType|playbook_versions_name|playbook_versions\.name/

/** True for a second row with the same unique key, on either engine. */
export function isDuplicateKey(error: unknown): boolean {
  const e = driverError(error)
  return e.errno === 1062 || e.errcode === 2067 || e.errcode === 1555
}

/**
 * True when the whole unit of work should be run again: a lost race for the next number of a change or a version, a
 * deadlock (also at COMMIT, as on a Galera cluster), a lock wait that timed out, a node that is not ready, a busy
 * SQLite file.
 */
export function isClash(error: unknown): boolean {
  if (error instanceof OvertakenError) return true
  const e = driverError(error)
  if (isDuplicateKey(error)) return numberedKeys.test(e.message ?? '')
  return e.errno === 1213 || e.errno === 1205 || e.errno === 1047 || e.errcode === 5 || e.errcode === 517
}

function driverError(error: unknown): DriverError {
  if (typeof error !== 'object' || error === null) return {}
  return 'driverError' in error && typeof error.driverError === 'object' && error.driverError !== null
    ? error.driverError
    : error
}
