import { createHmac } from 'node:crypto'
import type { Card } from '../../../core/ports/card.js'
import type { Gateway } from './gateway.js'
import { applyUpdate } from './new-api.js'
import { Refused, sim, type SimCard, type World } from './world.js'

type Fields = Record<string, unknown>
const topicRobot = '/v1.0/im/bot/messages/get'
const topicCard = '/v1.0/card/instances/callback'
const codeMs = 300_000

/** The people on the far side: they write, tap and sign in, and see what the client would show. */
export function createPeople(world: World, gateway: Gateway) {
  const settings = { repeats: false }
  const going = new Set<Promise<unknown>>()

  /** Pushes twice where repeats are on; waits for all answers. */
  async function pushing<T>(once: () => Promise<T>): Promise<T> {
    const all = [once(), ...(settings.repeats ? [once()] : [])]
    for (const one of all) {
      going.add(one)
      void one.finally(() => going.delete(one))
    }
    const [first] = await Promise.all(all)
    return first as T
  }

  function robotMessage(userId: string, chatId: string, content: string): Fields {
    const person = world.people.find((p) => p.userId === userId)
    const group = world.groups.find((g) => g.id === chatId)
    return {
      conversationId: group ? group.id : `cid-direct-${userId}==`,
      conversationType: group ? '2' : '1',
      ...(group
        ? { conversationTitle: group.name, isInAtList: true, atUsers: [{ dingtalkId: '$:LWCP_v1:$bot' }] }
        : {}),
      chatbotCorpId: sim.corpId,
      chatbotUserId: '$:LWCP_v1:$bot',
      msgId: `msg${world.next('-')}==`,
      msgtype: 'text',
      text: { content: group ? ` ${content} ` : content },
      createAt: world.nowMs(),
      senderId: `$:LWCP_v1:$${userId}`,
      ...(person?.isOutside
        ? { senderCorpId: 'dingother' }
        : { senderStaffId: userId, senderCorpId: sim.corpId }),
      senderNick: person?.name ?? '',
      robotCode: sim.robotCode,
      sessionWebhook: 'https://oapi.dingtalk.com/robot/sendBySession?session=s1',
      sessionWebhookExpiredTime: world.nowMs() + 5_400_000,
    }
  }

  const cardsOf = (userId: string): SimCard[] =>
    [...world.cards.values()].filter(
      ({ space, carrierId }) =>
        space === `IM_ROBOT.${userId}` && world.messages.some((m) => m.id === carrierId && !m.isRecalled),
    )

  function newest(userId: string): SimCard {
    const card = cardsOf(userId).at(-1)
    if (!card) throw new Error(`${userId} has no card`)
    return card
  }

  /** What a press of the button or of the form's submit sends, as the client builds it from the card's variables. */
  function pressed(card: SimCard, actionId: string, values: Record<string, string>): Fields {
    const buttons = JSON.parse(card.shared['buttons'] || '[]') as {
      event: { params: { actionId: string; params: Fields } }
    }[]
    const index = buttons.findIndex((button) => button.event.params.actionId === actionId)
    const button = buttons[index]?.event.params
    // The platform appends the place in the list to the action id.
    if (button) return { actionIds: [`${button.actionId}${index}`], params: button.params }
    const form = JSON.parse(card.shared['form'] || '{"fields":[]}') as {
      fields: { name: string; type: string; options?: { value: string }[] }[]
    }
    const which = form.fields.find((field) => field.name === '_action')
    if (card.shared['submit_action'] !== actionId && !which?.options?.some((o) => o.value === actionId))
      throw new Error(`the card has no button ${actionId}`)
    const filled = Object.fromEntries(
      form.fields.flatMap(({ name, type, options }): [string, unknown][] => {
        const value = name === '_action' ? actionId : values[name.slice(2)]
        if (value === undefined) return []
        return [[name, submitted(type, value, options ?? [])]]
      }),
    )
    const params = { action: card.shared['submit_action'], template_version: '1' }
    return {
      actionIds: ['form'],
      params: { ...params, form: world.switches.formValue === 'json' ? JSON.stringify(filled) : filled },
    }
  }

  function submitted(type: string, value: string, options: { value: string }[]): unknown {
    if (type === 'SELECT') {
      const index = options.findIndex((option) => option.value === value)
      if (index === -1) throw new Error(`no option ${value}`)
      return world.switches.selectValue === 'object' ? { index, value } : value
    }
    if (type !== 'DATE' && type !== 'DATETIME') return value
    const shown = value.replace('T', ' ')
    return world.switches.dateValue === 'text'
      ? shown
      : Date.parse(`${value}${value.includes('T') ? ':00' : 'T00:00:00'}+08:00`)
  }

  function tapData(card: SimCard, userId: string, inner: Fields): Fields {
    const content = JSON.stringify({ cardPrivateData: inner })
    const [kind, ...rest] = card.space.split('.')
    return {
      type: 'actionCallback',
      outTrackId: card.outTrackId,
      corpId: sim.corpId,
      userId,
      userIdType: 1,
      spaceType: kind === 'IM_ROBOT' ? world.switches.directSpace : kind,
      spaceId: rest.join('.'),
      extension: '{}',
      [world.switches.tapField]: content,
    }
  }

  /** The answer of an HTTP callback, signed as the app registered it. */
  async function overHttp(card: SimCard, data: Fields): Promise<Fields> {
    const route = world.callbackRoutes.get(card.callbackRouteKey)
    if (!route) throw new Error('no callback is registered')
    const timestamp = String(world.nowMs())
    const sign = createHmac('sha256', route.secret).update(timestamp).digest('base64')
    const response = await fetch(route.url, {
      method: 'POST',
      headers: { 'x-ddpaas-signature-timestamp': timestamp, 'x-ddpaas-signature': sign },
      body: JSON.stringify(data),
    })
    return response.ok ? ((await response.json()) as Fields) : {}
  }

  /** @see https://open.dingtalk.com/document/orgapp/receive-message */
  function postRobot(url: string, message: Fields): Promise<Response> {
    const timestamp = String(world.nowMs())
    const sign = createHmac('sha256', sim.clientSecret)
      .update(`${timestamp}\n${sim.clientSecret}`)
      .digest('base64')
    return fetch(url, { method: 'POST', headers: { timestamp, sign }, body: JSON.stringify(message) })
  }

  return {
    people: world.people,
    robotMessage,
    tapData,

    /** Writes to the robot, alone or with an @ in a group. The platform pushes it once. */
    async says(userId: string, chatId: string, content: string): Promise<void> {
      const message = robotMessage(userId, chatId, content)
      const hooks = world.httpHooks
      await pushing<unknown>(() =>
        hooks === null
          ? gateway.push('CALLBACK', topicRobot, message, {}, undefined, 5_000)
          : postRobot(`${hooks}/robot`, message),
      )
    },

    /** Presses a button, by default of the newest card. @returns the line that this person sees then. */
    async taps(
      userId: string,
      actionId: string,
      values: Record<string, string> = {},
      card = newest(userId),
    ): Promise<{ notice: string | null }> {
      const data = tapData(card, userId, pressed(card, actionId, values))
      const answer = await pushing(async () => {
        if (card.callbackType === 'HTTP') return overHttp(card, data)
        const ack = await gateway.push('CALLBACK', topicCard, data)
        // The official clients wrap the update in `response`; without it is understood too.
        return ack?.code === 200 ? ((ack.data['response'] as Fields | undefined) ?? ack.data) : {}
      })
      applyUpdate(world, card, answer, userId)
      return { notice: card.own.get(userId)?.['notice'] || null }
    },

    /** The newest card as it is drawn from its variables. */
    shownCard(userId: string): Card | null {
      const card = cardsOf(userId).at(-1)
      return card ? drawn(card.shared) : null
    },
    cardCount: (userId: string): number => cardsOf(userId).length,
    messagesTo: (to: string) => world.messages.filter((message) => message.to === to),

    reads(messageId: string): void {
      for (const message of world.messages) if (message.id === messageId) message.isRead = true
    },

    repeatCallbacks(): void {
      settings.repeats = true
    },

    /** A sign-in code of the client's page or of the browser's. */
    signInCode(userId: string, corpId: string = sim.corpId): string {
      const code = world.next('code-')
      world.codes.set(code, { userId, corpId, expiresAt: world.nowMs() + codeMs })
      return code
    },

    async idle(): Promise<void> {
      while (going.size > 0) await Promise.allSettled(going)
    },

    /** `POST /v1.0/oauth2/userAccessToken` */
    userToken(body: Fields): object {
      const grant = world.codes.get(String(body['code']))
      world.codes.delete(String(body['code']))
      if (body['clientId'] !== sim.clientId || body['clientSecret'] !== sim.clientSecret)
        throw new Refused('invalidClientIdOrSecret')
      if (!grant || grant.expiresAt < world.nowMs()) throw new Refused('invalidParameter.authCode.notFound')
      const accessToken = world.next('user-token-')
      world.userTokens.set(accessToken, grant.userId)
      return { accessToken, refreshToken: 'r', expireIn: 7200, corpId: grant.corpId }
    },
    /** `GET /v1.0/contact/users/me` */
    me(token: string): object {
      const userId = world.userTokens.get(token)
      const person = world.people.find((p) => p.userId === userId)
      if (!person) throw new Refused('InvalidAuthentication')
      return { nick: person.name, unionId: person.unionId, openId: `open-${person.userId}` }
    },
  }
}

/** The card that the client draws. */
function drawn(shared: Record<string, string>): Card {
  const rows = JSON.parse(shared['rows'] || '[]') as { k: string; v: string }[]
  const buttons = JSON.parse(shared['buttons'] || '[]') as {
    text: string
    color: string
    event: { params: { actionId: string } }
  }[]
  const text = (name: string) => (shared[name] ? [{ type: 'text' as const, text: shared[name] }] : [])
  return {
    kind: 'shown',
    title: shared['title'] ?? '',
    tone: 'neutral',
    blocks: [
      ...text('text1'),
      ...(rows.length
        ? [{ type: 'fields' as const, fields: rows.map(({ k, v }) => ({ label: k, value: v })) }]
        : []),
      ...text('text2'),
    ],
    actions: buttons.map((button) => ({
      id: button.event.params.actionId,
      label: button.text,
      style: button.color === 'blue' ? 'primary' : button.color === 'red' ? 'danger' : 'default',
    })),
  }
}
