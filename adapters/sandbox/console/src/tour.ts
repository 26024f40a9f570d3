import { reactive } from 'vue'
import type { PanelChange, PanelState } from '../../host.js'

export type StepId = 'ask' | 'accept' | 'askAgain' | 'wait' | 'takeOver' | 'note' | 'page'

export interface Step {
  id: StepId
  title: string
  detail: string
}

/** The four flows, in the order in which a newcomer sees them. */
export const steps: Step[] = [
  { id: 'ask', title: '客户在群里问报价', detail: '扮演客户发一句话，系统听出需求和电话，变成一条线索。' },
  { id: 'accept', title: '销售收到卡片，点「接单」', detail: '线索挑中了最合适的人，5 分钟内等他确认。' },
  { id: 'askAgain', title: '又来一位客户', detail: '再发一句，这次先不接。' },
  { id: 'wait', title: '5 分钟没人接', detail: '把时钟拨快 5 分钟，看线索转到主管手里。' },
  { id: 'takeOver', title: '主管处理', detail: '主管收到加急卡片：指派给别人，或者自己接。' },
  { id: 'note', title: '一句话写跟进', detail: '销售对机器人说一句话，客户、下一步、时间都记好。' },
  { id: 'page', title: '打开页面看全貌', detail: '卡片放不下的，在工作台页面里。' },
]

const storageKey = 'sandbox.tour'
interface Progress {
  /** Product time from which on changes count. */
  since: string
  done: StepId[]
  /** Changes that a step was ticked off by; each counts for one step. */
  used: string[]
}

export const tour = reactive<Progress>(load())

export const isDone = (id: StepId): boolean => tour.done.includes(id)
export const nextStep = (): Step | undefined => steps.find((step) => !isDone(step.id))

/** What has to have happened for a step to be done; pages are noticed by the view that shows them. */
const evidence: Partial<Record<StepId, { kind: RegExp; label: RegExp }>> = {
  ask: { kind: /^lead\.(captured|touched)$/, label: /新线索|线索(创建|录入)|收到线索/ },
  accept: { kind: /^(lead|offer)\.accepted$/, label: /接单|已接/ },
  askAgain: { kind: /^lead\.(captured|touched)$/, label: /新线索|线索(创建|录入)|收到线索/ },
  wait: { kind: /^(offer\.expired|lead\.(queued|escalated))$/, label: /超时|升级|没人接/ },
  takeOver: { kind: /^lead\.(given|accepted)$/, label: /指派|自己接|接手/ },
  note: { kind: /^follow-up\./, label: /跟进/ },
}

/** Ticks off what really happened: changes after the tour began, oldest first, each for the first open step. */
export function noticeChanges(panel: PanelState): void {
  tour.since ||= panel.now
  const fresh = panel.changes
    .filter((change) => change.at >= tour.since && !tour.used.includes(change.id))
    .reverse()
  for (const change of fresh) {
    const step = steps.find(({ id }) => !isDone(id) && shows(id, change))
    // Steps build on one another: a take-over counts only after the wait.
    if (!step || !isReady(step.id)) continue
    tour.used.push(change.id)
    finish(step.id)
  }
}

export function finish(id: StepId): void {
  if (!isDone(id)) tour.done.push(id)
  save()
}

export function restartTour(now: string): void {
  Object.assign(tour, { since: now, done: [], used: [] })
  save()
}

function shows(id: StepId, change: PanelChange): boolean {
  const proof = evidence[id]
  if (!proof) return false
  return change.kind ? proof.kind.test(change.kind) : proof.label.test(change.label)
}

function isReady(id: StepId): boolean {
  if (id === 'askAgain') return isDone('accept')
  return id !== 'takeOver' || isDone('wait')
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
