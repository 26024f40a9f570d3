import { ref, type Ref } from 'vue'
import { sayProblem } from './toast.js'

/**
 * Runs one action at a time and says why it failed. `busy` holds the name of the one that runs: its button shows it,
 * the others wait.
 */
export function useBusy(): {
  busy: Ref<string | null>
  run: (name: string, action: () => Promise<void>) => Promise<boolean>
} {
  const busy = ref<string | null>(null)
  return {
    busy,
    async run(name, action) {
      if (busy.value) return false
      busy.value = name
      try {
        await action()
        return true
      } catch (error) {
        sayProblem(error)
        return false
      } finally {
        busy.value = null
      }
    },
  }
}
