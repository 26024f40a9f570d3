/** What the message log is narrowed to; an empty word does not narrow. */
export interface MessageFilter {
  person: { id: string; name: string } | null
  card: string
  state: string
  platform: string
  channel: string
  from: string
  to: string
}

export const noMessageFilter: MessageFilter = {
  person: null,
  card: '',
  state: '',
  platform: '',
  channel: '',
  from: '',
  to: '',
}

/** How many of those behind the button are set: the state has chips of its own. */
export const hiddenFilters = ({ state: _state, ...rest }: MessageFilter): number =>
  Object.values(rest).filter(Boolean).length

/** The query of `GET /api/admin/messages`. */
export function messageQuery({ person, ...words }: MessageFilter, cursor: string | number | null): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(words)) if (value) query.set(name, value)
  if (person) query.set('person', person.id)
  if (cursor !== null) query.set('cursor', String(cursor))
  return query.toString()
}
