import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InboxEntity } from '../../../core/inbox/inbox.js'
import { LeadEntity } from '../../../core/leads/lead.js'
import { startChat, type Chat } from '../../support/chat.js'
import { ask, postJson } from '../../support/http-client.js'

const path = '/intake/forms/website'
const good = {
  name: '陈静',
  phone: '139 1234 5678',
  company: '苏州恒泰电子',
  need: '想试用CRM',
  city: '苏州',
}

describe('a web form', () => {
  let chat: Chat
  let origin: string
  beforeEach(async () => {
    chat = await startChat()
    origin = chat.running.origin
  })
  afterEach(() => chat.stop())

  const post = (body: unknown, headers?: Record<string, string>) => postJson(origin, path, body, headers)
  const stored = async () => {
    await chat.idle()
    return chat.core.read(async (tx) => ({
      leads: await tx.getRepository(LeadEntity).find(),
      inbox: await tx.getRepository(InboxEntity).find(),
    }))
  }

  it('becomes a lead with its rep’s card', async () => {
    const answer = await post(good)
    expect([answer.status, answer.json()]).toEqual([202, { ok: true }])
    const words = await chat.wang.sees('新线索')
    expect(words).toContain('苏州恒泰电子')
    expect(words).toContain('官网咨询')
    const { leads } = await stored()
    expect(leads.map((lead) => [lead.phone, lead.source])).toEqual([['13912345678', 'form']])
  })

  it('can be a plain HTML form', async () => {
    const answer = await ask(origin, path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(good).toString(),
    })
    expect(answer.status).toBe(202)
    expect((await stored()).leads).toHaveLength(1)
  })

  it('names every field that is wrong and stores nothing', async () => {
    const answer = await post({ ...good, phone: '12345', email: 'not an address', name: '' })
    expect(answer.status).toBe(422)
    const { fields } = answer.json() as { fields: { field: string; message: string }[] }
    expect(fields.map((problem) => problem.field).toSorted()).toEqual(['email', 'name', 'phone'])
    expect(fields.find((problem) => problem.field === 'phone')?.message).toContain('手机号不对')
    expect(await stored()).toEqual({ leads: [], inbox: [] })
  })

  it('refuses values that are no text, and text that is too long', async () => {
    const answer = await post({ ...good, need: { $gt: '' }, company: '长'.repeat(121) })
    const { fields } = answer.json() as { fields: { field: string }[] }
    expect(fields.map((problem) => problem.field).toSorted()).toEqual(['company', 'need'])
    expect((await stored()).inbox).toEqual([])
  })

  it('is stored once when it is sent again with the same key, also with other words', async () => {
    const headers = { 'idempotency-key': 'order-1' }
    await post(good, headers)
    const again = await post({ ...good, need: '改过的需求' }, headers)
    expect([again.status, again.json()]).toEqual([202, { ok: true }])
    const { leads, inbox } = await stored()
    expect([leads.length, inbox.length]).toEqual([1, 1])
  })

  it('is stored once when ten retries race', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(good, { 'idempotency-key': 'race' })),
    )
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 10 }, () => 202))
    const { leads, inbox } = await stored()
    expect([leads.length, inbox.length, inbox[0]?.state]).toEqual([1, 1, 'done'])
  })

  it('is stored once when the same words come twice without a key', async () => {
    await Promise.all([post(good), post({ ...good })])
    const { leads, inbox } = await stored()
    expect([leads.length, inbox.length]).toEqual([1, 1])
  })

  it('is two submissions under two keys: the second is a touch of the same lead', async () => {
    await post(good, { 'idempotency-key': 'one' })
    await post(good, { 'idempotency-key': 'two' })
    const { leads, inbox } = await stored()
    expect([leads.length, inbox.length]).toEqual([1, 2])
  })

  it('tells a program in the trap that all is well and stores nothing', async () => {
    const answer = await post({ ...good, website: 'http://spam.example' })
    expect([answer.status, answer.json()]).toEqual([202, { ok: true }])
    expect(await stored()).toEqual({ leads: [], inbox: [] })
  })

  it('may be posted by the pages on its list, and by no other page', async () => {
    const listed = { origin: 'http://localhost:3000' }
    const before = await ask(origin, path, { method: 'OPTIONS', headers: listed })
    expect(before.status).toBe(204)
    expect(before.headers['access-control-allow-origin']).toBe('http://localhost:3000')
    expect(before.headers['access-control-allow-headers']).toContain('idempotency-key')
    const answer = await post(good, listed)
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([202, listed.origin])
    expect(answer.headers.vary).toContain('Origin')
    const other = { origin: 'https://evil.example' }
    const refused = await post({ ...good, phone: '13900000001' }, other)
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, undefined])
    const preflight = await ask(origin, path, { method: 'OPTIONS', headers: other })
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined()
    expect((await stored()).leads).toHaveLength(1)
  })

  it('is slowed down per address, whatever address it claims to have', async () => {
    const answers = []
    for (let i = 0; i < 21; i += 1)
      answers.push(await post({ ...good, name: '' }, { 'x-forwarded-for': `10.0.0.${i}` }))
    expect(answers.slice(0, 20).every((answer) => answer.status === 422)).toBe(true)
    const last = answers.at(-1)
    expect(last?.status).toBe(429)
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(last?.headers['retry-after'])).toBeLessThanOrEqual(60)
  })

  it.each([
    ['too large', 413, { 'content-type': 'application/json' }, JSON.stringify({ need: 'x'.repeat(200_000) })],
    ['of another type', 415, { 'content-type': 'text/plain' }, 'name=x'],
    ['without a type', 415, {}, 'name=x'],
    ['not JSON', 400, { 'content-type': 'application/json' }, '{"name": '],
    ['no object', 400, { 'content-type': 'application/json' }, '[1, 2]'],
    ['empty', 400, { 'content-type': 'application/json' }, ''],
  ])('answers calmly to a body that is %s', async (_what, status, headers, body) => {
    const answer = await ask(origin, path, { method: 'POST', headers, body })
    expect(answer.status).toBe(status)
    expect(answer.json()).toMatchObject({ ok: false, message: expect.any(String) as string })
    expect(await stored()).toEqual({ leads: [], inbox: [] })
  })

  it('answers with the limit to a body far beyond it that never says how long it is', async () => {
    const answer = await ask(origin, path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      body: Buffer.alloc(3_000_000, 'x'),
    })
    expect(answer.status).toBe(413)
  })

  it('is not there under a key that nobody made', async () => {
    expect((await postJson(origin, '/intake/forms/nope', good)).status).toBe(404)
    expect((await postJson(origin, '/intake/forms/..%2Fwebsite', good)).status).toBe(404)
    expect((await ask(origin, path)).status).toBe(405)
  })
})
