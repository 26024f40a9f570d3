import * as lark from '@larksuiteoapi/node-sdk'
import { afterEach, describe, expect, it } from 'vitest'
import { startFeishuStand, type FeishuStand } from '../simulators/feishu/stand.js'
import { startFeishu, type FeishuSim } from '../simulators/feishu/start.js'

const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, trace: () => {} }

/**
 * The vendor's own client against the simulator: what it can do there, the simulator does right. Its known defects
 * stand beside what the product does in the same place.
 */
describe('the official client of Feishu', () => {
  let sim: FeishuSim
  let stand: FeishuStand | undefined
  let socket: lark.WSClient | undefined
  const client = () =>
    new lark.Client({
      appId: sim.settings.appId,
      appSecret: sim.settings.appSecret,
      domain: sim.origin,
      logger: quiet,
      cache: new lark.DefaultCache(),
    })
  const listen = async (handles: Record<string, (event: Record<string, unknown>) => unknown>) => {
    const opened = Promise.withResolvers<void>()
    socket = new lark.WSClient({
      appId: sim.settings.appId,
      appSecret: sim.settings.appSecret,
      domain: sim.origin,
      logger: quiet,
      onReady: () => opened.resolve(),
    })
    await socket.start({ eventDispatcher: new lark.EventDispatcher({ logger: quiet }).register(handles) })
    await opened.promise
  }
  afterEach(async () => {
    socket?.close({ force: true })
    socket = undefined
    await (stand ? stand.stop() : sim.stop())
    stand = undefined
  })

  it('sends, draws anew, urges and takes back', async () => {
    sim = await startFeishu()
    const im = client().im.v1.message
    const card = (title: string) =>
      JSON.stringify({
        schema: '2.0',
        header: { title: { tag: 'plain_text', content: title } },
        body: { elements: [] },
      })
    const sent = await im.create({
      params: { receive_id_type: 'open_id' },
      data: { receive_id: sim.colleague, msg_type: 'interactive', content: card('一'), uuid: 'u1' },
    })
    const path = { message_id: sent.data?.message_id ?? '' }
    expect((await im.patch({ path, data: { content: card('二') } })).code).toBe(0)
    expect(sim.shownCard(sim.colleague)?.title).toBe('二')
    const urged = await im.urgentApp({
      path,
      params: { user_id_type: 'open_id' },
      data: { user_id_list: [sim.colleague, sim.customer] },
    })
    expect(urged.data?.invalid_user_id_list).toEqual([sim.customer])
    expect((await im.delete({ path })).code).toBe(0)
    expect(sim.cardsOf(sim.colleague)).toEqual([])
  })

  it('walks the organisation and makes tasks', async () => {
    sim = await startFeishu()
    const people = await client().contact.v3.user.findByDepartment({
      params: {
        department_id: 'od-sales',
        department_id_type: 'open_department_id',
        user_id_type: 'open_id',
      },
    })
    expect(people.data?.items?.map((one) => one.name)).toEqual(['王小虎', '李主管'])
    const task = await client().task.v2.task.create({ data: { summary: '回访', client_token: 'k1' } })
    expect(task.data?.task?.guid).toMatch(/^task-/)
  })

  it('hears messages and taps over the long connection, in parts too', async () => {
    sim = await startFeishu({ fragmentBytes: 100 })
    const heard: string[] = []
    await listen({
      'im.message.receive_v1': (event) => void heard.push(JSON.stringify(event['message'])),
      'card.action.trigger': () => ({ toast: { type: 'success', content: '好的' } }),
    })
    sim.says(sim.customer, sim.groupId, '想要一份报价')
    await sim.delivery.idle()
    expect(heard).toHaveLength(1)
    expect(heard[0]).toContain('想要一份报价')
    const value = { r: 'd1', a: 'ok' }
    await client().im.v1.message.create({
      params: { receive_id_type: 'open_id' },
      data: {
        receive_id: sim.colleague,
        msg_type: 'interactive',
        content: JSON.stringify({
          schema: '2.0',
          header: { title: { tag: 'plain_text', content: '线索' } },
          body: {
            elements: [
              {
                tag: 'button',
                text: { tag: 'plain_text', content: '好' },
                behaviors: [{ type: 'callback', value }],
              },
            ],
          },
        }),
      },
    })
    expect(await sim.taps(sim.colleague, 'ok')).toEqual({ notice: '好的', error: null })
  })

  it('keeps a refused token; the product gets a new one and tries once more', async () => {
    stand = await startFeishuStand({ connect: false })
    sim = stand.sim
    const theirs = client()
    const info = () => theirs.contact.v3.scope.list({})
    await info()
    sim.api.expireTokens()
    await expect(info()).rejects.toThrow()
    await stand.adapter.directory.scope()
    sim.api.expireTokens()
    await stand.adapter.directory.scope()
    const asked = sim.calls.filter(({ path }) => path === '/auth/v3/tenant_access_token/internal')
    expect(asked).toHaveLength(3)
  })

  it('waits for ever on a wrong secret; the product says so at once', async () => {
    stand = await startFeishuStand({ connect: false, settings: { appSecret: 'wrong' } })
    sim = stand.sim
    await expect(stand.adapter.channel.connect?.()).rejects.toMatchObject({ code: '10014', retryable: false })
    expect(sim.delivery.sockets.size).toBe(0)
  })

  it('drops taps that come as card frames; the product answers them', async () => {
    stand = await startFeishuStand({ switches: { cardFrames: true }, ackMs: 300 })
    sim = stand.sim
    const { messenger } = stand.adapter
    await messenger.send({
      to: { externalId: sim.colleague },
      card: {
        kind: 'x',
        title: '线索',
        tone: 'info',
        blocks: [],
        actions: [{ id: 'ok', label: '好', style: 'default' }],
      },
      ref: 'd1',
      idempotencyKey: 'k1',
      urgent: false,
    })
    stand.onEvent(async () => ({ notice: { text: '收到', tone: 'success' } }))
    expect(await sim.taps(sim.colleague, 'ok')).toEqual({ notice: '收到', error: null })
    await stand.adapter.channel.disconnect?.()
    await listen({ 'card.action.trigger': () => ({ toast: { type: 'success', content: '好的' } }) })
    expect(await sim.taps(sim.colleague, 'ok')).toEqual({ notice: null, error: 200341 })
  })

  it('takes any verification token in a webhook; the product compares it', async () => {
    stand = await startFeishuStand({ mode: 'webhook', settings: { encryptKey: null } })
    sim = stand.sim
    const body = {
      schema: '2.0',
      header: {
        event_id: 'e1',
        event_type: 'contact.scope.updated_v3',
        token: 'wrong',
        app_id: sim.settings.appId,
      },
      event: {},
    }
    let isTaken = false
    const theirs = new lark.EventDispatcher({ verificationToken: 'simulated-token', logger: quiet }).register(
      {
        'contact.scope.updated_v3': () => void (isTaken = true),
      },
    )
    await theirs.invoke(body)
    expect(isTaken).toBe(true)
    expect((await stand.post('event', Buffer.from(JSON.stringify(body)))).status).toBe(401)
  })

  it('fails a signed body that is printed with blanks; the product signs the raw bytes', async () => {
    stand = await startFeishuStand({ mode: 'webhook' })
    sim = stand.sim
    const { raw, headers } = sim.delivery.seal({
      schema: '2.0',
      header: {
        event_id: 'e1',
        event_type: 'contact.scope.updated_v3',
        token: 'simulated-token',
        app_id: sim.settings.appId,
        tenant_key: 'tenant-own',
      },
      event: {},
    })
    let isTaken = false
    const theirs = new lark.EventDispatcher({ encryptKey: 'simulated-key', logger: quiet }).register({
      'contact.scope.updated_v3': () => void (isTaken = true),
    })
    await theirs.invoke(Object.assign(Object.create({ headers }) as object, JSON.parse(raw.toString('utf8'))))
    expect(isTaken).toBe(false)
    expect((await stand.post('event', raw, headers)).status).toBe(200)
    expect(stand.events).toMatchObject([{ type: 'directory', about: 'scope' }])
  })
})
