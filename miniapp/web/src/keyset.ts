import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { ask } from './api.js'
import { useLoad, type Loaded } from './load.js'
import { sayProblem } from './toast.js'

interface Page<Row> {
  rows: Row[]
  next: string | number | null
}

/** A list that grows by pages. `path` gives the address of the page after a cursor; a change of it begins anew. */
export function useKeyset<P extends Page<unknown>>(
  path: (cursor: string | number | null) => string,
): { list: Loaded<P>; rows: ComputedRef<P['rows']>; isAdding: Ref<boolean>; addPage: () => Promise<void> } {
  const list = useLoad((signal) => ask<P>(path(null), { signal }), {
    when: () => path(null),
    matters: () => false,
  })
  const isAdding = ref(false)

  async function addPage(): Promise<void> {
    const shown = list.data.value
    if (!shown?.next || isAdding.value) return
    isAdding.value = true
    try {
      const added = await ask<P>(path(shown.next))
      if (list.data.value === shown) list.data.value = { ...added, rows: [...shown.rows, ...added.rows] }
    } catch (error) {
      sayProblem(error)
    } finally {
      isAdding.value = false
    }
  }

  return { list, rows: computed(() => list.data.value?.rows ?? []), isAdding, addPage }
}
