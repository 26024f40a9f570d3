import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { customerPageSchema, contactAnswerSchema } from '../../../miniapp/contract/customers.js'
import type { StageAnswer } from '../../../miniapp/contract/deals.js'
import type { ConvertAnswer } from '../../../miniapp/contract/leads.js'
import { makeCompany, makeLead, type MadeLead } from '../../support/miniapp-data.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'

type Client = Awaited<ReturnType<MiniappHost['signIn']>>
interface Refused {
  code: string
  message: string
  fields: { field: string; message: string }[]
}

describe('contacts on a customer’s page', () => {
  let host: MiniappHost
  let wang: Client
  let customerId: string
  let dealId: string

  beforeEach(async () => {
    host = await startMiniapp()
    await makeCompany(host.core)
    wang = await host.signIn('wang')
    ;({ customerId, dealId } = await makeCustomer('wang', { phone: '' }))
  })
  afterEach(() => host.end())

  async function makeCustomer(owner: string, over: MadeLead = {}): Promise<ConvertAnswer> {
    const lead = await makeLead(host.core, { owner, ...over })
    const client = await host.signIn(owner)
    const made = await client.post<ConvertAnswer>(`/leads/${lead}/convert`, { title: '一期' })
    return made.body
  }
  const save = <Shape = Record<string, unknown>>(body: object, who = wang) =>
    who.post<Shape>(`/customers/${customerId}/contacts`, body)
  const saved = async (body: object) => contactAnswerSchema.parse((await save(body)).body)
  const page = async (who = wang) =>
    customerPageSchema.parse((await who.get(`/customers/${customerId}`)).body)

  it('puts right what a closed gate asks for', async () => {
    const move = async () => (await wang.post<StageAnswer>(`/deals/${dealId}/stage`, { stage: 'demo' })).body
    const [contact] = (await page()).contacts

    expect(await move()).toMatchObject({ ok: false, missing: [{ need: 'contact' }] })
    await save({ id: contact?.id, name: '张建国', phone: '138-0013-8000' })
    expect(await move()).toEqual({ ok: true })
  })

  it('adds a contact and tells who did it in the time line', async () => {
    const { id } = await saved({
      name: ' 刘敏 ',
      title: '采购经理',
      phone: '+86 139 0013 9000',
      email: 'liu@example.com',
    })
    const { contacts, timeLine } = await page()

    expect(contacts.find((contact) => contact.id === id)).toMatchObject({
      ...{ name: '刘敏', title: '采购经理', phone: '13900139000', email: 'liu@example.com', wechat: null },
    })
    expect(timeLine[0]).toMatchObject({ kind: 'contact.added', actor: '王小明', text: '添加联系人' })
    expect(timeLine[0]?.fields).toContainEqual({ label: '电话', before: '', after: '13900139000' })
  })

  it('adds one contact when the request comes twice', async () => {
    const contact = { name: '刘敏', phone: '13900139000' }
    const [first, again] = await Promise.all([saved(contact), saved(contact)])
    const { contacts, timeLine } = await page()

    expect(again.id).toBe(first.id)
    expect(contacts).toHaveLength(2)
    expect(timeLine.filter(({ kind }) => kind.startsWith('contact.'))).toHaveLength(1)
  })

  it('edits what changed and lets go of a mistyped number', async () => {
    const { id } = await saved({ name: '刘敏', phone: '13900139001' })
    await save({ id, name: '刘敏', title: '采购', phone: '13900139002' })
    const enter = (phone: string) => wang.post('/leads', { name: '来询的人', phone })

    expect((await page()).timeLine[0]).toMatchObject({
      kind: 'contact.edited',
      fields: [
        { label: '职务', before: '', after: '采购' },
        { label: '电话', before: '13900139001', after: '13900139002' },
      ],
    })
    expect((await enter('13900139001')).body).toMatchObject({ outcome: 'made' })
    expect((await enter('13900139002')).body).toMatchObject({
      outcome: 'known',
      path: `/customers/${customerId}`,
    })
  })

  it('keeps a number that another contact of the customer has, too', async () => {
    const { id } = await saved({ name: '刘敏', phone: '021-65432100' })
    await saved({ name: '前台', phone: '02165432100' })
    await save({ id, name: '刘敏', phone: '' })

    expect((await wang.post('/leads', { name: '来询的人', phone: '021-65432100' })).body).toMatchObject({
      outcome: 'known',
      path: `/customers/${customerId}`,
    })
  })

  it.each([
    [{ name: '刘敏', phone: '1380013' }, 'phone', '号码的位数不对，请检查一下'],
    [{ name: '刘敏', phone: '138****8000' }, 'phone', '号码里有星号，请填完整的号码'],
    [{ name: '刘敏', phone: '+1 415 555 0100' }, 'phone', '暂时只能填国内号码，境外号码可以记在微信一栏'],
    [{ name: '刘敏', phone: '没有' }, 'phone', '号码不对，请填 11 位手机号，或带区号的座机'],
    [{ name: '  ' }, 'name', '请填写姓名'],
    [{ name: '刘敏', email: 'liu@' }, 'email', '邮箱格式不对'],
    [{ name: '刘'.repeat(61) }, 'name', '姓名最多 60 个字'],
  ])('refuses %j, names the field and stores nothing', async (body, field, message) => {
    const answer = await save<Refused>(body)

    expect(answer.status).toBe(422)
    expect(answer.body.fields).toEqual([{ field, message }])
    expect((await page()).contacts).toHaveLength(1)
  })

  it('saves a number of another record and says whose it is to those who may see it', async () => {
    const chens = await makeCustomer('chen', { phone: '13900139000', company: '蓝海物流' })
    const contact = { name: '刘敏', phone: '13900139000' }
    const asWang = await save(contact)
    const { contacts } = await page()
    const second = { name: '刘敏的同事', phone: '13900139000' }
    const asLi = await save(second, await host.signIn('li'))

    expect(asWang.body).toMatchObject({ samePhone: null })
    expect(asWang.text).not.toContain('陈思远')
    expect(contacts.map(({ phone }) => phone)).toContain('13900139000')
    expect(asLi.body).toMatchObject({
      samePhone: { path: `/customers/${chens.customerId}`, name: '蓝海物流', owner: '陈思远' },
    })
  })

  it('names an open lead with the same number, and not the lead that the customer came from', async () => {
    const own = await makeCustomer('wang', { phone: '13700137000', company: '东方电子' })
    const [contact] = customerPageSchema.parse((await wang.get(`/customers/${own.customerId}`)).body).contacts
    const path = `/customers/${own.customerId}/contacts`
    await wang.post(path, { id: contact?.id, name: '张建国', phone: '' })
    const back = await wang.post(path, { id: contact?.id, name: '张建国', phone: '13700137000' })
    const lead = await makeLead(host.core, { owner: 'wang', phone: '13600136000', company: '新星科技' })

    expect(back.body).toMatchObject({ samePhone: null })
    expect(await saved({ name: '刘敏', phone: '13600136000' })).toMatchObject({
      samePhone: { path: `/leads/${lead}`, name: '新星科技', owner: '王小明' },
    })
  })

  it('is closed to those who may not edit the customer', async () => {
    const other = await makeCustomer('wang', { phone: '13900139000', company: '蓝海物流' })
    const support = await host.signIn('support')
    const contact = { name: '刘敏', phone: '13900139000' }

    expect((await save(contact, await host.signIn('chen'))).body.code).toBe('customer.not_found')
    expect(await save(contact, support)).toMatchObject({ status: 403, body: { code: 'permission.denied' } })
    expect((await page(support)).abilities.editContacts).toBe(false)
    expect((await page()).abilities.editContacts).toBe(true)
    const [theirs] = customerPageSchema.parse(
      (await wang.get(`/customers/${other.customerId}`)).body,
    ).contacts
    expect((await save({ ...contact, id: theirs?.id })).body.code).toBe('contact.not_found')
  })

  it('hides the number of a time line entry from those who may not read phones', async () => {
    await saved({ name: '刘敏', phone: '13900139000', wechat: 'liumin_wx' })
    const answer = await (await host.signIn('support')).get(`/customers/${customerId}`)

    expect(answer.text).not.toContain('13900139000')
    expect(answer.text).not.toContain('liumin_wx')
    expect(answer.text).toContain('139****9000')
  })
})
