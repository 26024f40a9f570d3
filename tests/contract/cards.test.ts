import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cardKinds } from '../../bot/cards/index.js'
import { galleryCards, type GalleryCard } from '../../bot/gallery/gallery.js'
import { platforms, type Platform } from '../../core/ports/platform.js'
import { lossesOf } from '../support/stage/losses.js'
import { startShowroom, type Showroom } from '../support/stage/showroom.js'

const gallery = await galleryCards()

it('has a picture of every kind of card', () => {
  const drawn = new Set(gallery.map(({ card }) => card.kind))
  expect([...cardKinds.keys()].filter((kind) => !drawn.has(kind))).toEqual([])
})

for (const platform of platforms)
  describe(`on ${platform}`, () => {
    let room: Showroom
    beforeAll(async () => {
      room = await startShowroom(platform as Platform)
    })
    afterAll(() => room.stop())

    it.each(gallery.map((one): [string, GalleryCard] => [one.name, one]))(
      'shows “%s” whole, or says where the rest is',
      async (_name, { card }) => {
        expect(lossesOf(card, await room.shows(card))).toEqual([])
      },
    )
  })
