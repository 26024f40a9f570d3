import type {
  Directory,
  DirectoryDepartment,
  DirectoryPerson,
  Whereabouts,
} from '../../core/ports/directory.js'
import type { WecomSettings } from '../../core/ports/platform-settings.js'
import { PlatformError } from '../../core/errors.js'
import { accountOf } from './accounts.js'
import type { Client, WecomUser } from './client.js'
import { refusesOne, unknownMember } from './codes.js'

/** Departments asked per page, and single members. Small enough that a page is quick, large enough to be few. */
const perPage = 20
const root = 1
const left = new Set([2, 5])

/**
 * The organisation as the app sees it. WeCom lists one department's members at a time and knows no pages: the cursor
 * is the last department that was read, by number, and then the last of those members who are in the app's range
 * one by one or by a tag. It stays good when departments come and go in between.
 */
export function createDirectory(client: Client, settings: Pick<WecomSettings, 'contactSecret'>): Directory {
  async function singles(after: string) {
    const { users, tags } = await range()
    const ids = [...new Set([...users, ...tags.flatMap((tag) => tag?.users ?? [])])].sort()
    const next = ids.filter((id) => id > after).slice(0, perPage)
    const people = await Promise.all(next.map(userOrNone))
    const last = next.at(-1)
    return {
      departments: [],
      people: people.flatMap((user) => (user ? [personOf(user)] : [])),
      next: last !== undefined && last !== ids.at(-1) ? `user:${last}` : null,
    }
  }

  /** The app's range; null stands for a tag that the app may not read. */
  async function range() {
    const { allow_userinfos: users, allow_partys: parties, allow_tags: tags } = await client.agent()
    return {
      users: (users?.user ?? []).map(({ userid }) => accountOf(userid)),
      parties: parties?.partyid ?? [],
      tags: await Promise.all((tags?.tagid ?? []).map(tagged)),
    }
  }

  async function tagged(tagId: number): Promise<{ users: string[]; parties: number[] } | null> {
    const tag = await unlessRefused(client.tag(tagId))
    return tag && { users: tag.userlist.map(({ userid }) => accountOf(userid)), parties: tag.partylist }
  }

  /** Somebody may leave between being listed and being asked for: the others are worth a page all the same. */
  const userOrNone = (userId: string) => unlessRefused(client.user(userId))

  /** The departments in sight. Those of a tag are not always listed with the others. */
  async function departments() {
    const listed = await client.departments()
    const known = new Set(listed.map(({ id }) => id))
    const tagged = (await range()).tags.flatMap((tag) => tag?.parties ?? [])
    const extra = [...new Set(tagged)].filter((id) => !known.has(id))
    return [
      ...listed.map((row) => ({ ...row, isListed: true })),
      ...extra.map((id) => ({ id, name: '', parentid: 0, department_leader: [], isListed: false })),
    ].sort((a, b) => a.id - b.id)
  }

  return {
    platform: 'wecom',
    async page(cursor) {
      if (cursor?.startsWith('user:')) return singles(cursor.slice('user:'.length))
      const all = await departments()
      const after = cursor === null ? 0 : Number(cursor.replace('department:', ''))
      const now = all.filter(({ id }) => id > after).slice(0, perPage)
      const found = new Map<string, DirectoryPerson>()
      for (const { id, isListed } of now) {
        const users = await (isListed ? client.usersOf(id) : unlessRefused(client.usersOf(id)))
        for (const user of users ?? []) found.set(accountOf(user.userid), personOf(user))
      }
      const last = now.at(-1)
      const isDone = last === undefined || last.id === all.at(-1)?.id
      return {
        departments: cursor === null ? all.map(departmentOf) : [],
        people: [...found.values()],
        next: isDone ? 'user:' : `department:${last.id}`,
      }
    },
    async scope() {
      const { users, parties, tags } = await range()
      const names = new Map((await client.departments()).map(({ id, name }) => [id, name]))
      const shown = parties.map((id) => names.get(id) || `部门 ${id}`)
      const parts = [
        shown.slice(0, 20).join('、') + (shown.length > 20 ? `等 ${shown.length} 个部门` : ''),
        users.length ? `单独选择的 ${users.length} 位成员` : '',
        tags.length ? tagsInWords(tags) : '',
      ].filter(Boolean)
      return {
        totalPeople: settings.contactSecret ? await countPeople(client) : null,
        isPartial: !parties.includes(root),
        range: `应用可见范围：${parts.join('，') || '没有设置'}`,
      }
    },

    /** https://developer.work.weixin.qq.com/document/path/90313: 60111 is nobody's id, 60011 somebody out of range. */
    async whereabouts(account): Promise<Whereabouts> {
      try {
        return personOf(await client.user(account)).isActive === false ? 'gone' : 'there'
      } catch (err) {
        if (!(err instanceof PlatformError) || err.retryable) throw err
        return err.code === String(unknownMember) ? 'gone' : 'out-of-sight'
      }
    },
  }
}

function tagsInWords(tags: ({ users: string[]; parties: number[] } | null)[]): string {
  const read = tags.filter((tag) => tag !== null)
  const people = new Set(read.flatMap(({ users }) => users)).size
  const parties = new Set(read.flatMap((tag) => tag.parties)).size
  const found = [people ? `${people} 位成员` : '', parties ? `${parties} 个部门` : ''].filter(Boolean)
  const unread = tags.length - read.length
  return (
    `${tags.length} 个标签里的${found.length ? ` ${found.join('、')}` : '成员'}` +
    (unread ? `（其中 ${unread} 个标签应用无权读取，里面的人读不到）` : '')
  )
}

/** @returns null where WeCom says no to this one for good. @throws PlatformError when it may go well later. */
async function unlessRefused<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (err) {
    if (err instanceof PlatformError && refusesOne.has(err.code)) return null
    throw err
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
