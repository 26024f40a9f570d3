import type {
  Directory,
  DirectoryDepartment,
  DirectoryPerson,
  Whereabouts,
} from '../../core/ports/directory.js'
import { PlatformError } from '../../core/errors.js'
import type { DingtalkClient } from './client.js'
import { field, listOf, objectsOf, readObject, textOf, truthOf, type Fields } from './json.js'

const root = '1'
/** The platform's largest page of people. */
const pageSize = 100
/** A page of the port ends when this many people or departments are in it. */
const enough = 100
const mostSteps = 20
/** The company has nobody of this id. */
const unknownPerson = '60121'

/**
 * Where a walk stands: the way from a root to the department it is at, and how far its people were read. Everything
 * else is asked again, so that a cursor stays small and good for days.
 */
type Cursor = { path: string[]; offset: string } | { single: number }

/**
 * The organisation, department by department: the platform lists one level and one department's people at a time. An
 * app that may see a part only starts at the departments and people of its range.
 */
export function createDirectory(client: DingtalkClient): Directory {
  /** @see https://open.dingtalk.com/document/orgapp/obtain-the-department-list-v2 */
  async function children(deptId: string): Promise<string[]> {
    const answer = await client.oldApi('/topapi/v2/department/listsub', { dept_id: Number(deptId) })
    return sorted(objectsOf(answer, 'result').map((item) => textOf(item, 'dept_id')))
  }

  /** @see https://open.dingtalk.com/document/orgapp/query-department-details0-v2 */
  async function department(deptId: string): Promise<DirectoryDepartment> {
    const answer = await client.oldApi('/topapi/v2/department/get', { dept_id: Number(deptId) })
    const result = field(answer, 'result')
    return {
      externalId: deptId,
      name: textOf(result, 'name') || deptId,
      parentExternalId: textOf(result, 'parent_id') || null,
      leaderExternalIds: listOf(result, 'dept_manager_userid_list'),
    }
  }

  /** @see https://open.dingtalk.com/document/orgapp/queries-the-complete-information-of-a-department-user */
  async function peopleOf(deptId: string, offset: string) {
    const answer = await client.oldApi('/topapi/v2/user/list', {
      dept_id: Number(deptId),
      cursor: Number(offset),
      size: pageSize,
    })
    const result = field(answer, 'result')
    return {
      people: objectsOf(result, 'list').map((user) => personOf(user, deptId)),
      next: truthOf(result, 'has_more') ? textOf(result, 'next_cursor') : null,
    }
  }

  /** @see https://open.dingtalk.com/document/orgapp/obtain-corpsecret-authorization-scope */
  async function range(): Promise<{ departments: string[]; people: string[] }> {
    const answer = await client.oldApi('/auth/scopes')
    const scopes = field(answer, 'auth_org_scopes')
    const departments = sorted(listOf(scopes, 'authed_dept'))
    return {
      departments: departments.includes(root) ? [root] : departments,
      people: [...listOf(scopes, 'authed_user')].sort(),
    }
  }

  /** The department after this one in the walk; people who were given one by one come last. */
  async function after(path: string[]): Promise<Cursor | null> {
    const at = path.at(-1)
    if (at === undefined) return null
    const first = (await children(at))[0]
    if (first !== undefined) return { path: [...path, first], offset: '0' }
    for (let depth = path.length - 1; depth >= 0; depth -= 1) {
      const here = path[depth] ?? ''
      const parent = path[depth - 1]
      const siblings = parent === undefined ? (await range()).departments : await children(parent)
      const next = siblings.find((id) => Number(id) > Number(here))
      if (next !== undefined) return { path: [...path.slice(0, depth), next], offset: '0' }
    }
    return { single: 0 }
  }

  async function start(): Promise<Cursor> {
    const first = (await range()).departments[0]
    return first === undefined ? { single: 0 } : { path: [first], offset: '0' }
  }

  return {
    platform: 'dingtalk',

    async page(cursor) {
      const departments: DirectoryDepartment[] = []
      const people = new Map<string, DirectoryPerson>()
      let at: Cursor | null = cursor === null ? await start() : readCursor(cursor)
      for (let step = 0; at && step < mostSteps && people.size < enough; step += 1) {
        if ('single' in at) {
          const id: string | undefined = (await range()).people[at.single]
          if (id === undefined) at = null
          else {
            const person = await single(id)
            if (person) people.set(person.externalId, person)
            at = { single: at.single + 1 }
          }
          continue
        }
        const deptId: string = at.path.at(-1) ?? root
        if (at.offset === '0') departments.push(await department(deptId))
        const read = await peopleOf(deptId, at.offset)
        for (const person of read.people) people.set(person.externalId, person)
        at = read.next ? { path: at.path, offset: read.next } : await after(at.path)
      }
      return { departments, people: [...people.values()], next: at && JSON.stringify(at) }
    },

    async scope() {
      const { departments, people } = await range()
      const isPartial = !departments.includes(root)
      const names = await Promise.all(departments.slice(0, 5).map(async (id) => (await department(id)).name))
      const parts = [
        ...(names.length
          ? [`${names.join('、')}${departments.length > 5 ? ` 等 ${departments.length} 个部门` : ''}`]
          : []),
        ...(people.length ? [`另有 ${people.length} 人`] : []),
      ]
      return {
        totalPeople: await total(),
        isPartial,
        range: isPartial
          ? `通讯录权限范围：${parts.join('，') || '没有任何部门或人员'}`
          : '通讯录权限范围：全部员工',
      }
    },

    /** @see https://open.dingtalk.com/document/orgapp/query-user-details (60121: nobody; 50002, 60011: out of range) */
    async whereabouts(userid): Promise<Whereabouts> {
      try {
        await client.oldApi('/topapi/v2/user/get', { userid })
        return 'there'
      } catch (error) {
        if (!(error instanceof PlatformError) || error.retryable) throw error
        return error.code === unknownPerson ? 'gone' : 'out-of-sight'
      }
    },
  }

  /** A person who is in the range without a department of it. */
  async function single(userid: string): Promise<DirectoryPerson | null> {
    try {
      const answer = await client.oldApi('/topapi/v2/user/get', { userid })
      const result = field(answer, 'result')
      const manager = textOf(result, 'manager_userid')
      return { ...personOf(result, ''), ...(manager ? { managerExternalId: manager } : {}) }
    } catch (error) {
      if (error instanceof PlatformError && !error.retryable) return null
      throw error
    }
  }

  /** @see https://open.dingtalk.com/document/orgapp/obtain-the-number-of-employees-v2 */
  async function total(): Promise<number | null> {
    try {
      const answer = await client.oldApi('/topapi/user/count', { only_active: false })
      const count = Number(textOf(field(answer, 'result'), 'count'))
      return Number.isInteger(count) && count > 0 ? count : null
    } catch (error) {
      if (error instanceof PlatformError && !error.retryable) return null
      throw error
    }
  }
}

function personOf(user: unknown, deptId: string): DirectoryPerson {
  const departments = listOf(user, 'dept_id_list')
  const title = textOf(user, 'title')
  return {
    externalId: textOf(user, 'userid'),
    name: textOf(user, 'name'),
    ...(title ? { title } : {}),
    departmentExternalIds: departments.length ? departments : deptId ? [deptId] : [],
  }
}

/** @throws WireError for a text that is no cursor. */
function readCursor(text: string): Cursor {
  const cursor: Fields = readObject(text)
  const path = listOf(cursor, 'path')
  if (path.length) return { path, offset: textOf(cursor, 'offset') || '0' }
  return { single: Number(textOf(cursor, 'single')) || 0 }
}

const sorted = (ids: string[]): string[] => [...new Set(ids)].sort((a, b) => Number(a) - Number(b))
