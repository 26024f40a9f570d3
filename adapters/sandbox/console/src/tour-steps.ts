import type { PanelChange } from '../../host.js'

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
  { id: 'askAgain', title: '又来一位客户', detail: '换一位客户在群里问，这次先不接。' },
  { id: 'wait', title: '5 分钟没人接', detail: '把时钟拨快 5 分钟，看线索转到主管手里。' },
  { id: 'takeOver', title: '主管处理', detail: '主管收到加急卡片：指派给别人，或者自己接。' },
  { id: 'note', title: '一句话写跟进', detail: '销售对机器人说一句话，客户、下一步、时间都记好。' },
  { id: 'page', title: '打开页面看全貌', detail: '卡片放不下的，在工作台页面里。' },
]

export interface Progress {
  /** Product time from which on changes count; empty before the tour began. */
  since: string
  done: StepId[]
  /** Changes that a step was ticked off by; each counts for one step. */
  used: string[]
}

/** What has to have happened, and after which step; an opened page is noticed by the view that shows it. */
const evidence: Partial<Record<StepId, { kind: RegExp; label: RegExp; after?: StepId }>> = {
  ask: { kind: /^lead\.(captured|touched)$/, label: /新线索/ },
  accept: { kind: /^(lead|offer)\.accepted$/, label: /接单/ },
  askAgain: { kind: /^lead\.captured$/, label: /新线索/, after: 'accept' },
  wait: { kind: /^offer\.expired$/, label: /超时/, after: 'askAgain' },
  takeOver: { kind: /^lead\.(dispatched|taken-over)$/, label: /指派|自己接/, after: 'wait' },
  note: { kind: /^follow-up\.(recorded|drafted)$/, label: /跟进/ },
}

/**
 * Ticks off what really happened: changes since the tour began, oldest first, each for the first open step that it
 * proves. Pure.
 *
 * @param changes - newest first, as the panel has them.
 */
export function advance(progress: Progress, changes: PanelChange[]): Progress {
  const fresh = changes.filter((one) => one.at >= progress.since && !progress.used.includes(one.id)).reverse()
  return fresh.reduce((now, change) => {
    const step = steps.find(({ id }) => !now.done.includes(id) && proves(change, id, now.done))
    return step ? { ...now, done: [...now.done, step.id], used: [...now.used, change.id] } : now
  }, progress)
}

function proves(change: PanelChange, id: StepId, done: StepId[]): boolean {
  const proof = evidence[id]
  if (!proof || (proof.after && !done.includes(proof.after))) return false
  return change.kind ? proof.kind.test(change.kind) : proof.label.test(change.label)
}
