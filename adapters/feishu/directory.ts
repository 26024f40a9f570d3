import type {
  Directory,
  DirectoryDepartment,
  DirectoryPage,
  DirectoryPerson,
  Whereabouts,
} from '../../core/ports/directory.js'
import { z } from 'zod'
import { PlatformError } from '../../core/errors.js'
import { nextPage, type FeishuCalls } from './calls.js'
import { failure } from './client.js'
import { nobodyCodes, refusesOne } from './codes.js'
import { field, listField, objectField, textField } from './json.js'

/** The platform's own name of the whole company. */
const company = '0'
/** The roots of a limited view: what the admin ticked, department by department and person by person. */
const ticked = '@scope'
/** A user group of the range is walked like a department. */
const groupMark = '@group:'

/**
 * Where a walk stands: from the root down to the department that is being read. Deep first, so the cursor grows with
 * the depth of the company only. `token` is the page, `index` the next department on it to go down into.
 */
const cursorSchema = z
  .array(
    z.object({
      id: z.string().min(1).max(100),
      stage: z.enum(['people', 'below']),
      token: z.string().max(1000).optional(),
      index: z.number().int().min(0).max(1000),
    }),
  )
  .min(1)
  .max(100)
type Frames = z.infer<typeof cursorSchema>

/** A page is full with this many departments and people, or after this many lists. */
const enough = 50
const mostSteps = 12
/** A cursor has room for so many beside the deepest way down. */
const mostGroups = 50

interface Below {
  departments: DirectoryDepartment[]
  next: string | undefined
}

/** The organisation as far as the app may see it. */
export function createDirectory(calls: FeishuCalls): Directory {
  /** Pages of departments on the way down, so that coming back up does not ask for them again. */
  const recent = new Map<string, Below>()

  /** Where a walk begins; the last one is walked first. */
  async function roots(): Promise<string[]> {
    const { departments, groups } = await allOfScope()
    return departments.includes(company)
      ? [company]
      : [...groups.slice(0, mostGroups).map((id) => groupMark + id), ticked]
  }

  async function allOfScope() {
    const all = { departments: [] as string[], people: [] as string[], groups: [] as string[] }
    for (let token: string | undefined, page = 0; page < 100; page += 1) {
      const part = await calls.contactScope(token)
      all.departments.push(...part.departments)
      all.people.push(...part.people)
      all.groups.push(...part.groups)
      token = part.next
      if (!token) break
    }
    return all
  }

  async function peopleOf(id: string, token: string | undefined) {
    if (id.startsWith(groupMark)) {
      const part = await groupOf(id.slice(groupMark.length), 'user', token)
      return { people: await peopleBy(part?.members ?? []), next: part?.next }
    }
    if (id !== ticked) {
      const data = await calls.peopleOf(id, token)
      return { people: listField(data, 'items').map(person), next: nextPage(data) }
    }
    const part = await calls.contactScope(token)
    return { people: await peopleBy(part.people), next: part.next }
  }

  async function peopleBy(accounts: readonly string[]): Promise<DirectoryPerson[]> {
    const people = []
    for (const account of accounts) {
      const found = await unlessRefused(calls.person(account))
      if (found) people.push(person(found))
    }
    return people
  }

  /** @returns null where the app may not read groups, or not this one. */
  async function groupOf(group: string, kind: 'user' | 'department', token?: string) {
    try {
      return await calls.groupMembers(group, kind, token)
    } catch (error) {
      if (error instanceof PlatformError && !error.retryable) return null
      throw error
    }
  }

  async function below(id: string, token: string | undefined): Promise<Below> {
    const key = `${id} ${token ?? ''}`
    const known = recent.get(key)
    if (known) return known
    const found = await belowAny(id, token)
    if (recent.size > 50) recent.clear()
    recent.set(key, found)
    return found
  }

  function belowAny(id: string, token: string | undefined): Promise<Below> {
    if (id.startsWith(groupMark)) return belowGroup(id.slice(groupMark.length), token)
    return id === ticked ? belowScope(token) : belowDepartment(id, token)
  }

  async function belowDepartment(id: string, token: string | undefined): Promise<Below> {
    const data = await calls.departments(id, token)
    const items = listField(data, 'items').filter(
      (item) => field(objectField(item, 'status'), 'is_deleted') !== true,
    )
    return { departments: items.map(department), next: nextPage(data) }
  }

  async function belowScope(token: string | undefined): Promise<Below> {
    const part = await calls.contactScope(token)
    return { departments: await departmentsBy(part.departments), next: part.next }
  }

  async function belowGroup(group: string, token: string | undefined): Promise<Below> {
    const part = await groupOf(group, 'department', token)
    return { departments: await departmentsBy(part?.members ?? []), next: part?.next }
  }

  async function departmentsBy(ids: readonly string[]): Promise<DirectoryDepartment[]> {
    const departments = []
    for (const id of ids) {
      const found = await unlessRefused(calls.department(id))
      if (found) departments.push(department(found))
    }
    return departments
  }

  return {
    platform: 'feishu',

    async page(cursor) {
      if (cursor === null) recent.clear()
      const frames: Frames =
        cursor === null ? (await roots()).map((id) => ({ id, stage: 'people', index: 0 })) : read(cursor)
      const departments: DirectoryDepartment[] = []
      const people: DirectoryPerson[] = []
      for (let steps = 0; frames.length > 0 && steps < mostSteps; steps += 1) {
        try {
          const found = await step(frames)
          departments.push(...found.departments)
          people.push(...found.people)
        } catch (error) {
          // What was read counts; the next page begins with the list that failed.
          if (departments.length + people.length === 0) throw error
          break
        }
        if (departments.length + people.length >= enough) break
      }
      return { departments, people, next: frames.length ? JSON.stringify(frames) : null }
    },

    async scope() {
      const { departments, people, groups } = await allOfScope()
      const isPartial = !departments.includes(company)
      return { totalPeople: null, isPartial, range: await rangeOf(departments, people, groups, isPartial) }
    },

    /** @see https://open.feishu.cn/document/server-docs/contact-v3/user/get (41012: nobody, 41050: out of range) */
    async whereabouts(account): Promise<Whereabouts> {
      try {
        const found = await calls.person(account)
        // An answer that tells nothing of the person proves nothing.
        if (!textField(found, 'open_id')) return 'out-of-sight'
        return person(found).isActive === false ? 'gone' : 'there'
      } catch (error) {
        if (!(error instanceof PlatformError) || error.retryable) throw error
        return nobodyCodes.has(error.code) ? 'gone' : 'out-of-sight'
      }
    },
  }

  /** Reads one list and moves on; where it fails nothing has moved. */
  async function step(frames: Frames): Promise<Omit<DirectoryPage, 'next'>> {
    const frame = frames.at(-1)
    if (!frame) return { departments: [], people: [] }
    if (frame.stage === 'people') {
      const { people, next } = await peopleOf(frame.id, frame.token)
      Object.assign(frame, next ? { token: next } : { stage: 'below', token: undefined, index: 0 })
      return { departments: [], people }
    }
    const { departments, next } = await below(frame.id, frame.token)
    const isFirstLook = frame.index === 0
    const child = departments[frame.index]
    if (child) {
      frame.index += 1
      frames.push({ id: child.externalId, stage: 'people', index: 0 })
    } else if (next) Object.assign(frame, { token: next, index: 0 })
    else frames.pop()
    return { departments: isFirstLook ? departments : [], people: [] }
  }

  async function rangeOf(departments: string[], people: string[], groups: string[], isPartial: boolean) {
    if (!isPartial) return '通讯录权限范围：全体员工'
    const names = []
    for (const id of departments.slice(0, 5)) {
      const found = await unlessRefused(calls.department(id))
      names.push(found ? department(found).name : id)
    }
    const parts = [
      ...(names.length
        ? [
            `${names.join('、')}${departments.length > names.length ? ` 等 ${departments.length} 个部门` : ''}`,
          ]
        : []),
      ...(people.length ? [`${people.length} 名成员`] : []),
      ...(groups.length ? [await groupsInWords(groups)] : []),
    ]
    return `通讯录权限范围：${parts.join('、') || '没有任何部门或成员'}`
  }

  async function groupsInWords(groups: string[]): Promise<string> {
    let unread = Math.max(0, groups.length - mostGroups)
    for (const group of groups.slice(0, mostGroups)) if (!(await groupOf(group, 'user'))) unread += 1
    const hint = '组内成员读不到：请开通 contact:group:readonly，或直接选择部门和成员'
    if (unread === 0) return `${groups.length} 个用户组`
    return `${groups.length} 个用户组（${unread < groups.length ? `其中 ${unread} 个` : ''}${hint}）`
  }
}

/** @returns null where the platform says no to this one for good. @throws PlatformError when it may go well later. */
async function unlessRefused<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (error) {
    if (error instanceof PlatformError && refusesOne.has(error.code)) return null
    throw error
  }
}

/** @throws PlatformError `cursor`: a walk that cannot be resumed has to begin anew. */
function read(cursor: string): Frames {
  try {
    return cursorSchema.parse(JSON.parse(cursor))
  } catch (cause) {
    throw failure('cursor', { retryable: false, cause })
  }
}

function department(item: unknown): DirectoryDepartment {
  const parent = textField(item, 'parent_department_id')
  const leaders = listField(item, 'leaders').map((leader) => textField(leader, 'leaderID'))
  return {
    externalId: textField(item, 'open_department_id'),
    // Fields that the app has no scope for are left out without a word.
    name: textField(item, 'name') || '未命名部门',
    parentExternalId: parent && parent !== company ? parent : null,
    leaderExternalIds: [...new Set([textField(item, 'leader_user_id'), ...leaders])].filter(Boolean),
  }
}

function person(item: unknown): DirectoryPerson {
  const status = objectField(item, 'status')
  const gone = ['is_frozen', 'is_resigned', 'is_exited'].some((name) => field(status, name) === true)
  const main = listField(item, 'orders').find((order) => field(order, 'is_primary_dept') === true)
  const mainId = textField(main, 'department_id')
  const departments = listField(item, 'department_ids').filter((id) => typeof id === 'string')
  const manager = textField(item, 'leader_user_id')
  const title = textField(item, 'job_title')
  return {
    externalId: textField(item, 'open_id'),
    name: textField(item, 'name') || '未授权姓名',
    ...(title ? { title } : {}),
    departmentExternalIds: [
      ...departments.filter((id) => id === mainId),
      ...departments.filter((id) => id !== mainId),
    ].filter((id) => id !== company),
    ...(manager ? { managerExternalId: manager } : {}),
    isActive: !gone,
  }
}
