import type { WecomSettings } from '../../../core/ports/platform-settings.js'
import { createApi } from './api.js'
import { createBotSide } from './bot.js'
import { deliver, post, sealed, xmlOf, type Answered, type Fields, type Sending } from './callbacks.js'
import { list, record } from './card-rules.js'
import { listen } from './hooks-host.js'
import * as company from './world.js'
import { createWorld, type Fault, type Json, type Options } from './world.js'

export type WecomSim = Awaited<ReturnType<typeof startWecom>>

/**
 * WeCom on loopback: the API, the AI bot's socket and the sender of callbacks, for one company. It checks tokens,
 * signatures and the documented limits; what is known from memory only is a switch (`facts.ts`).
 *
 * @see https://developer.work.weixin.qq.com/document/path/90664
 */
export async function startWecom(options: Options & { port?: number }) {
  const world = createWorld(options)
  const server = createApi(world)
  const bot = createBotSide(world, server)
  const origin = await listen(server, options.port)
  const sending: Sending = { origin: '', twice: false, held: null, repeatLast: null }
  const { corpId, openKfId } = company

  const settings: WecomSettings = {
    ...{ corpId, agentId: String(company.agentId), secret: company.appSecret, callback: company.callback },
    bot: { id: company.bot.id, secret: company.bot.secret },
    customerService: { secret: company.kfSecret, ...company.kfCallback },
    contactSecret: company.contactSecret,
    ...{ contactCallback: company.contactCallback, archiveModule: null },
    ...{ apiUrl: origin, oauthUrl: origin, loginUrl: origin, botUrl: origin.replace('http', 'ws') },
  }
  const seconds = () => Math.floor(world.now() / 1000)
  const base = (from: string): Fields => ({ ToUserName: corpId, FromUserName: from, CreateTime: seconds() })
  const toApp = (fields: Fields) => deliver(world, sending, 'wecom/app', fields)
  const cardsOf = (to: string) =>
    world.messages.filter(
      (one) =>
        one.to === to.toLowerCase() && one.msgtype === 'template_card' && !one.isDropped && !one.isRecalled,
    )
  const newest = (to: string) => {
    const message = cardsOf(to).at(-1)
    const taskId = message ? String(message.content['task_id']) : ''
    return { taskId, shown: world.cards.get(taskId) }
  }

  return {
    origin,
    settings,
    world,
    bot,
    people: { colleague: 'wang', manager: 'li', left: 'gone', customer: 'wmCustomer01' },
    customerChat: `kf:${openKfId}:wmCustomer01`,
    /** Where the product's hooks are, e.g. `http://127.0.0.1:1234/hooks`. */
    connect(hooks: string) {
      sending.origin = hooks
    },
    fail(path: string, ...faults: Fault[]) {
      world.faults.set(path, [...(world.faults.get(path) ?? []), ...faults])
    },
    callsTo: (path: string) => world.calls.filter((call) => call.path === path),
    /** The platform ends all tokens before their time. */
    expireTokens: () => world.tokens.clear(),

    says: (userid: string, text: string): Promise<Answered> =>
      toApp({
        ...base(userid),
        MsgType: 'text',
        Content: text,
        MsgId: `73${world.next('0000')}`,
        AgentID: company.agentId,
      }),
    /** Tells the contact-sync assistant, which has a callback of its own. */
    contactEvent: (fields: Fields): Promise<Answered> =>
      deliver(world, sending, 'wecom/contacts', { ...base('sys'), MsgType: 'event', ...fields }),
    event: (from: string, fields: Fields): Promise<Answered> =>
      toApp({ ...base(from), MsgType: 'event', ...fields }),
    /** Any message at all, sealed as it should be. */
    raw: (path: string, xml: string) => {
      const { query, body } = sealed(world, path, xml)
      return post(`${sending.origin}/${path}?${query}`, body)
    },
    sealed: (xml: string, receiver?: string) => sealed(world, 'wecom/app', xml, receiver),
    /** The same for any way in. */
    seal: (path: string, xml: string) => sealed(world, path, xml),
    xmlOf,
    sendRaw: (path: string, query: URLSearchParams | string, body: string) =>
      post(`${sending.origin}/${path}?${query}`, body),

    async customerSays(
      text: string,
      customer = 'wmCustomer01',
      message: Json = { msgtype: 'text', text: { content: text } },
    ) {
      world.kf.list.push({
        ...{ msgid: world.next('kf-msg-'), open_kfid: openKfId, external_userid: customer },
        ...{ send_time: seconds(), origin: 3, ...message },
      })
      world.kf.said.set(customer, { at: world.now(), replies: 0 })
      return this.wakeCustomerService()
    },
    wakeCustomerService() {
      const token = world.next('kftoken-')
      world.kf.tokens.set(token, world.now() + world.kf.tokenLifeMs)
      const fields = { ToUserName: corpId, CreateTime: seconds(), MsgType: 'event', Event: 'kf_msg_or_event' }
      return deliver(world, sending, 'wecom/kf', { ...fields, Token: token, OpenKfId: openKfId })
    },

    /** Presses a button of somebody's newest card; what the answer shows, they see at once. */
    async taps(
      userid: string,
      key: string,
      values: Record<string, string> = {},
      of = newest(userid),
    ): Promise<Answered> {
      const { taskId, shown } = of
      if (!shown) throw new Error('there is no card')
      const items = Object.entries(values).map(([name, id]) => ({
        QuestionKey: name,
        OptionIds: { OptionId: id },
      }))
      const answered = await toApp({
        ...{ ...base(userid), MsgType: 'event', Event: 'template_card_event', EventKey: key, TaskId: taskId },
        ...{
          CardType: String(shown.card['card_type']),
          ResponseCode: world.issueCode(taskId),
          AgentID: company.agentId,
        },
        SelectedItems: { SelectedItem: items },
      })
      if (answered.card && userid.toLowerCase() === shown.to) shown.card = answered.card
      return answered
    },
    newest,
    cardsOf,
    textsTo: (to: string) =>
      world.messages
        .filter((one) => one.to === to && one.msgtype === 'text' && !one.isDropped)
        .map((one) => String(one.content['content'])),
    /** Buttons that can be pressed on somebody's newest card. */
    buttonsOf(userid: string): string[] {
      const card = record(newest(userid).shown?.card)
      if (card['replace_text']) return []
      const submit = record(card['submit_button'])
      return [
        ...list(card['button_list']).map(({ key }) => String(key)),
        ...(submit['key'] ? [String(submit['key'])] : []),
      ]
    },

    signInCode(userid: string, external = false): string {
      const code = world.next('code-')
      world.codes.set(code, { userid, external, until: world.now() + 300_000 })
      return code
    },
    repeatCallbacks() {
      sending.twice = true
    },
    /** @returns what sends the last callback once more, whenever. */
    lastCallback() {
      const { repeatLast } = sending
      if (!repeatLast) throw new Error('no callback was sent')
      return repeatLast
    },
    hold() {
      sending.held = []
    },
    /** Sends what was held back, the last one first. */
    async release() {
      const held = sending.held?.reverse() ?? []
      sending.held = null
      for (const send of held) await send()
    },
    async stop() {
      bot.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
