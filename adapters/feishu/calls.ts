import type { UrgeLevel } from '../../core/ports/messenger.js'
import type { RateLimit } from '../../core/ports/shared-state.js'
import { failure, type Call, type FeishuClient } from './client.js'
import { field, listField, objectField, textField, type Json } from './json.js'

/** To one person or one group, shared by all bots there: 5 a second. @see im-v1/message/create, 频率限制 */
const perTarget: RateLimit = { points: 5, windowMs: 1000 }
/** Updates of one message: 5 a second. */
const perMessage: RateLimit = { points: 5, windowMs: 1000 }
/** Message calls of one app: 50 a second and 1,000 a minute. */
const perApp: NonNullable<Call['limits']> = [
  { key: 'im:second', limit: { points: 50, windowMs: 1000 } },
  { key: 'im:minute', limit: { points: 1000, windowMs: 60_000 } },
]

export type FeishuCalls = ReturnType<typeof createCalls>

/** The calls that we use, each with its page. All of them throw PlatformError. */
export function createCalls(client: FeishuClient) {
  return {
    /**
     * Sends a message; the same `uuid` within an hour gives the first one's id back and sends nothing.
     *
     * @see https://open.feishu.cn/document/server-docs/im-v1/message/create
     */
    async sendMessage(input: {
      to: string
      type: 'interactive' | 'post'
      content: string
      uuid: string
    }): Promise<{ messageId: string; chatId: string }> {
      const data = await client.call({
        method: 'POST',
        path: '/im/v1/messages',
        query: { receive_id_type: idType(input.to) },
        body: { receive_id: input.to, msg_type: input.type, content: input.content, uuid: input.uuid },
        limits: [{ key: `to:${input.to}`, limit: perTarget }, ...perApp],
      })
      return { messageId: textField(data, 'message_id'), chatId: textField(data, 'chat_id') }
    },

    /**
     * Draws a sent card anew, for 14 days.
     *
     * @see https://open.feishu.cn/document/server-docs/im-v1/message-card/patch
     */
    patchCard: (messageId: string, content: string): Promise<Json> =>
      client.call({
        method: 'PATCH',
        path: `/im/v1/messages/${encodeURIComponent(messageId)}`,
        body: { content },
        limits: [{ key: `patch:${messageId}`, limit: perMessage }, ...perApp],
      }),

    /** @see https://open.feishu.cn/document/server-docs/im-v1/message/delete */
    deleteMessage: (messageId: string): Promise<Json> =>
      client.call({
        method: 'DELETE',
        path: `/im/v1/messages/${encodeURIComponent(messageId)}`,
        limits: perApp,
      }),

    /**
     * Buzzes, texts or calls for a message of the bot's own.
     *
     * @returns the accounts that it did not reach.
     * @see https://open.feishu.cn/document/server-docs/im-v1/buzz-messages/urgent_app
     */
    async urge(messageId: string, account: string, level: UrgeLevel): Promise<string[]> {
      const data = await client.call({
        method: 'PATCH',
        path: `/im/v1/messages/${encodeURIComponent(messageId)}/urgent_${level}`,
        query: { user_id_type: idType(account) },
        body: { user_id_list: [account] },
        limits: perApp,
      })
      return texts(data, 'invalid_user_id_list')
    },

    /**
     * Who has read a message of the bot's own; for seven days.
     *
     * @see https://open.feishu.cn/document/server-docs/im-v1/message/read_users
     */
    async readers(messageId: string, account: string): Promise<string[]> {
      const data = await client.call({
        method: 'GET',
        path: `/im/v1/messages/${encodeURIComponent(messageId)}/read_users`,
        query: { user_id_type: idType(account), page_size: 100 },
        limits: perApp,
      })
      return listField(data, 'items').map((item) => textField(item, 'user_id'))
    },

    /**
     * Makes a task for one person; the same `key` gives the same task.
     *
     * @see https://open.feishu.cn/document/task-v2/task/create
     */
    async createTask(input: {
      account: string
      title: string
      dueAt: Date | null
      url: string
      key: string
    }): Promise<string> {
      const data = await client.call({
        method: 'POST',
        path: '/task/v2/tasks',
        query: { user_id_type: idType(input.account) },
        body: {
          summary: input.title,
          ...(input.dueAt ? { due: dueOf(input.dueAt) } : {}),
          members: [{ id: input.account, role: 'assignee', type: 'user' }],
          origin: {
            platform_i18n_name: { zh_cn: '跟进' },
            href: { url: input.url, title: input.title.slice(0, 512) },
          },
          client_token: input.key,
        },
      })
      const guid = textField(objectField(data, 'task'), 'guid')
      if (!guid) throw failure('bad_answer')
      return guid
    },

    /**
     * Sets the named fields of a task; what is named and empty is cleared. A completed task is not completed again:
     * the platform refuses that. `completed_at: '0'` opens it anew.
     *
     * @see https://open.feishu.cn/document/task-v2/task/patch
     */
    patchTask: (guid: string, fields: Json): Promise<Json> =>
      client.call({
        method: 'PATCH',
        path: `/task/v2/tasks/${encodeURIComponent(guid)}`,
        body: { task: fields, update_fields: Object.keys(fields) },
      }),

    /** When it was completed, milliseconds; 0 while it is open. @see https://open.feishu.cn/document/task-v2/task/get */
    async taskCompletedAt(guid: string): Promise<number> {
      const data = await client.call({ method: 'GET', path: `/task/v2/tasks/${encodeURIComponent(guid)}` })
      return Number(textField(objectField(data, 'task'), 'completed_at') || 0)
    },

    /**
     * One page of the departments right below one.
     *
     * @see https://open.feishu.cn/document/server-docs/contact-v3/department/children
     */
    departments: (below: string, pageToken: string | undefined): Promise<Json> =>
      client.call({
        method: 'GET',
        path: `/contact/v3/departments/${encodeURIComponent(below)}/children`,
        query: {
          department_id_type: 'open_department_id',
          user_id_type: 'open_id',
          page_size: 50,
          page_token: pageToken,
        },
      }),

    /** @see https://open.feishu.cn/document/server-docs/contact-v3/department/get */
    async department(id: string): Promise<Json> {
      const data = await client.call({
        method: 'GET',
        path: `/contact/v3/departments/${encodeURIComponent(id)}`,
        query: { department_id_type: 'open_department_id', user_id_type: 'open_id' },
      })
      return objectField(data, 'department')
    },

    /**
     * One page of the people who belong to a department directly.
     *
     * @see https://open.feishu.cn/document/server-docs/contact-v3/user/find_by_department
     */
    peopleOf: (department: string, pageToken: string | undefined): Promise<Json> =>
      client.call({
        method: 'GET',
        path: '/contact/v3/users/find_by_department',
        query: {
          department_id: department,
          department_id_type: 'open_department_id',
          user_id_type: 'open_id',
          page_size: 50,
          page_token: pageToken,
        },
      }),

    /** @see https://open.feishu.cn/document/server-docs/contact-v3/user/get */
    async person(account: string): Promise<Json> {
      const data = await client.call({
        method: 'GET',
        path: `/contact/v3/users/${encodeURIComponent(account)}`,
        query: { user_id_type: idType(account), department_id_type: 'open_department_id' },
      })
      return objectField(data, 'user')
    },

    /**
     * One page of a user group's people or departments, by their open ids. Needs contact:group:readonly.
     *
     * @see https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/group-member/simplelist
     */
    async groupMembers(
      group: string,
      kind: 'user' | 'department',
      pageToken: string | undefined,
    ): Promise<{ members: string[]; next: string | undefined }> {
      const data = await client.call({
        method: 'GET',
        path: `/contact/v3/group/${encodeURIComponent(group)}/member/simplelist`,
        query: {
          member_type: kind,
          member_id_type: kind === 'user' ? 'open_id' : 'open_department_id',
          page_size: 50,
          page_token: pageToken,
        },
      })
      return {
        members: listField(data, 'memberlist')
          .map((member) => textField(member, 'member_id'))
          .filter(Boolean),
        next: nextPage(data),
      }
    },

    /**
     * One page of what the app may see of the organisation.
     *
     * @see https://open.feishu.cn/document/server-docs/contact-v3/scope/list
     */
    async contactScope(pageToken: string | undefined): Promise<{
      departments: string[]
      people: string[]
      groups: string[]
      next: string | undefined
    }> {
      const data = await client.call({
        method: 'GET',
        path: '/contact/v3/scopes',
        query: {
          user_id_type: 'open_id',
          department_id_type: 'open_department_id',
          page_size: 100,
          page_token: pageToken,
        },
      })
      return {
        departments: texts(data, 'department_ids'),
        people: texts(data, 'user_ids'),
        groups: texts(data, 'group_ids'),
        next: nextPage(data),
      }
    },

    /**
     * The permissions that the company granted to the app.
     *
     * @see https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/application-v6/scope/list
     */
    async grantedScopes(): Promise<Set<string>> {
      const data = await client.call({ method: 'GET', path: '/application/v6/scopes' })
      const granted = listField(data, 'scopes').filter((scope) => textField(scope, 'grant_status') === '1')
      return new Set(granted.map((scope) => textField(scope, 'scope_name')))
    },

    /** The bot of the app. @see https://open.feishu.cn/document/ukTMukTMukTM/uAjMxEjLwITMx4CMyETM */
    async bot(): Promise<{ openId: string; name: string; status: string; allowedIps: string[] }> {
      const bot = objectField(await client.whole({ method: 'GET', path: '/bot/v3/info' }), 'bot')
      return {
        openId: textField(bot, 'open_id'),
        name: textField(bot, 'app_name'),
        status: textField(bot, 'activate_status'),
        allowedIps: texts(bot, 'ip_white_list'),
      }
    },

    /**
     * The app as the console shows it; parts of it are left out. Needs application:application:self_manage.
     *
     * @see https://open.feishu.cn/document/server-docs/application-v6/application/get
     */
    async app(appId: string): Promise<Json> {
      const data = await client.call({
        method: 'GET',
        path: `/application/v6/applications/${encodeURIComponent(appId)}`,
        query: { lang: 'zh_cn' },
      })
      return objectField(data, 'app')
    },

    /** The company. Needs tenant:tenant:readonly. @see https://open.feishu.cn/document/server-docs/tenant-v2/query */
    async tenantKey(): Promise<string> {
      const data = await client.call({ method: 'GET', path: '/tenant/v2/tenant/query' })
      return textField(objectField(data, 'tenant'), 'tenant_key')
    },

    /** @see https://open.feishu.cn/document/common-capabilities/web-app/quick-start (step: jsapi_ticket) */
    async pageTicket(): Promise<{ value: string; lifeMs: number }> {
      const data = await client.call({ method: 'POST', path: '/jssdk/ticket/get', body: {} })
      return {
        value: textField(data, 'ticket'),
        lifeMs: Number(textField(data, 'expire_in')) * 1000,
      }
    },
  }
}

/** Ids tell by their first letters what they are. @see https://open.feishu.cn/document/home/user-identity-introduction/introduction */
export function idType(id: string): 'open_id' | 'union_id' | 'chat_id' | 'user_id' {
  if (id.startsWith('ou_')) return 'open_id'
  if (id.startsWith('on_')) return 'union_id'
  return id.startsWith('oc_') ? 'chat_id' : 'user_id'
}

/** A point in time by which a task is due. */
export const dueOf = (at: Date): Json => ({ timestamp: String(at.getTime()), is_all_day: false })

/** Where the next page begins; undefined after the last one. */
export const nextPage = (data: Json): string | undefined =>
  field(data, 'has_more') === true ? textField(data, 'page_token') || undefined : undefined

const texts = (from: Json, name: string): string[] =>
  listField(from, name).filter((value) => typeof value === 'string')
