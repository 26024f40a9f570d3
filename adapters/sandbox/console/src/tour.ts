import { reactive } from 'vue'
import type { PanelState } from '../../host.js'
import { advance, steps, type Progress, type Step, type StepId } from './tour-steps.js'

const storageKey = 'sandbox.tour'

/** How far this browser has come; kept over a reload. */
export const tour = reactive<Progress>(load())

export const isDone = (id: StepId): boolean => tour.done.includes(id)
export const nextStep = (): Step | undefined => steps.find((step) => !isDone(step.id))

export function noticeChanges(panel: PanelState): void {
  const before = tour.done.length
  tour.since ||= panel.now
  Object.assign(tour, advance({ ...tour }, panel.changes))
  if (tour.done.length > before) save()
}

export function finish(id: StepId): void {
  if (isDone(id)) return
  tour.done.push(id)
  save()
}

export function restartTour(now: string): void {
  Object.assign(tour, { since: now, done: [], used: [] })
  save()
}

function save(): void {
  localStorage.setItem(storageKey, JSON.stringify(tour))
}

function load(): Progress {
  const empty: Progress = { since: '', done: [], used: [] }
  try {
    return { ...empty, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Progress>) }
  } catch {
    return empty
  }
}
