import iconv from 'iconv-lite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LeadEntity } from '../../../core/leads/lead.js'
import { actorOf, makeActor, makePerson } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const good = [
  '姓名,电话,公司,来源,预算,负责人,备注',
  '张伟,13800138000,宏达机械,展会,20万,,想看演示',
  '李娜,021-65432100,蓝海物流,,,王小明,"要报价,急"',
]
const bad = [
  '赵六,1234,某公司,,,,',
  ',,无人公司,,,,',
  '=cmd|calc,13800138002,公式公司,没有这种来源,,查无此人,',
  '钱七,13800138003,预算公司,,很多钱,,',
]

describe('a table of leads', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
    await makePerson(run.core, { name: '王小明', openLeadCap: 1000 })
  })
  afterEach(() => run.close())

  const importText = async (
    lines: string[],
    encode: (text: string) => Uint8Array = (text) => Buffer.from(text),
  ) => {
    const actor = await makeActor(run.core, 'manager')
    const file = { name: '客户.csv', bytes: encode(lines.join('\r\n')) }
    return run.core.imports.importCsv(actor, file)
  }
  const leads = () => run.core.read((tx) => tx.getRepository(LeadEntity).find({ order: { id: 'ASC' } }))

  it.each([
    { name: 'UTF-8', encode: (text: string) => Buffer.from(text) },
    { name: 'UTF-8 with a mark', encode: (text: string) => Buffer.from(`\uFEFF${text}`) },
    { name: 'GBK', encode: (text: string) => iconv.encode(text, 'gbk') },
  ])('in $name: good rows go in, bad rows come back with line and reason', async ({ encode }) => {
    const report = await importText([...good, ...bad], encode)
    expect(report).toMatchObject({ total: 6, added: 2, touched: 0 })
    expect(report.rejected.map(({ line }) => line)).toEqual([4, 5, 6, 7])
    const reasons = report.rejected.map((row) => row.reasons.join('；'))
    expect(reasons[0]).toContain('1234')
    expect(reasons[1]).toContain('至少要有一项')
    expect(reasons[2]).toContain('没有这种来源')
    expect(reasons[2]).toContain('查无此人')
    expect(reasons[3]).toContain('很多钱')
    expect(await leads()).toMatchObject([
      { name: '张伟', phone: '13800138000', company: '宏达机械', source: 'expo', budgetMaxCents: 20_000_000 },
      { name: '李娜', phone: '02165432100', need: '要报价,急', source: 'import' },
    ])
  })

  it('gives the bad rows back as a table in which no cell is a formula', async () => {
    const { errorFile } = await importText([...good, ...bad])
    const text = errorFile?.toString('utf8') ?? ''
    expect(text.startsWith('\uFEFF姓名,电话')).toBe(true)
    expect(text).toContain('未导入原因')
    expect(text).toContain("'=cmd|calc")
    expect(text).not.toMatch(/(^|,|\n)=cmd/)
    expect(text.trim().split('\n')).toHaveLength(1 + bad.length)
  })

  it('can be put right and imported again: what is known already is a touch', async () => {
    await importText(good)
    const report = await importText([...good, '赵六,13800138009,某公司,,,,'])
    expect(report).toMatchObject({ added: 1, touched: 2, errorFile: null })
    expect(await leads()).toHaveLength(3)
  })

  it('gives a row to the owner that it names, and asks for a look within two hours', async () => {
    await importText(good)
    const lead = (await leads()).find((one) => one.name === '李娜')
    expect(lead).toMatchObject({ state: 'owned', ownedVia: 'import', viewedAt: null })
    const running = await run.core.read((tx) =>
      run.core.deadlines.running(tx, 'lead.view', { type: 'lead', id: lead?.id ?? '' }),
    )
    expect(running).not.toBeNull()
  })

  it('says where a quote never ends, and takes nothing of such a table', async () => {
    const broken = [good[0] ?? '', '张伟,13800138000,"宏达机械,展会,20万,,想看演示']
    await expect(importText(broken)).rejects.toMatchObject({ code: 'import.unreadable', data: { line: 2 } })
    expect(await leads()).toEqual([])
  })

  it('says which columns it did not understand', async () => {
    const report = await importText(['手机号,星座', '13800138000,狮子'])
    expect(report.rejected).toHaveLength(1)
    expect(report.ignoredColumns).toEqual(['星座'])
  })

  it.each([
    { what: 'an empty file', lines: ['姓名,电话'], code: 'import.empty' },
    {
      what: 'a table without any number or address',
      lines: ['姓名,公司', '张伟,宏达'],
      code: 'import.no_known_column',
    },
  ])('refuses $what', async ({ lines, code }) => {
    await expect(importText(lines)).rejects.toMatchObject({ code })
  })

  it('is not for reps', async () => {
    const rep = await actorOf(run.core, await makePerson(run.core))
    const attempt = run.core.imports.importCsv(rep, { name: 'a.csv', bytes: Buffer.from(good.join('\n')) })
    await expect(attempt).rejects.toMatchObject({ code: 'permission.denied' })
  })
})
