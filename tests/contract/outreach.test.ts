import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createOutreach } from '../../adapters/outreach/outreach.js'
import { createManualClock } from '../../core/ports/clock.js'
import type { OutreachSettings, TencentSettings } from '../../core/ports/outreach-settings.js'
import type { OutreachMessage, OutreachReceipt } from '../../core/ports/outreach.js'
import type { WebhookRequest } from '../../core/ports/webhook.js'
import { startSmtp } from '../simulators/outreach/smtp.js'
import { startTencent } from '../simulators/outreach/tencent.js'

const clock = createManualClock('2026-03-11T02:00:00.000Z')
const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0)) await step()
})

const nothing: OutreachSettings = { mail: null, tencent: null, webhook: null }
const open = (settings: Partial<OutreachSettings>) => createOutreach({ ...nothing, ...settings }, clock)
const order = (given: Partial<OutreachMessage>): OutreachMessage => ({
  channel: 'sms',
  to: '13800138000',
  text: '线索无人接单：宏达机械，请尽快处理',
  idempotencyKey: '01J-1',
  ...given,
})

describe('without a provider', () => {
  it('there is no channel, and an order is refused instead of forgotten', async () => {
    const outreach = open({})
    expect(outreach.channels()).toEqual([])
    await expect(outreach.send(order({}))).rejects.toMatchObject({ code: 'not_configured', retryable: false })
  })
})

describe('mail', () => {
  async function mailing(url?: string) {
    const server = await startSmtp()
    undo.push(server.stop)
    const outreach = open({ mail: { url: url ?? server.url, from: '跟进 <crm@example.com>' } })
    const send = (to: string) =>
      outreach.send(order({ channel: 'mail', to, subject: '线索无人接单', idempotencyKey: 'd1:mail' }))
    return { server, send }
  }

  it('goes out with its words and a Message-ID that a repeat shares', async () => {
    const { server, send } = await mailing()
    const one = await send('li@example.com')
    const two = await send('li@example.com')
    expect(one).toEqual({ provider: 'smtp', providerMessageId: '<d1-mail@example.com>' })
    expect(two).toEqual(one)
    const [mail] = server.mails
    expect(mail).toMatchObject({ from: 'crm@example.com', to: ['li@example.com'] })
    expect(mail?.data).toContain('Message-ID: <d1-mail@example.com>')
    expect(mail?.data).toContain(`Subject: =?UTF-8?`)
    expect(Buffer.from(mail?.data.split('\r\n\r\n')[1] ?? '', 'base64').toString()).toContain('宏达机械')
  })

  it.each([
    ['451 4.7.1 greylisted', { code: 'smtp_451', retryable: true }],
    ['550 5.1.1 no such user', { code: 'smtp_550', retryable: false }],
  ])('is refused with %s', async (answer, expected) => {
    const { server, send } = await mailing()
    server.refuse('nobody', answer)
    await expect(send('nobody@example.com')).rejects.toMatchObject(expected)
    expect(server.mails).toEqual([])
  })

  it('tells a wrong password, a server that is away and a line that broke after the words', async () => {
    const { server, send } = await mailing()
    const wrong = await mailing(server.url.replace('geheim', 'falsch'))
    await expect(wrong.send('li@example.com')).rejects.toMatchObject({ code: 'EAUTH', retryable: false })
    const away = await mailing('smtp://127.0.0.1:1')
    await expect(away.send('li@example.com')).rejects.toMatchObject({ code: 'unreachable', retryable: true })
    server.answerData('hang-up')
    await expect(send('li@example.com')).rejects.toMatchObject({ code: 'timeout', retryable: false })
  })
})

const keys = { secretId: 'AKIDexample', secretKey: 'example-key' }

async function cloud({ secretKey = keys.secretKey, template = '1001' } = {}) {
  const server = await startTencent({ ...keys, templates: ['1001'], now: () => new Date(Date.now()) })
  undo.push(server.stop)
  const tencent: TencentSettings = {
    secretId: keys.secretId,
    secretKey,
    sms: { appId: '1400006666', sign: '跟进', templateId: template, url: server.url },
    voice: { appId: '1400006667', templateId: template, url: server.url },
    receiptToken: 'a-long-enough-token',
  }
  return { server, outreach: createOutreach({ ...nothing, tencent }, { now: () => new Date(Date.now()) }) }
}

describe.each(['sms', 'voice'] as const)('%s through Tencent Cloud', (channel) => {
  it('is ordered with a signature that the service accepts', async () => {
    const { server, outreach } = await cloud()
    expect(outreach.channels()).toEqual(['sms', 'voice'])
    const sent = await outreach.send(order({ channel }))
    expect(sent.provider).toBe(`tencent-${channel}`)
    expect(sent.providerMessageId).toMatch(channel === 'sms' ? /^sms-/ : /^call-/)
    const [call] = server.calls
    expect(JSON.stringify(call?.body)).toContain('+8613800138000')
    expect(call?.body).toMatchObject({ TemplateParamSet: ['线索无人接单：宏达机械，请尽快处理'] })
  })

  it('keeps a number from abroad as it is', async () => {
    const { server, outreach } = await cloud()
    await outreach.send(order({ channel, to: '+85291234567' }))
    expect(JSON.stringify(server.calls[0]?.body)).toContain('+85291234567')
  })

  it.each([
    ['LimitExceeded.PhoneNumberDailyLimit', false],
    ['LimitExceeded.PhoneNumberThirtySecondLimit', true],
    ['FailedOperation.PhoneNumberInBlacklist', false],
    ['InternalError.Timeout', true],
  ])('is refused with %s', async (code, retryable) => {
    const { server, outreach } = await cloud()
    server.refuse('+8613800138000', code)
    await expect(outreach.send(order({ channel }))).rejects.toMatchObject({ code, retryable })
  })

  it('says when the key or the template is wrong', async () => {
    const wrongKey = await cloud({ secretKey: 'another' })
    await expect(wrongKey.outreach.send(order({ channel }))).rejects.toMatchObject({
      code: 'AuthFailure.SignatureFailure',
      retryable: false,
    })
    const wrongTemplate = await cloud({ template: '9' })
    await expect(wrongTemplate.outreach.send(order({ channel }))).rejects.toMatchObject({
      code: expect.stringContaining('Template') as string,
      retryable: false,
    })
  })

  it('has an unknown fate when the line breaks after the order left, and none when nobody answers the door', async () => {
    const { server, outreach } = await cloud()
    server.break('hang-up')
    await expect(outreach.send(order({ channel }))).rejects.toMatchObject({
      code: 'timeout',
      retryable: false,
    })
    await server.stop()
    await expect(outreach.send(order({ channel }))).rejects.toMatchObject({
      code: 'unreachable',
      retryable: true,
    })
  })

  it.each(['bad-gateway', 'html'] as const)('survives an answer that is %s', async (fault) => {
    const { server, outreach } = await cloud()
    server.break(fault)
    await expect(outreach.send(order({ channel }))).rejects.toThrow(/tencent/)
  })
})

const request = (given: Partial<WebhookRequest>): WebhookRequest => ({
  method: 'POST',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.alloc(0),
  ip: '127.0.0.1',
  ...given,
})

describe('receipts of Tencent Cloud', () => {
  const tokenQuery = new URLSearchParams({ token: 'a-long-enough-token' })
  async function hook(path: string) {
    const { outreach } = await cloud()
    const taken: OutreachReceipt[] = []
    outreach.start(async (receipts) => void taken.push(...receipts))
    const webhook = outreach.webhooks.find((one) => one.path === path)
    if (!webhook) throw new Error('no such webhook')
    const post = (body: unknown, query = tokenQuery) =>
      webhook.handle(request({ query, body: Buffer.from(JSON.stringify(body)) }))
    return { outreach, taken, post }
  }

  it('say what became of a text message and of a call', async () => {
    const sms = await hook('outreach/tencent-sms')
    const answer = await sms.post([
      { sid: 'sms-1', report_status: 'SUCCESS', mobile: '13800138000' },
      { sid: 'sms-2', report_status: 'FAIL', errmsg: 'MK:0001' },
    ])
    expect(answer).toMatchObject({ status: 200, body: '{"result":0,"errmsg":"OK"}' })
    expect(sms.taken.map(({ providerMessageId, state }) => [providerMessageId, state])).toEqual([
      ['sms-1', 'delivered'],
      ['sms-2', 'failed'],
    ])
    const voice = await hook('outreach/tencent-voice')
    await voice.post({ voiceprompt_callback: { callid: 'call-1', result: '0' } })
    await voice.post({ voiceprompt_callback: { callid: 'call-2', result: '3' } })
    expect(voice.taken.map(({ state }) => state)).toEqual(['read', 'failed'])
  })

  it('are refused without the secret of the address, and asked for again when they could not be stored', async () => {
    const { outreach, post, taken } = await hook('outreach/tencent-sms')
    const good = [{ sid: 'sms-1', report_status: 'SUCCESS' }]
    expect((await post(good, new URLSearchParams({ token: 'guessed' }))).status).toBe(403)
    expect((await post(good, new URLSearchParams())).status).toBe(403)
    expect((await post({ something: 'else' })).status).toBe(400)
    expect(taken).toEqual([])
    outreach.start(() => Promise.reject(new Error('the database is away')))
    expect((await post(good)).status).toBe(503)
  })
})

describe('the own gateway', () => {
  const secret = 'a-secret-of-sixteen'
  const sign = (timestamp: string, body: string) =>
    createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  const seconds = String(clock.now().getTime() / 1000)

  async function gateway(status = 200, headers: Record<string, string> = {}) {
    const got: { headers: Record<string, unknown>; body: string }[] = []
    const server = createServer((incoming, response) => {
      let body = ''
      incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      incoming.on('end', () => {
        got.push({ headers: incoming.headers, body })
        response.writeHead(status, headers).end('{"id":"g-1"}')
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    undo.push(() => new Promise((done) => server.close(done)))
    const { port } = server.address() as AddressInfo
    const outreach = open({
      webhook: { url: `http://127.0.0.1:${port}/send`, secret, channels: ['sms', 'voice'] },
    })
    return { got, outreach }
  }

  it('gets orders that it can verify', async () => {
    const { got, outreach } = await gateway()
    expect(await outreach.send(order({}))).toEqual({ provider: 'webhook', providerMessageId: 'g-1' })
    const [{ headers, body } = { headers: {} as Record<string, unknown>, body: '' }] = got
    expect(headers['x-genjin-signature']).toBe(sign(String(headers['x-genjin-timestamp']), body))
    expect(headers['idempotency-key']).toBe('01J-1')
    expect(JSON.parse(body)).toMatchObject({ channel: 'sms', to: '13800138000' })
  })

  it.each([
    [503, { 'retry-after': '30' }, { code: 'http_503', retryable: true, retryAfterMs: 30_000 }],
    [429, {}, { code: 'http_429', retryable: true }],
    [422, {}, { code: 'http_422', retryable: false }],
  ])('may refuse with %i', async (status, headers, expected) => {
    const { outreach } = await gateway(status, headers)
    await expect(outreach.send(order({}))).rejects.toMatchObject(expected)
  })

  it('reports with a fresh signature of its own, and not otherwise', async () => {
    const { outreach } = await gateway()
    const taken: OutreachReceipt[] = []
    outreach.start(async (receipts) => void taken.push(...receipts))
    const [webhook] = outreach.webhooks
    const body = JSON.stringify({ receipts: [{ id: 'g-1', state: 'delivered' }] })
    const post = async (timestamp: string, signature: string, text = body) =>
      (
        await webhook?.handle(
          request({
            headers: { 'x-genjin-timestamp': timestamp, 'x-genjin-signature': signature },
            body: Buffer.from(text),
          }),
        )
      )?.status
    const stale = String(Number(seconds) - 301)
    const future = String(Number(seconds) + 301)
    expect(await post(seconds, 'forged')).toBe(403)
    expect(await post(seconds, sign(seconds, `${body} `))).toBe(403)
    expect(await post(stale, sign(stale, body))).toBe(403)
    expect(await post(future, sign(future, body))).toBe(403)
    expect(await post('NaN', sign('NaN', body))).toBe(403)
    expect(await post(seconds, sign(seconds, '{}'), '{}')).toBe(400)
    expect(taken).toEqual([])
    expect(await post(seconds, sign(seconds, body))).toBe(200)
    expect(taken).toEqual([{ provider: 'webhook', providerMessageId: 'g-1', state: 'delivered' }])
  })
})
