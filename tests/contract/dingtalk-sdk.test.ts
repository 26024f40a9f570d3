import { DWClient, EventAck, TOPIC_CARD, TOPIC_ROBOT, type DWClientDownStream } from 'dingtalk-stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import { startDingtalk, type DingtalkSimulator } from '../simulators/dingtalk/start.js'

/**
 * The official client as a second opinion on the simulated platform: it was written against the real one. It has no
 * setting for its gateway, so the endpoint is asked for here and the rest is its own.
 */
class LocalClient extends DWClient {
  readonly origin: string
  constructor(origin: string, { clientId, clientSecret }: { clientId: string; clientSecret: string }) {
    super({ clientId, clientSecret })
    this.origin = origin
    // The list of subscriptions is shared by all clients of a process otherwise.
    Object.assign(this.config, { subscriptions: [{ type: 'EVENT', topic: '*' }], autoReconnect: false })
  }
  override async getEndpoint(): Promise<this> {
    const { clientId, clientSecret, subscriptions } = this.config
    const response = await fetch(`${this.origin}/v1.0/gateway/connections/open`, {
      method: 'POST',
      body: JSON.stringify({ clientId, clientSecret, subscriptions, ua: '' }),
    })
    const { endpoint, ticket } = (await response.json()) as { endpoint: string; ticket: string }
    // It puts the ticket into the address as it is.
    Object.assign(this, { dw_url: `${endpoint}?ticket=${encodeURIComponent(ticket)}` })
    return this
  }
}

let sim: DingtalkSimulator
let client: LocalClient
beforeEach(async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  sim = await startDingtalk()
  client = new LocalClient(sim.origin, sim.settings)
})
afterEach(async () => {
  client.disconnect()
  await sim.stop()
  vi.restoreAllMocks()
})

describe('the official stream client on the simulated platform', () => {
  it('connects, takes an event and answers a ping', async () => {
    const seen: string[] = []
    client.registerAllEventListener(({ headers }) => {
      seen.push(headers.eventId ?? '')
      return { status: EventAck.SUCCESS }
    })
    await client.connect()
    expect(await sim.gateway.event('user_leave_org', { userId: ['u-chen'] }, 'e1')).toBe(1)
    expect(seen).toEqual(['e1'])
    expect((await sim.gateway.push('SYSTEM', 'ping', { opaque: 'o' }))?.data).toEqual({ opaque: 'o' })
  })

  it('is sent an event again that it wants later', async () => {
    let isLate = true
    client.registerAllEventListener(() => {
      const status = isLate ? EventAck.LATER : EventAck.SUCCESS
      isLate = false
      return { status }
    })
    await client.connect()
    expect(await sim.gateway.event('user_add_org', { userId: ['u-chen'] })).toBe(2)
  })

  it('hears a message to the robot and answers a tap with a new card', async () => {
    const heard: string[] = []
    client.registerCallbackListener(TOPIC_ROBOT, (frame: DWClientDownStream) => {
      heard.push((JSON.parse(frame.data) as { text: { content: string } }).text.content)
      client.socketCallBackResponse(frame.headers.messageId, null)
    })
    client.registerCallbackListener(TOPIC_CARD, (frame: DWClientDownStream) => {
      client.socketCallBackResponse(frame.headers.messageId, {
        cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
        cardData: { cardParamMap: { title: '已接单' } },
        userPrivateData: { cardParamMap: { notice: '好' } },
      })
    })
    await client.connect()
    await sim.says('u-wang', 'bot', '今天待办')
    expect(heard).toEqual(['今天待办'])

    const token = (await (
      await fetch(
        `${sim.origin}/gettoken?appkey=${sim.settings.clientId}&appsecret=${sim.settings.clientSecret}`,
      )
    ).json()) as { access_token: string }
    const button = {
      text: '接单',
      color: 'blue',
      event: { params: { actionId: 'accept', params: { action: 'accept' } } },
    }
    const made = await fetch(`${sim.origin}/v1.0/card/instances/createAndDeliver`, {
      method: 'POST',
      headers: { 'x-acs-dingtalk-access-token': token.access_token },
      body: JSON.stringify({
        cardTemplateId: sim.settings.templates.notice,
        outTrackId: 'sdk-1',
        callbackType: 'STREAM',
        cardData: {
          cardParamMap: { title: '新线索', status: '等待接单', buttons: JSON.stringify([button]) },
        },
        openSpaceId: 'dtv1.card//IM_ROBOT.u-wang',
        imRobotOpenDeliverModel: { spaceType: 'IM_ROBOT', robotCode: sim.settings.robotCode },
      }),
    })
    expect(made.status).toBe(200)
    expect(await sim.taps('u-wang', 'accept')).toEqual({ notice: '好' })
    expect(sim.world.cards.get('sdk-1')?.shared).toMatchObject({ title: '已接单', status: '等待接单' })
  })

  it('is refused with a ticket that was used', async () => {
    await client.connect()
    const { dw_url: used } = client as unknown as { dw_url: string }
    const socket = new WebSocket(used)
    await new Promise((resolve) => socket.on('error', resolve))
    expect(sim.gateway.state).toMatchObject({ opened: 1, refusedTickets: 1 })
  })
})
