import { createHash } from 'node:crypto'
import type { Clock } from '../../core/ports/clock.js'
import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import type { SharedState } from '../../core/ports/shared-state.js'
import { cutBytes } from './bytes.js'
import type { DingtalkClient } from './client.js'
import { platformError } from './codes.js'
import { field, listOf, textOf } from './json.js'

const dayMs = 86_400_000
/** The platform's days are Chinese ones. */
const zoneMs = 8 * 3_600_000
/** `msg` may have 2,048 bytes with its JSON. */
const maxTextBytes = 1_600

/**
 * Work notices: the way to a person whom the robot cannot reach. Three limits drop a notice and still say ok: the same
 * content to the same person on one day, 500 a day per person, 5,000 people a minute. They are kept before the call.
 *
 * @see https://open.dingtalk.com/document/orgapp/asynchronous-sending-of-enterprise-session-messages
 */
export function createNotices(
  settings: DingtalkSettings,
  { client, state, clock }: { client: DingtalkClient; state: SharedState; clock: Clock },
) {
  const agentId = settings.agentId

  /** The same words a second time today get the time at their end: they would be swallowed otherwise. */
  async function untilUnique(userId: string, text: string): Promise<string> {
    const now = new Date(clock.now().getTime() + zoneMs)
    const leftMs = dayMs - (now.getTime() % dayMs)
    const day = now.toISOString().slice(0, 10)
    for (const candidate of [text, `${text}\n（${now.toISOString().slice(11, 16)}）`]) {
      const print = createHash('sha256').update(`${userId}\n${candidate}`).digest('base64url')
      const key = `dingtalk:notice:${day}:${print}`
      if ((await state.take(key, { points: 1, windowMs: leftMs })) === 0) return candidate
    }
    throw platformError('not_allowed_twice')
  }

  return {
    /** False without an agent id: then there are no work notices. */
    isThere: agentId !== null,

    /** @returns the task's id. @throws PlatformError also for what the platform would drop silently. */
    async send(userId: string, text: string): Promise<string> {
      const content = await untilUnique(userId, cutBytes(text, maxTextBytes))
      const answer = await client.oldApi(
        '/topapi/message/corpconversation/asyncsend_v2',
        { agent_id: agentId, userid_list: userId, msg: { msgtype: 'text', text: { content } } },
        {
          limits: [
            { key: `dingtalk:notices:${userId}`, limit: { points: 500, windowMs: dayMs } },
            { key: 'dingtalk:notices', limit: { points: 5_000, windowMs: 60_000 } },
          ],
        },
      )
      return textOf(answer, 'task_id')
    },

    /** @see https://open.dingtalk.com/document/orgapp/gets-the-result-of-sending-messages-asynchronously-to-the-enterprise */
    async readState(taskId: string, userId: string): Promise<'delivered' | 'read' | null> {
      const answer = await client.oldApi('/topapi/message/corpconversation/getsendresult', {
        agent_id: agentId,
        task_id: Number(taskId),
      })
      const result = field(answer, 'send_result')
      if (listOf(result, 'read_user_id_list').includes(userId)) return 'read'
      return listOf(result, 'unread_user_id_list').includes(userId) ? 'delivered' : null
    },

    /** @see https://open.dingtalk.com/document/orgapp/notification-of-work-withdrawal */
    async recall(taskId: string): Promise<boolean> {
      await client.oldApi('/topapi/message/corpconversation/recall', {
        agent_id: agentId,
        msg_task_id: Number(taskId),
      })
      return true
    },
  }
}
