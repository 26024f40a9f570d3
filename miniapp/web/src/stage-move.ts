import { computed, shallowRef, type ShallowRef, type WritableComputedRef } from 'vue'
import type { DealRow, MissingView, StageAnswer } from '../../contract/deals.js'
import { post } from './api.js'
import { useBusy } from './busy.js'
import { texts } from './texts.js'
import { say } from './toast.js'

/** A gate that stayed closed: where to, and what is missing. */
export interface Refusal {
  deal: Pick<DealRow, 'id' | 'customer' | 'stage'>
  stage: string
  missing: MissingView[]
}

/** Moves a deal to a stage; a closed gate is kept, to be explained. */
export function useStageMove(after: () => Promise<void>): {
  refusal: ShallowRef<Refusal | null>
  isRefused: WritableComputedRef<boolean>
  move: (deal: Refusal['deal'], to: { key: string; label: string }) => Promise<void>
} {
  const refusal = shallowRef<Refusal | null>(null)
  const { run } = useBusy()

  /** A slip of the finger is put right with one tap; the history keeps both moves. */
  async function moveBack(deal: Refusal['deal']): Promise<void> {
    await run('back', async () => {
      const answer = await post<StageAnswer>(`/deals/${deal.id}/stage`, { stage: deal.stage })
      if (answer.ok) say(texts.note.undone)
      else refusal.value = { deal, stage: answer.stage, missing: answer.missing }
    })
    await after()
  }

  return {
    refusal,
    isRefused: computed({
      get: () => refusal.value !== null,
      set: (isOpen) => {
        if (!isOpen) refusal.value = null
      },
    }),
    async move(deal, to) {
      await run('move', async () => {
        const answer = await post<StageAnswer>(`/deals/${deal.id}/stage`, { stage: to.key })
        if (answer.ok)
          say(texts.deals.moved(to.label), { label: texts.common.undo, run: () => void moveBack(deal) })
        else refusal.value = { deal, stage: answer.stage, missing: answer.missing }
      })
      await after()
    },
  }
}
