import type { Directory, DirectoryDepartment, DirectoryPerson } from '../../core/ports/directory.js'
import type { WecomSettings } from '../../core/ports/platform-settings.js'
import { accountOf } from './accounts.js'
import type { Client, WecomUser } from './client.js'

/** Departments asked per page, and single members. Small enough that a page is quick, large enough to be few. */
const perPage = 20
const root = 1
const left = new Set([2, 5])

/**
 * The organisation as the app sees it. WeCom lists one department's members at a time and knows no pages: the cursor
 * is the last department that was read, by number, and then the last of those members who are in the app's range
 * one by one. It stays good when departments come and go in between.
 */
export function createDirectory(client: Client, settings: Pick<WecomSettings, 'contactSecret'>): Directory {
  async function singles(after: string) {
    const { allow_userinfos: range } = await client.agent()
    const ids = (range?.user ?? []).map(({ userid }) => accountOf(userid)).sort()
    const next = ids.filter((id) => id > after).slice(0, perPage)
    const people = await Promise.all(next.map((id) => client.user(id)))
    const last = next.at(-1)
    return {
      departments: [],
      people: people.map(personOf),
      next: last !== undefined && last !== ids.at(-1) ? `user:${last}` : null,
    }
  }

  return {
    platform: 'wecom',
    async page(cursor) {
      if (cursor?.startsWith('user:')) return singles(cursor.slice('user:'.length))
      const departments = (await client.departments()).sort((a, b) => a.id - b.id)
      const after = cursor === null ? 0 : Number(cursor.replace('department:', ''))
      const now = departments.filter(({ id }) => id > after).slice(0, perPage)
      const found = new Map<string, DirectoryPerson>()
      for (const { id } of now)
        for (const user of await client.usersOf(id)) found.set(accountOf(user.userid), personOf(user))
      const last = now.at(-1)
      const isDone = last === undefined || last.id === departments.at(-1)?.id
      return {
        departments: cursor === null ? departments.map(departmentOf) : [],
        people: [...found.values()],
        next: isDone ? 'user:' : `department:${last.id}`,
      }
    },
    async scope() {
      const { allow_userinfos: users, allow_partys: parties, allow_tags: tags } = await client.agent()
      const names = new Map((await client.departments()).map(({ id, name }) => [id, name]))
      const shown = (parties?.partyid ?? []).map((id) => names.get(id) || `部门 ${id}`)
      const parts = [
        shown.slice(0, 20).join('、') + (shown.length > 20 ? `等 ${shown.length} 个部门` : ''),
        users?.user.length ? `单独选择的 ${users.user.length} 位成员` : '',
        tags?.tagid.length ? `${tags.tagid.length} 个标签里的成员` : '',
      ].filter(Boolean)
      return {
        totalPeople: settings.contactSecret ? await countPeople(client) : null,
        isPartial: !(parties?.partyid ?? []).includes(root),
        range: `应用可见范围：${parts.join('，') || '没有设置'}`,
      }
    },
  }
}

async function countPeople(client: Client): Promise<number> {
  const ids = new Set<string>()
  let cursor = ''
  do {
    const page = await client.userIds(cursor)
    for (const { userid } of page.dept_user) ids.add(accountOf(userid))
    cursor = page.next_cursor
  } while (cursor)
  return ids.size
}

const departmentOf = (row: {
  id: number
  name: string
  parentid: number
  department_leader: string[]
}): DirectoryDepartment => ({
  externalId: String(row.id),
  // New apps may be shown no names: a number is better than nothing.
  name: row.name || `部门 ${row.id}`,
  parentExternalId: row.parentid > 0 ? String(row.parentid) : null,
  leaderExternalIds: row.department_leader.map(accountOf),
})

function personOf(user: WecomUser): DirectoryPerson {
  const main = user.main_department ?? user.department[0]
  const departments = [...new Set([...(main ? [main] : []), ...user.department])]
  const [manager] = user.direct_leader
  return {
    externalId: accountOf(user.userid),
    name: user.name || user.userid,
    ...(user.position ? { title: user.position } : {}),
    departmentExternalIds: departments.map(String),
    ...(manager ? { managerExternalId: accountOf(manager) } : {}),
    ...(user.status !== undefined && left.has(user.status) ? { isActive: false } : {}),
  }
}
