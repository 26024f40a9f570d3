import iconv from 'iconv-lite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  importReportSchema,
  newLeadAnswerSchema,
  type ImportReportView,
} from '../../../miniapp/contract/lead-entry.js'
import { leadListSchema } from '../../../miniapp/contract/leads.js'
import { makeCompany, makeLead } from '../../support/miniapp-data.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'

type Client = Awaited<ReturnType<MiniappHost['signIn']>>

describe('leads that people bring in', () => {
  let host: MiniappHost
  let wang: Client

  beforeEach(async () => {
    host = await startMiniapp()
    await makeCompany(host.core)
    wang = await host.signIn('wang')
  })
  afterEach(() => host.end())

  const leads = async (who = wang) => leadListSchema.parse((await who.get('/leads')).body).rows

  describe('by hand', () => {
    const enter = async (body: object, who = wang) =>
      newLeadAnswerSchema.parse((await who.post('/leads', body)).body)

    it('gives a rep the lead that the rep entered', async () => {
      const answer = await enter({
        name: '刘敏',
        phone: '139 0013 9000',
        company: '蓝海物流',
        budget: '20万',
      })
      const [lead] = await leads()

      expect(answer).toEqual({ outcome: 'made', path: `/leads/${lead?.id ?? ''}`, owner: null })
      expect(lead).toMatchObject({ name: '刘敏', state: 'owned', owner: { id: 'wang' } })
      expect((await wang.get(`/leads/${lead?.id ?? ''}`)).body).toMatchObject({
        ...{ phone: '13900139000', company: '蓝海物流', budgetMaxCents: 20_000_000 },
      })
    })

    it.each([
      [{ name: '', phone: '13900139000' }, ['name']],
      [{ name: '刘敏', phone: '' }, ['phone']],
      [{ name: '刘敏', phone: '12345' }, ['phone']],
      [{ name: '刘'.repeat(61), phone: '1390013' }, ['name', 'phone']],
      [{ name: '刘敏', phone: '13900139000', need: '要'.repeat(2001) }, ['need']],
      [{ name: '刘敏', phone: 13_900_139_000 }, ['phone']],
      [{ name: '刘敏' }, ['phone']],
    ])('refuses %j and names every field', async (body, names) => {
      const answer = await wang.post<{ code: string; fields: { field: string; message: string }[] }>(
        '/leads',
        body,
      )

      expect(answer).toMatchObject({ status: 422, body: { code: 'request.invalid' } })
      expect(answer.body.fields.map(({ field }) => field)).toEqual(names)
      expect(await leads()).toEqual([])
    })

    it('lets nobody choose the owner or the source of a lead', async () => {
      const lead = { name: '刘敏', phone: '13900139000' }

      expect((await wang.post('/leads', { ...lead, ownerId: 'chen' })).status).toBe(422)
      expect((await wang.post('/leads', { ...lead, source: 'expo' })).status).toBe(422)
      expect((await host.api().post('/leads', lead)).status).toBe(401)
    })

    it('makes no second lead of a number that is known, and opens the one there is', async () => {
      const id = await makeLead(host.core, { owner: 'wang', phone: '13900139000' })
      const answer = await enter({ name: '刘敏', phone: '139-0013-9000', need: '又来问价' })
      const page = await wang.get<{ touches: { text: string }[] }>(`/leads/${id}`)

      expect(answer).toEqual({ outcome: 'known', path: `/leads/${id}`, owner: '王小明' })
      expect(await leads()).toHaveLength(1)
      expect(page.body.touches.map(({ text }) => text)).toContain('又来问价')
    })

    it('names the colleague who has a number, and gives no way to the record', async () => {
      const id = await makeLead(host.core, { owner: 'chen', phone: '13900139000', company: '蓝海物流' })
      const answer = await wang.post('/leads', { name: '刘敏', phone: '13900139000' })

      expect(answer.body).toEqual({ outcome: 'known', path: null, owner: '陈思远' })
      expect(answer.text).not.toContain(id)
      expect(answer.text).not.toContain('蓝海')
      expect(await leads()).toEqual([])
      expect(await leads(await host.signIn('li'))).toHaveLength(1)
    })

    it('finds a number among the customers, too', async () => {
      const lead = await makeLead(host.core, { owner: 'wang', phone: '13900139000' })
      const { body } = await wang.post(`/leads/${lead}/convert`, { title: '一期' })
      const path = `/customers/${String(body.customerId)}`

      expect(await enter({ name: '刘敏', phone: '13900139000' })).toEqual({
        ...{ outcome: 'known', path, owner: '王小明' },
      })
      expect(await enter({ name: '刘敏', phone: '13900139000' }, await host.signIn('chen'))).toEqual({
        ...{ outcome: 'known', path: null, owner: '王小明' },
      })
    })

    it('lets support pass a lead on: it is offered to a rep and leaves support’s sight', async () => {
      const support = await host.signIn('support')
      const answer = await enter({ name: '刘敏', phone: '13900139000', city: '杭州' }, support)
      const [lead] = await leads(await host.signIn('admin'))

      expect(answer).toEqual({ outcome: 'made', path: null, owner: null })
      expect(lead).toMatchObject({ name: '刘敏', state: 'offered', owner: null })
      expect((await support.get(`/leads/${lead?.id ?? ''}`)).status).toBe(404)
    })

    it('makes one lead when the button is tapped three times', async () => {
      const tap = () => enter({ name: '刘敏', phone: '13900139000' })
      const answers = await Promise.all([tap(), tap(), tap()])

      expect(answers.filter(({ outcome }) => outcome === 'made')).toHaveLength(1)
      expect(await leads()).toHaveLength(1)
    })
  })

  describe('from a table', () => {
    const good = '张伟,13800138001,宏达机械,展会,20万,王小明,想看演示'
    const table = (...rows: string[]) => ['姓名,电话,公司,来源,预算,负责人,备注', ...rows].join('\r\n')
    const upload = (bytes: Uint8Array, who: Client, name = '客户 名单.csv') =>
      who.ask<ImportReportView & { code: string }>('POST', '/imports', bytes, {
        'x-genjin': '1',
        'content-type': 'text/csv',
        'x-file-name': encodeURIComponent(name),
      })

    it('takes the good rows of a GBK table and gives the bad ones back with their reasons', async () => {
      const li = await host.signIn('li')
      const text = table(good, '赵六,1234,某公司,,,,', '钱七,13800138003,,没有这种来源,,查无此人,')
      const report = importReportSchema.parse((await upload(iconv.encode(text, 'gbk'), li)).body)

      expect(report).toMatchObject({ total: 3, added: 1, touched: 0, ignoredColumns: [] })
      expect(report.rejected).toEqual([
        { line: 3, reasons: ['电话“1234”不是有效号码'] },
        { line: 4, reasons: ['来源“没有这种来源”不在来源列表里', '找不到负责人“查无此人”'] },
      ])
      expect(report.errorFile).toMatch(/^\uFEFF姓名,电话/)
      expect(report.errorFile).toContain('赵六')
      expect(report.errorFile).not.toContain('张伟')
      expect(await leads()).toMatchObject([{ name: '张伟', owner: { id: 'wang' } }])
    })

    it('goes round: the rows given back can be put right and sent again', async () => {
      const li = await host.signIn('li')
      const first = await upload(Buffer.from(table(good, '赵六,1234,某公司,,,,')), li)
      const again = await upload(Buffer.from((first.body.errorFile ?? '').replace('1234', '13800138002')), li)

      expect(again.body).toMatchObject({ total: 1, added: 1, rejected: [], errorFile: null })
    })

    it('adds nothing when the same table comes twice', async () => {
      const li = await host.signIn('li')
      await upload(Buffer.from(table(good)), li)

      expect((await upload(Buffer.from(table(good)), li)).body).toMatchObject({ added: 0, touched: 1 })
      expect(await leads()).toHaveLength(1)
    })

    it('keeps a formula as text, in the lead as it was and in the error file defused', async () => {
      const li = await host.signIn('li')
      const formula = '=HYPERLINK("http://x.example";"点我")'
      const cell = `"${formula.replaceAll('"', '""')}"`
      const { body } = await upload(
        Buffer.from(table(`${cell},13800138001,,,,王小明,`, `${cell},12,,,,,`)),
        li,
      )

      expect(body).toMatchObject({ added: 1, rejected: [{ line: 3 }] })
      expect((await leads()).map(({ name }) => name)).toEqual([formula])
      expect(body.errorFile).toContain("'=HYPERLINK")
      expect(body.errorFile).not.toMatch(/(?:^|[\r\n,])"?=/)
    })

    it.each([
      ['nothing', new Uint8Array(0), 422, 'import.empty'],
      ['a heading alone', Buffer.from('姓名,电话\r\n'), 422, 'import.empty'],
      [
        'a table without a way to reach anybody',
        Buffer.from('名称,颜色\r\n甲,红\r\n'),
        422,
        'import.no_known_column',
      ],
      [
        'more than 5000 rows',
        Buffer.from(`姓名,电话\n${'甲,13800138001\n'.repeat(5001)}`),
        413,
        'import.too_large',
      ],
      ['more than 20 MB', Buffer.alloc(20 * 1024 * 1024 + 1, 0x2c), 413, 'import.too_large'],
    ])('refuses %s whole', async (_what, bytes, status, code) => {
      const admin = await host.signIn('admin')

      expect(await upload(bytes, admin)).toMatchObject({ status, body: { code } })
      expect(await leads(admin)).toEqual([])
    })

    it.each(['wang', 'support'])('is closed to %s, the template included', async (who) => {
      const client = await host.signIn(who)

      expect(await upload(Buffer.from(table(good)), client)).toMatchObject({
        status: 403,
        body: { code: 'permission.denied' },
      })
      expect((await client.get('/imports/template')).status).toBe(403)
      expect(await leads(await host.signIn('admin'))).toEqual([])
    })

    it('offers a template that can be filled in and sent', async () => {
      const li = await host.signIn('li')
      const { body } = await li.get<{ file: string }>('/imports/template')
      const [head = ''] = body.file.replace('\uFEFF', '').split(/\r?\n/)
      const cells = head.split(',').map((title) => ({ 姓名: '张伟', 电话: '13800138001' })[title] ?? '')
      const answer = await upload(Buffer.from(`${head}\r\n${cells.join(',')}\r\n`), li)

      expect(answer.body).toMatchObject({ added: 1, ignoredColumns: [] })
    })
  })
})
