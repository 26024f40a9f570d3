import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { KeyStore } from '../../core/ports/key-store.js'
import type { Address, Messenger, Outgoing, Sent, SentMessage, Todos } from '../../core/ports/messenger.js'
import type { DingtalkSettings } from '../../core/ports/platform-settings.js'
import type { AdapterLog } from '../platforms.js'
import { cutBytes } from './bytes.js'
import type { createCards, Space } from './cards.js'
import { platformError } from './codes.js'
import { directUser } from './decode.js'
import { capabilitiesOf, encodeCard } from './encode.js'
import { readObject, textOf } from './json.js'
import type { createNotices } from './notices.js'
import type { createRobot } from './robot.js'
import { makeTrackId, readTrackId, type TemplateName } from './track-id.js'
import { cardAsWords, textWords, type RobotWords } from './words.js'

interface MessengerDeps {
  settings: DingtalkSettings
  cards: ReturnType<typeof createCards>
  robot: ReturnType<typeof createRobot>
  notices: ReturnType<typeof createNotices>
  todos: Todos
  keys: KeyStore
  clock: Clock
  pageUrl: (path: string) => string
  log: AdapterLog
}

/** Longer than any of the platform's windows in which a message can still be asked about or taken back. */
const keepMs = 7 * 86_400_000
/** A template that cannot be used: the words go out without it. */
const templateCodes = ['param.templateNotExist', 'param.templateUnpublished']
/** The robot may not write to this person or in general; a work notice may. */
const robotRefusals = [
  'Forbidden.AccessDenied.AccessTokenPermissionDenied',
  'robot.not.exist',
  'invalid_recipient',
]

/**
 * Cards through the imported templates, words through the robot, and work notices where the robot may not write.
 * Message ids: a card's own track id; `words:` and `notice:` in front of the platform's ids of the rest.
 */
export function createMessenger(deps: MessengerDeps): Messenger {
  const { settings, cards, robot, notices, todos, keys, clock, pageUrl, log } = deps
  const capabilities = () => capabilitiesOf(settings.templates)

  function spaceOf({ externalId, chatId }: Address): Space {
    const userId =
      (chatId === undefined ? null : directUser(chatId)) ?? (chatId === undefined ? externalId : null)
    if (userId) return { userId }
    if (chatId) return { groupId: chatId }
    throw platformError('invalid_recipient')
  }

  const remember = (key: string, value: string) =>
    keys.put(key, value, new Date(clock.now().getTime() + keepMs))

  async function sendCard(message: Outgoing, template: TemplateName, templateId: string): Promise<Sent> {
    const attemptKey = `dingtalk:attempt:${message.ref}`
    const attempt = Number((await keys.get(attemptKey)) ?? 0)
    const outTrackId = makeTrackId({ template, attempt, ref: message.ref })
    const variables = encodeCard(message.card, { capabilities: capabilities(), template, pageUrl })
    try {
      const space = spaceOf(message.to)
      const delivered = await cards.deliver({ templateId, outTrackId, space, variables })
      if (delivered.isNew) {
        const memory = { carrierId: delivered.carrierId, title: cutBytes(message.card.title, 300) }
        await remember(`dingtalk:card:${outTrackId}`, JSON.stringify(memory))
      }
    } catch (error) {
      // The id is spent: another try needs another one, or it would look as if it had been sent.
      if (error instanceof PlatformError && error.code === 'not_delivered')
        await remember(attemptKey, String(attempt + 1))
      throw error
    }
    return { platformMessageId: outTrackId, state: 'sent' }
  }

  /** Words of a key go out once, as far as this installation knows. */
  async function sendWords(to: Address, key: string, words: RobotWords, text: string): Promise<Sent> {
    const memory = `dingtalk:words:${key}`
    const known = await keys.get(memory)
    if (known) return { platformMessageId: known, state: 'sent' }
    const platformMessageId = await wordsOut(spaceOf(to), words, text)
    await remember(memory, platformMessageId)
    return { platformMessageId, state: 'sent' }
  }

  async function wordsOut(space: Space, words: RobotWords, text: string): Promise<string> {
    if ('groupId' in space) return `words:${await robot.toGroup(space.groupId, words)}`
    try {
      return `words:${await robot.toPerson(space.userId, words)}`
    } catch (error) {
      if (!(error instanceof PlatformError) || !robotRefusals.includes(error.code) || !notices.isThere)
        throw error
      log.warn({ platform: 'dingtalk', code: error.code }, 'the robot may not write, a work notice is sent')
      return `notice:${await notices.send(space.userId, text)}`
    }
  }

  async function memoryOf(outTrackId: string) {
    const stored = await keys.get(`dingtalk:card:${outTrackId}`)
    return stored ? readObject(stored) : {}
  }

  /** What the robot's calls want for a message: its process query key. Empty when it is not known any more. */
  async function carrierOf(platformMessageId: string): Promise<string> {
    if (platformMessageId.startsWith('words:')) return platformMessageId.slice('words:'.length)
    return textOf(await memoryOf(platformMessageId), 'carrierId')
  }

  const taskOf = (platformMessageId: string): string | null =>
    platformMessageId.startsWith('notice:') ? platformMessageId.slice('notice:'.length) : null

  async function stateOf({ platformMessageId, to }: SentMessage): Promise<'delivered' | 'read' | null> {
    const space = spaceOf(to)
    // Who of a group has read it says nothing about the others.
    if ('groupId' in space) return null
    const task = taskOf(platformMessageId)
    if (task) return notices.readState(task, space.userId)
    const carrier = await carrierOf(platformMessageId)
    return carrier ? robot.readState(carrier, space.userId) : null
  }

  return {
    platform: 'dingtalk',
    capabilities,

    async send(message) {
      for (const template of ['form', 'notice'] as const) {
        const templateId = settings.templates[template]
        if (!templateId) continue
        try {
          return await sendCard(message, template, templateId)
        } catch (error) {
          if (!(error instanceof PlatformError) || !templateCodes.includes(error.code)) throw error
          log.error({ platform: 'dingtalk', code: error.code, template }, 'a card template cannot be used')
        }
      }
      const words = cardAsWords(message.card, { capabilities: capabilities(), pageUrl })
      return sendWords(message.to, message.idempotencyKey, words, message.card.title)
    },

    async update(platformMessageId, message) {
      const track = readTrackId(platformMessageId)
      // Sent as words for want of a template: they stay as they are, the page shows today's truth.
      if (!track) return
      const { template } = track
      await cards.update(
        platformMessageId,
        withoutNotice(encodeCard(message.card, { capabilities: capabilities(), template, pageUrl })),
      )
    },

    sendText: (to, text, idempotencyKey) =>
      sendWords(to, idempotencyKey, textWords(text), text.toWellFormed()),

    async urge(platformMessageId, to, level) {
      const space = spaceOf(to)
      if ('groupId' in space) return false
      const title = textOf(await memoryOf(platformMessageId), 'title') || '有一条消息等你处理'
      try {
        return await robot.ding(space.userId, `【跟进】${title}`, level)
      } catch (error) {
        // No edition, no quota, no permission: there is no such means here. What may pass is thrown.
        if (error instanceof PlatformError && !error.retryable) {
          log.warn({ platform: 'dingtalk', code: error.code, level }, 'DING is not available')
          return false
        }
        throw error
      }
    },

    async recall(platformMessageId, to) {
      const task = taskOf(platformMessageId)
      try {
        if (task) return await notices.recall(task)
        const carrier = await carrierOf(platformMessageId)
        if (!carrier) return false
        const space = spaceOf(to)
        return await ('groupId' in space
          ? robot.recallFromGroup(space.groupId, carrier)
          : robot.recallFromPerson(carrier))
      } catch (error) {
        if (error instanceof PlatformError && !error.retryable) return false
        throw error
      }
    },

    async pollReceipts(sent) {
      const states = []
      for (const message of sent.slice(0, 100)) {
        try {
          const state = await stateOf(message)
          if (state) states.push({ platformMessageId: message.platformMessageId, state })
        } catch (error) {
          if (!(error instanceof PlatformError)) throw error
          // Too late for this one: nothing is known. Too many at once: the rest is asked next time.
          if (error.retryable) break
        }
      }
      return states
    },

    todos,
  }
}

/** The line that answers a tap belongs to the one who tapped and stays until the next tap. */
function withoutNotice(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => name !== 'notice'))
}
