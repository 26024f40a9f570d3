import { expect, it } from 'vitest'
import * as bot from '../../../bot/texts.js'
import { noteOutcomes } from '../../../core/understanding/note-schema.js'
import { outcomeLabels } from '../../../miniapp/api/texts.js'

it('calls a follow-up’s outcome the same on a page as on a card', () => {
  expect(outcomeLabels).toEqual(bot.outcomeLabels)
  expect(Object.keys(outcomeLabels).toSorted()).toEqual([...noteOutcomes].toSorted())
})
