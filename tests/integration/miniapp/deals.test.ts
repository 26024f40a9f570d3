import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  boardSchema,
  dealPageSchema,
  type DealPage,
  type StageAnswer,
} from '../../../miniapp/contract/deals.js'
import { customerPageSchema } from '../../../miniapp/contract/customers.js'
import type { ConvertAnswer } from '../../../miniapp/contract/leads.js'
import { makeCompany, makeLead } from '../../support/miniapp-data.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'

const pdf = new TextEncoder().encode('%PDF-1.7\n% a signed contract\n')

describe('deals on the pages', () => {
  let host: MiniappHost
  let wang: Awaited<ReturnType<MiniappHost['signIn']>>
  let made: ConvertAnswer

  beforeEach(async () => {
    host = await startMiniapp()
    await makeCompany(host.core)
    const lead = await makeLead(host.core, { owner: 'wang' })
    wang = await host.signIn('wang')
    made = (await wang.post<ConvertAnswer>(`/leads/${lead}/convert`, { title: '宏达一期' })).body
  })
  afterEach(() => host.end())

  const upload = (bytes: Uint8Array, name = '合同 扫描件.pdf', who = wang) =>
    who.ask('POST', `/deals/${made.dealId}/files`, bytes, {
      'x-genjin': '1',
      'x-file-name': encodeURIComponent(name),
    })
  const move = async (stage: string) =>
    (await wang.post<StageAnswer>(`/deals/${made.dealId}/stage`, { stage })).body

  it('names what a closed gate asks for, and opens it when that is there', async () => {
    expect(await move('signed')).toMatchObject({
      ok: false,
      stage: '已签约',
      missing: [{ need: 'amount' }, { need: 'contract-file' }],
    })
    await wang.patch(`/deals/${made.dealId}`, { amountCents: 12_000_000 })
    expect((await upload(pdf)).status).toBe(200)

    expect(await move('signed')).toEqual({ ok: true })
    const board = boardSchema.parse((await wang.get('/deals')).body)
    expect(board.columns.find(({ key }) => key === 'signed')).toMatchObject({
      sumCents: 12_000_000,
      deals: [{ id: made.dealId, state: 'won' }],
    })
  })

  it.each([
    [
      'a program that is called a PDF',
      new TextEncoder().encode('MZ\u0090 not a scan'),
      'file.not_a_scan',
      422,
    ],
    ['a page that is called a PDF', new TextEncoder().encode('<html>%PDF-</html>'), 'file.not_a_scan', 422],
    ['nothing', new Uint8Array(0), 'file.empty', 422],
    ['more than 20 MB', new Uint8Array(20 * 1024 * 1024 + 1), 'file.too_large', 413],
  ])('refuses %s and keeps no byte of it', async (_what, bytes, code, status) => {
    expect(await upload(bytes)).toMatchObject({ status, body: { code } })
    expect(host.files.size).toBe(0)
  })

  it('gives a file to those who may see its deal, as a download that no browser runs', async () => {
    const { body } = await upload(pdf)
    const path = `/files/${String(body.id)}`
    const answer = await wang.get(path)

    expect(answer.headers).toMatchObject({
      'content-type': 'application/pdf',
      'x-content-type-options': 'nosniff',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent('合同 扫描件.pdf')}`,
    })
    expect((await (await host.signIn('li')).get(path)).status).toBe(200)
    expect((await (await host.signIn('chen')).get(path)).status).toBe(404)
    expect((await host.api().get(path)).status).toBe(401)
  })

  it('refuses a colleague’s upload before a byte is stored', async () => {
    expect((await upload(pdf, 'x.pdf', await host.signIn('chen'))).status).toBe(404)
    expect(host.files.size).toBe(0)
  })

  it.each([
    [{ amountCents: -1 }, 'amountCents'],
    [{ amountCents: 1.5 }, 'amountCents'],
    [{ expectedCloseOn: '2026-13-01' }, 'expectedCloseOn'],
    [{ ownerId: 'chen' }, ''],
    [{}, ''],
  ])('refuses the edit %j and names the field', async (body, field) => {
    const answer = await wang.patch<{ fields: { field: string }[] }>(`/deals/${made.dealId}`, body)

    expect(answer.status).toBe(422)
    expect(answer.body.fields[0]?.field).toBe(field)
  })

  it('shows where a deal came from on the customer’s page', async () => {
    const page = customerPageSchema.parse((await wang.get(`/customers/${made.customerId}`)).body)

    expect(page).toMatchObject({
      name: '宏达机械',
      contacts: [{ name: '张建国', phone: '13800138000', phoneMasked: false }],
      deals: [{ id: made.dealId, title: '宏达一期' }],
      leads: [{ name: '张建国', state: 'converted' }],
    })
    expect(page.touches).toHaveLength(1)
  })

  it('lets support see a customer without its numbers and deals', async () => {
    const support = await host.signIn('support')
    const answer = await support.get(`/customers/${made.customerId}`)
    const page = customerPageSchema.parse(answer.body)

    expect(page).toMatchObject({
      contacts: [{ phone: '138****8000', phoneMasked: true }],
      deals: [],
      leads: [],
    })
    expect(answer.text).not.toContain('13800138000')
    expect((await support.get(`/deals/${made.dealId}`)).status).toBe(404)
  })

  it('tells what each stage lacks on the deal’s page', async () => {
    const page = dealPageSchema.parse((await wang.get<DealPage>(`/deals/${made.dealId}`)).body)
    const lacks = Object.fromEntries(
      page.stages.map(({ key, missing }) => [key, missing.map(({ need }) => need)]),
    )

    expect(lacks).toMatchObject({ demo: [], proposal: ['amount'], signed: ['amount', 'contract-file'] })
  })
})
