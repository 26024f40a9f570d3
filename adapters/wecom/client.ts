import { z } from 'zod'
import type { WecomSettings } from '../../core/ports/platform-settings.js'
import type { Calls } from './calls.js'
import { customerMessage } from './decode-customer.js'

const done = z.looseObject({})
const sentMessage = z.looseObject({
  msgid: z.string().default(''),
  response_code: z.string().optional(),
  invaliduser: z.string().default(''),
})
const department = z.looseObject({
  id: z.number().int(),
  name: z.string().default(''),
  parentid: z.number().int().default(0),
  department_leader: z.array(z.string()).default([]),
})
const user = z.looseObject({
  userid: z.string().min(1),
  name: z.string().default(''),
  position: z.string().default(''),
  department: z.array(z.number().int()).default([]),
  main_department: z.number().int().optional(),
  direct_leader: z.array(z.string()).default([]),
  status: z.number().int().optional(),
})
export type WecomUser = z.infer<typeof user>
const agent = z.looseObject({
  name: z.string().default(''),
  close: z.number().default(0),
  allow_userinfos: z
    .looseObject({ user: z.array(z.looseObject({ userid: z.string() })).default([]) })
    .optional(),
  allow_partys: z.looseObject({ partyid: z.array(z.number().int()).default([]) }).optional(),
  allow_tags: z.looseObject({ tagid: z.array(z.number().int()).default([]) }).optional(),
  redirect_domain: z.string().default(''),
})
const ticket = z.looseObject({ ticket: z.string().min(1), expires_in: z.number().positive() })
const synced = z.looseObject({
  next_cursor: z.string().default(''),
  has_more: z.number().default(0),
  msg_list: z.array(z.unknown()).default([]),
})

export type Client = ReturnType<typeof createClient>

/** The calls that the product makes. Each throws PlatformError as `Calls.call` says. */
export function createClient({ call, token }: Calls, settings: WecomSettings) {
  const agentid = Number(settings.agentId)
  return {
    token,

    /** https://developer.work.weixin.qq.com/document/path/90236 */
    sendMessage: (
      userId: string,
      msgtype: string,
      content: object,
      check: { enable_duplicate_check?: 1; duplicate_check_interval?: number } = {},
    ) =>
      call({
        path: '/cgi-bin/message/send',
        body: { touser: userId, msgtype, agentid, [msgtype]: content, enable_id_trans: 0, ...check },
        answer: sentMessage,
      }),

    /** https://developer.work.weixin.qq.com/document/path/94888 */
    updateCard: (userId: string, responseCode: string, card: object) =>
      call({
        path: '/cgi-bin/message/update_template_card',
        body: {
          userids: [userId],
          agentid,
          response_code: responseCode,
          template_card: card,
          enable_id_trans: 0,
        },
        answer: done,
      }),

    /** https://developer.work.weixin.qq.com/document/path/94867 */
    recallMessage: (msgid: string) =>
      call({ path: '/cgi-bin/message/recall', body: { msgid }, answer: done }),

    /** Groups that the app made. https://developer.work.weixin.qq.com/document/path/90248 */
    sendToGroup: (chatid: string, msgtype: string, content: object) =>
      call({
        path: '/cgi-bin/appchat/send',
        body: { chatid, msgtype, [msgtype]: content, safe: 0 },
        answer: done,
      }),

    /** https://developer.work.weixin.qq.com/document/path/94677 */
    sendToCustomer: (openKfId: string, customer: string, msgid: string, text: string) =>
      call({
        caller: 'customer-service',
        path: '/cgi-bin/kf/send_msg',
        body: { touser: customer, open_kfid: openKfId, msgid, msgtype: 'text', text: { content: text } },
        answer: z.looseObject({ msgid: z.string().default('') }),
      }),

    /** https://developer.work.weixin.qq.com/document/path/94670 */
    async syncCustomerMessages(openKfId: string, cursor: string, token: string) {
      const answer = await call({
        caller: 'customer-service',
        path: '/cgi-bin/kf/sync_msg',
        body: {
          ...(cursor ? { cursor } : {}),
          ...(token ? { token } : {}),
          limit: 1000,
          open_kfid: openKfId,
        },
        answer: synced,
      })
      // A message of a shape that we do not know must not hold up those behind it.
      const messages = answer.msg_list.flatMap((one) => {
        const read = customerMessage.safeParse(one)
        return read.success ? [{ ...read.data, open_kfid: read.data.open_kfid ?? openKfId }] : []
      })
      return {
        messages,
        unreadable: answer.msg_list.length - messages.length,
        cursor: answer.next_cursor,
        hasMore: answer.has_more === 1,
      }
    },

    /** Members who use 客户联系. https://developer.work.weixin.qq.com/document/path/92571 */
    followUsers: () =>
      call({
        caller: 'app',
        path: '/cgi-bin/externalcontact/get_follow_user_list',
        answer: z.looseObject({ follow_user: z.array(z.string()).default([]) }),
      }),

    /** https://developer.work.weixin.qq.com/document/path/94661 */
    customerAccounts: () =>
      call({
        caller: 'customer-service',
        path: '/cgi-bin/kf/account/list',
        body: { offset: 0, limit: 100 },
        answer: z.looseObject({
          account_list: z.array(z.looseObject({ open_kfid: z.string() })).default([]),
        }),
      }),

    /** Rings the member's phone; paid. https://developer.work.weixin.qq.com/document/path/91627 */
    callPhone: (userId: string) =>
      call({
        path: '/cgi-bin/pstncc/call',
        body: { callee_userid: [userId] },
        answer: z.looseObject({ states: z.array(z.looseObject({ code: z.number() })).default([]) }),
      }),

    /** All that the app may see below the root, with names. https://developer.work.weixin.qq.com/document/path/90208 */
    departments: async () =>
      (
        await call({
          path: '/cgi-bin/department/list',
          answer: z.looseObject({ department: z.array(department).default([]) }),
        })
      ).department,

    /** Direct members of one department. https://developer.work.weixin.qq.com/document/path/90201 */
    usersOf: async (departmentId: number) =>
      (
        await call({
          path: '/cgi-bin/user/list',
          query: { department_id: String(departmentId) },
          answer: z.looseObject({ userlist: z.array(user).default([]) }),
        })
      ).userlist,

    /** https://developer.work.weixin.qq.com/document/path/90196 */
    user: (userId: string) => call({ path: '/cgi-bin/user/get', query: { userid: userId }, answer: user }),

    /** Members and departments that bear a tag. https://developer.work.weixin.qq.com/document/path/90213 */
    tag: (tagId: number) =>
      call({
        path: '/cgi-bin/tag/get',
        query: { tagid: String(tagId) },
        answer: z.looseObject({
          userlist: z.array(z.looseObject({ userid: z.string() })).default([]),
          partylist: z.array(z.number().int()).default([]),
        }),
      }),

    /** Everybody's ids; for the contact-sync secret only. https://developer.work.weixin.qq.com/document/path/96067 */
    userIds: (cursor: string) =>
      call({
        caller: 'contacts',
        path: '/cgi-bin/user/list_id',
        body: { ...(cursor ? { cursor } : {}), limit: 10_000 },
        answer: z.looseObject({
          next_cursor: z.string().default(''),
          dept_user: z.array(z.looseObject({ userid: z.string() })).default([]),
        }),
      }),

    /**
     * Members' own ids by what the AI bot calls them; ids that are plain already, or of nobody in the app's range, are
     * left out. https://developer.work.weixin.qq.com/document/path/101521
     */
    plainUserIds: async (openUserIds: string[]) => {
      const { userid_list: found } = await call({
        path: '/cgi-bin/batch/openuserid_to_userid',
        body: { open_userid_list: openUserIds },
        answer: z.looseObject({
          userid_list: z
            .array(z.looseObject({ open_userid: z.string(), userid: z.string().min(1) }))
            .default([]),
        }),
      })
      return new Map(found.map((one) => [one.open_userid, one.userid]))
    },

    /** The app with its range. https://developer.work.weixin.qq.com/document/path/90227 */
    agent: () => call({ path: '/cgi-bin/agent/get', query: { agentid: settings.agentId }, answer: agent }),

    /** https://developer.work.weixin.qq.com/document/path/91023 */
    signedIn: (code: string) =>
      call({
        path: '/cgi-bin/auth/getuserinfo',
        query: { code },
        answer: z.looseObject({ userid: z.string().optional(), UserId: z.string().optional() }),
      }),

    /** https://developer.work.weixin.qq.com/document/path/90506 */
    pageTicket: () => call({ path: '/cgi-bin/get_jsapi_ticket', answer: ticket }),
  }
}
