import { ref } from 'vue'
import { RequestFailed } from './api.js'
import { texts } from './texts.js'

export interface Toast {
  text: string
  tone: 'good' | 'bad'
  action?: { label: string; run: () => void }
}

const shownMs = 3200

/** What is being said right now, if anything. */
export const toast = ref<Toast | null>(null)
let timer: ReturnType<typeof setTimeout> | undefined

export function say(text: string, action?: Toast['action']): void {
  show({ text, tone: 'good', ...(action ? { action } : {}) })
}

/** Says why something did not work. */
export function sayProblem(error: unknown): void {
  const text =
    error instanceof RequestFailed
      ? (error.problem.fields?.[0]?.message ?? error.message)
      : texts.problems.unknown
  show({ text, tone: 'bad' })
}

export function hideToast(): void {
  toast.value = null
}

function show(next: Toast): void {
  toast.value = next
  clearTimeout(timer)
  timer = setTimeout(hideToast, next.action ? shownMs * 2 : shownMs)
}
