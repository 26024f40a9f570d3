import type { Member, World } from './world.js'

/** What of the company the app may see. Everything, where nothing is set. */
export interface Range {
  parties: number[]
  users: string[]
  tags: number[]
}

/** @see https://developer.work.weixin.qq.com/document/path/90213 */
export interface Tag {
  users: string[]
  parties: number[]
}

/** A department of the range, or one below it. */
export function seesDepartment(world: World, id: number): boolean {
  if (!world.range) return true
  const given = [
    ...world.range.parties,
    ...world.range.tags.flatMap((tag) => world.tags.get(tag)?.parties ?? []),
  ]
  if (given.includes(id)) return true
  const parent = world.departments.get(id)?.parentid ?? 0
  return parent !== 0 && seesDepartment(world, parent)
}

export function seesMember(world: World, member: Member): boolean {
  if (!world.range) return true
  const given = [...world.range.users, ...world.range.tags.flatMap((tag) => world.tags.get(tag)?.users ?? [])]
  return given.includes(member.userid) || member.departments.some((id) => seesDepartment(world, id))
}

/** The app's range as `agent/get` tells it. */
export const toldRange = ({ range, visible }: World) => ({
  allow_userinfos: { user: (range?.users ?? visible ?? []).map((userid) => ({ userid })) },
  allow_partys: { partyid: range?.parties ?? (visible ? [2] : [1]) },
  ...(range ? { allow_tags: { tagid: range.tags } } : {}),
})
