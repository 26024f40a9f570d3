import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import type { DingtalkClient } from './client.js'

/** Codes for a call that the app may not make, and for an address that may not call. */
export const permissionCodes: readonly string[] = [
  'Forbidden.AccessDenied.AccessTokenPermissionDenied',
  '60011',
  '50002',
]
export const ipCodes: readonly string[] = ['Forbidden.AccessDenied.IpNotInWhiteList', '60020']

/** One permission: its name in the console, a call that needs it and changes nothing, and what fails without it. */
export interface PermissionProbe {
  name: string
  scope: string
  isNeeded: boolean
  without: string
  ask: (client: DingtalkClient) => Promise<unknown>
}

/** Ids that nobody has: a call about them is refused for the id where the permission is there. */
const nothing = 'genjin-permission-probe'

/** @see https://open.dingtalk.com/document/orgapp/permission-list */
export function permissionProbes({ robotCode }: DingtalkSettings): PermissionProbe[] {
  return [
    {
      name: 'departments',
      scope: '通讯录部门信息读权限',
      isNeeded: true,
      without: '部门不能同步，主管和团队要手工维护',
      ask: (client) => client.oldApi('/topapi/v2/department/listsub', { dept_id: 1 }),
    },
    {
      name: 'members',
      scope: '通讯录部门成员读权限',
      isNeeded: true,
      without: '同事不能同步，要逐个手工添加',
      ask: (client) => client.oldApi('/topapi/user/listid', { dept_id: 1 }),
    },
    {
      name: 'member-details',
      scope: '成员信息读权限',
      isNeeded: true,
      without: '网页登录和待办认不出是谁',
      ask: (client) => client.oldApi('/topapi/user/getbyunionid', { unionid: nothing }),
    },
    {
      name: 'robot',
      scope: '企业内机器人发送消息权限',
      isNeeded: true,
      without: '机器人发不出消息，也查不到已读',
      ask: (client) =>
        client.api('GET', '/v1.0/robot/oToMessages/readStatus', {
          query: { robotCode, processQueryKey: nothing },
        }),
    },
    {
      name: 'cards',
      scope: '互动卡片实例写权限',
      isNeeded: true,
      without: '卡片发不出也更新不了，只能发文字',
      ask: (client) =>
        client.api('PUT', '/v1.0/card/instances', {
          body: { outTrackId: nothing, cardUpdateOptions: { updateCardDataByKey: true } },
        }),
    },
    {
      name: 'todo',
      scope: '待办应用中待办写权限',
      isNeeded: false,
      without: '任务不会出现在钉钉待办里',
      ask: (client) =>
        client.api('PUT', `/v1.0/todo/users/${nothing}/tasks/${nothing}/executorStatus`, {
          query: { operatorId: nothing },
          body: { executorStatusList: [] },
        }),
    },
    {
      name: 'ding',
      scope: '应用发送DING消息权限',
      isNeeded: false,
      without: '紧急提醒不会 DING 到人（专业版或专属版才有）',
      ask: (client) =>
        client.api('POST', '/v1.0/robot/ding/recall', { body: { robotCode, openDingId: nothing } }),
    },
    {
      name: 'jsapi',
      scope: '获取 JSAPI 鉴权票据',
      isNeeded: false,
      without: '页面里不能扫码、选图和定位',
      ask: (client) => client.api('POST', '/v1.0/oauth2/jsapiTickets', { body: {} }),
    },
  ]
}
