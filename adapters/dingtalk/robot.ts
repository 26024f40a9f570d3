import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import type { UrgeLevel } from '../../core/ports/messenger.js'
import { platformError } from './codes.js'
import type { DingtalkClient } from './client.js'
import { field, isObject, listOf, objectsOf, textOf } from './json.js'
import type { RobotWords } from './words.js'

/** The robot's calls that the product uses. Message ids are `processQueryKey`s. */
export function createRobot({ robotCode }: DingtalkSettings, client: DingtalkClient) {
  return {
    /**
     * Words to one person. 200 does not mean that it was accepted: two lists say who was left out.
     *
     * @throws PlatformError `invalid_recipient`, `flow_controlled`
     * @see https://open.dingtalk.com/document/orgapp/chatbots-send-one-on-one-chat-messages-in-batches
     */
    async toPerson(userId: string, words: RobotWords): Promise<string> {
      const answer = await client.api('POST', '/v1.0/robot/oToMessages/batchSend', {
        body: { robotCode, userIds: [userId], ...words },
      })
      if (listOf(answer, 'invalidStaffIdList').includes(userId)) throw platformError('invalid_recipient')
      if (listOf(answer, 'flowControlledStaffIdList').includes(userId)) throw platformError('flow_controlled')
      return textOf(answer, 'processQueryKey')
    },

    /** @see https://open.dingtalk.com/document/orgapp/the-robot-sends-a-group-message */
    async toGroup(openConversationId: string, words: RobotWords): Promise<string> {
      const answer = await client.api('POST', '/v1.0/robot/groupMessages/send', {
        body: { robotCode, openConversationId, ...words },
      })
      return textOf(answer, 'processQueryKey')
    },

    /**
     * @returns false when it is too late, or was never there.
     * @see https://open.dingtalk.com/document/orgapp/batch-message-recall-chat
     */
    async recallFromPerson(processQueryKey: string): Promise<boolean> {
      const answer = await client.api('POST', '/v1.0/robot/otoMessages/batchRecall', {
        body: { robotCode, processQueryKeys: [processQueryKey] },
      })
      return listOf(answer, 'successResult').includes(processQueryKey)
    },

    /** @see https://open.dingtalk.com/document/orgapp/enterprise-chatbot-withdraws-internal-group-messages */
    async recallFromGroup(openConversationId: string, processQueryKey: string): Promise<boolean> {
      const answer = await client.api('POST', '/v1.0/robot/groupMessages/recall', {
        body: { robotCode, openConversationId, processQueryKeys: [processQueryKey] },
      })
      return listOf(answer, 'successResult').includes(processQueryKey)
    },

    /**
     * What became of a message to one person, within 24 hours.
     *
     * @returns null while the platform is still at it, and for what was taken back.
     * @see https://open.dingtalk.com/document/orgapp/chatbot-batch-query-the-read-status-of-messages
     */
    async readState(processQueryKey: string, userId: string): Promise<'delivered' | 'read' | null> {
      const answer = await client.api('GET', '/v1.0/robot/oToMessages/readStatus', {
        query: { robotCode, processQueryKey },
      })
      // The documentation's sample spells it SUCESS.
      if (!/^SUCC?ESS$/.test(textOf(answer, 'sendStatus'))) return null
      const reader = objectsOf(answer, 'messageReadInfoList').find(
        (info) => textOf(info, 'userId') === userId,
      )
      if (!reader) return null
      return textOf(reader, 'readStatus') === 'READ' ? 'read' : 'delivered'
    },

    /**
     * A DING: in the client, as a text message, as a call. Needs the professional or the exclusive edition.
     *
     * @returns false when it did not reach this person.
     * @see https://open.dingtalk.com/document/orgapp/robot-sends-nail-message
     */
    async ding(userId: string, content: string, level: UrgeLevel): Promise<boolean> {
      const answer = await client.api('POST', '/v1.0/robot/ding/send', {
        body: {
          robotCode,
          remindType: { app: 1, sms: 2, phone: 3 }[level],
          receiverUserIdList: [userId],
          content,
          ...(level === 'phone' ? { callVoice: 'Standard_Female_Voice' } : {}),
        },
      })
      const failed = field(answer, 'failedList')
      const isFailed =
        isObject(failed) && Object.keys(failed).some((why) => listOf(failed, why).includes(userId))
      return !isFailed && textOf(answer, 'openDingId') !== ''
    },
  }
}
