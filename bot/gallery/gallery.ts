import type { Card } from '../../core/ports/card.js'
import { leadScenes } from './lead-scenes.js'
import { noticeScenes } from './notice-scenes.js'
import { onScene } from './scene.js'
import { workScenes } from './work-scenes.js'

/** A card of the product in one of its states, as it is drawn for a realistic record. */
export interface GalleryCard {
  /** When a person sees it, e.g. 主管：线索超时未接. */
  name: string
  card: Card
}

/**
 * Every kind of card of the product, each in the states that people meet, drawn by the product itself from the demo
 * company's records. They are the same at each call.
 */
export const galleryCards = (): Promise<GalleryCard[]> =>
  onScene(async (scene) => [
    ...(await leadScenes(scene)),
    ...(await workScenes(scene)),
    ...(await noticeScenes(scene)),
  ])
