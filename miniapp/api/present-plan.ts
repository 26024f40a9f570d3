import type { PreviewStep } from '../../core/deadlines/preview.js'
import type { PlanView } from '../contract/ladders.js'
import { actionWords, whoWords } from './admin-texts.js'

/** A step of a plan in words. Whom nobody is found for is called as the ladder calls them. */
export const presentStep = ({
  at,
  do: action,
  who,
  people,
  state,
}: PreviewStep): PlanView['steps'][number] => ({
  at: at.toISOString(),
  text: actionWords[action]?.label ?? action,
  to: people.length > 0 ? people.map(({ name }) => name) : who && state === 'planned' ? [sayWho(who)] : [],
  fired: state === 'fired',
})

export const sayWho = (who: string): string =>
  whoWords[who] ?? (who.startsWith('duty:') ? `${whoWords['duty'] ?? ''}（${who.slice(5)}）` : who)
