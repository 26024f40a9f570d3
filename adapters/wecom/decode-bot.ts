import { z } from 'zod'
import type { InboundEvent } from '../../core/ports/inbound.js'
import { WireError } from '../shared/wire-error.js'
import { accountOf, botChat } from './accounts.js'
import { idOf, selectedValues, tapOf } from './decode.js'
import { refOf } from './task-id.js'

/** What the AI bot's socket brought. */
export type BotCallback =
  | { type: 'event'; event: InboundEvent; taskId?: string }
  | { type: 'kicked' }
  | { type: 'ignored'; what: string }

const word = z.string().min(1).max(128)
const said = z.object({ content: z.string().max(100_000) })
const body = z.object({
  msgid: word,
  aibotid: z.string().optional(),
  chatid: word.optional(),
  chattype: z.enum(['single', 'group']).optional(),
  from: z.object({ userid: word, corpid: z.string().optional() }).optional(),
  create_time: z.number().int().min(0).max(8_000_000_000).optional(),
  msgtype: z.string().max(60),
  text: said.optional(),
  voice: said.optional(),
  mixed: z
    .object({ msg_item: z.array(z.object({ msgtype: z.string(), text: said.optional() })).max(200) })
    .optional(),
  event: z.looseObject({ eventtype: z.string().max(60) }).optional(),
})

// The payload of an event lies below a key named like its type.
// https://developer.work.weixin.qq.com/document/path/101027
const click = z.object({
  event_key: word,
  task_id: word,
  selected_items: z
    .object({
      selected_item: z
        .array(
          z.object({
            question_key: z.string().max(1024),
            option_ids: z.object({ option_id: z.array(z.string().max(128)).max(50) }).optional(),
          }),
        )
        .max(20),
    })
    .optional(),
})

/**
 * Reads the body of a frame from the AI bot's socket.
 *
 * @param now - stands in where the platform gives no time.
 * @param member - the sender as the app knows them, where the bot is told another id.
 * @throws WireError `malformed`.
 */
export function decodeBotFrame(raw: unknown, now: Date, member: string | null = null): BotCallback {
  const read = body.safeParse(raw)
  if (!read.success) throw new WireError('malformed')
  const frame = read.data
  const kind = frame.event?.eventtype
  if (kind === 'disconnected_event') return { type: 'kicked' }
  if (!frame.from) throw new WireError('malformed')
  const said = accountOf(frame.from.userid)
  const account = member ?? said
  // The bot's own chat with somebody goes by the bot's id for them, letter for letter where it is no member's id.
  const single = account === said ? said : frame.from.userid
  const base = {
    platform: 'wecom' as const,
    eventId: idOf(`bot:${frame.msgid}`),
    at: (frame.create_time === undefined ? now : new Date(frame.create_time * 1000)).toISOString(),
    sender: { externalId: account, internal: true },
    chat: {
      id: botChat(frame.chatid ?? single),
      type: frame.chattype === 'group' ? ('group' as const) : ('direct' as const),
    },
  }
  if (frame.msgtype !== 'event') {
    const text = wordsOf(frame)
    if (text === null) return { type: 'ignored', what: `bot ${frame.msgtype}` }
    return { type: 'event', event: { ...base, type: 'message', messageId: frame.msgid, text, toBot: true } }
  }
  if (kind === 'enter_chat') return { type: 'event', event: { ...base, type: 'entered' } }
  if (kind !== 'template_card_event') return { type: 'ignored', what: `bot event ${kind ?? ''}` }
  const tapped = click.safeParse(frame.event?.['template_card_event'])
  if (!tapped.success) throw new WireError('malformed')
  const cardRef = refOf(tapped.data.task_id)
  if (cardRef === null) return { type: 'ignored', what: 'bot click on a card of somebody else' }
  const values = selectedValues(
    (tapped.data.selected_items?.selected_item ?? []).map((item) => ({
      name: item.question_key,
      options: item.option_ids?.option_id ?? [],
    })),
  )
  return {
    type: 'event',
    event: { ...base, type: 'tap', cardRef, ...tapOf(tapped.data.event_key, values) },
    taskId: tapped.data.task_id,
  }
}

function wordsOf({ msgtype, text, voice, mixed }: z.infer<typeof body>): string | null {
  switch (msgtype) {
    case 'text':
      return text ? withoutMention(text.content) : null
    case 'voice':
      return voice ? voice.content : '[语音]'
    case 'mixed':
      return withoutMention(
        (mixed?.msg_item ?? [])
          .map((item) => item.text?.content ?? (item.msgtype === 'image' ? '[图片]' : ''))
          .join(' '),
      )
    case 'image':
      return '[图片]'
    case 'file':
      return '[文件]'
    case 'video':
      return '[视频]'
    default:
      return null
  }
}

/** Text in a group begins with the bot's name, which is no part of what was said. */
const withoutMention = (text: string): string => text.replace(/^\s*@\S+\s*/, '').trim()
