import { createServer } from 'node:http'
import { send } from '@koa/send'
import Koa from 'koa'
import type { AddressInfo } from 'node:net'
import { createSandbox, type Sandbox } from '../../adapters/sandbox/sandbox.js'
import type { Card } from '../../core/ports/card.js'
import { createAdjustableClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import type { InboundAnswer, InboundEvent } from '../../core/ports/inbound.js'
import { createTestHost } from './sandbox-host.js'

const minuteMs = 60_000
/** As strict as the product's own, so that what it would block is seen here. */
const policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'"

/**
 * The console with a bot that answers with example cards instead of the product: for looking at it and for its own
 * browser tests. Serves `dist/console`. Run by hand: `npx tsx tests/support/sandbox-demo.ts`.
 */
export async function startDemo(port = 0) {
  const clock = createAdjustableClock()
  const ids = createIds(clock)
  const panel = createTestHost(clock)
  const log = {
    warn: () => {},
    error: (details: object) => process.stderr.write(`${JSON.stringify(details)}\n`),
  }
  const sandbox = createSandbox({ file: ':memory:', clock, ids, host: panel.host, log })
  fill(sandbox)

  const change = (kind: string, label: string, actor: string, subject: string, detail?: string): void => {
    const entry = { id: ids.next(), at: clock.now().toISOString(), kind, label, actor, subject }
    panel.show({
      changes: [{ ...entry, ...(detail ? { detail } : {}) }, ...panel.state().changes].slice(0, 100),
    })
  }
  const count = (state: string): void => {
    const { deliveries } = panel.state()
    panel.show({ deliveries: { ...deliveries, [state]: (deliveries[state] ?? 0) + 1 } })
  }

  async function onEvent(event: InboundEvent): Promise<InboundAnswer | null> {
    if (event.type === 'receipt') {
      count(event.state)
      return null
    }
    if (event.type === 'tap') {
      const who = event.sender.name ?? ''
      if (event.actionId !== 'offer.accept') return { notice: { text: '记下了', tone: 'success' } }
      change('offer.accepted', '接单', who, '张总 · 宏达机械')
      panel.show({ deadlines: panel.state().deadlines.filter((one) => one.kind !== 'lead.accept') })
      return { notice: { text: '已接单', tone: 'success' }, card: acceptedCard(who) }
    }
    if (event.type !== 'message') return null
    if (event.toBot) {
      const to = { chatId: event.chat.id }
      if (event.text === '帮助') await sandbox.messenger.sendText(to, helpText, event.eventId)
      else await post(to, followUpCard(event.text), event.eventId)
      if (event.text !== '帮助')
        change('follow-up.added', '记下跟进', event.sender.name ?? '', '张总 · 宏达机械')
      return null
    }
    change('lead.captured', '新线索', '系统', '张总 · 宏达机械', '来自群聊，线索分 82')
    const dueAt = new Date(clock.now().getTime() + 5 * minuteMs).toISOString()
    const deadline = { id: ids.next(), kind: 'lead.accept', label: '等待接单', subject: '张总 · 宏达机械' }
    panel.show({
      deadlines: [{ ...deadline, dueAt, who: '王小明', step: '转给主管' }, ...panel.state().deadlines],
    })
    await post({ externalId: 'wang' }, offerCard(event.text), event.eventId)
    change('lead.assigned', '派给王小明', '系统', '张总 · 宏达机械', '空闲 40% · 胜率 38%')
    return null
  }

  async function post(to: { externalId?: string; chatId?: string }, card: Card, key: string): Promise<void> {
    await sandbox.messenger.send({ to, card, ref: ids.next(), idempotencyKey: key, urgent: false })
    count('sent')
  }

  await sandbox.channel.start(onEvent)
  const app = new Koa()
  app.use(async (ctx, next) => {
    ctx.set('content-security-policy', policy)
    await next()
  })
  app.use(sandbox.router.routes())
  app.use(async (ctx) => {
    if (ctx.path.startsWith('/app')) ctx.body = '<!doctype html><title>今日</title><h1>今日</h1>'
    else await send(ctx, ctx.path === '/' ? 'index.html' : ctx.path, { root: 'dist/console' })
  })
  const server = createServer((request, response) => void app.callback()(request, response))
  sandbox.attach(server)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    sandbox,
    clock,
    panel,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async end(): Promise<void> {
      await sandbox.close()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function fill({ accounts }: Sandbox): void {
  const people = [
    ['zhang', '张伟', '宏达机械 采购', 'customer'],
    ['chen', '陈晓', '蓝海物流 运营', 'customer'],
    ['wang', '王小明', '销售 · 华东', 'rep'],
    ['zhao', '赵琳', '销售 · 华东', 'rep'],
    ['sun', '孙浩', '销售 · 华南', 'rep'],
    ['li', '李芳', '华东销售经理', 'manager'],
    ['he', '何静', '客服', 'support'],
    ['zhou', '周敏', '管理员', 'admin'],
  ] as const
  for (const [externalId, name, title, group] of people) accounts.put({ externalId, name, title, group })
  accounts.putGroup({ id: 'g1', name: '宏达机械项目群', memberIds: ['zhang', 'wang', 'zhao'], hasBot: true })
  accounts.putGroup({ id: 'g2', name: '蓝海物流 × 跟进', memberIds: ['chen', 'sun'], hasBot: true })
  accounts.putDirect('wang', 'zhang')
}

const helpText =
  '可以对我说：\n· 我的线索\n· 今日待办\n· 查 张总\n· 一句话写跟进，比如“刚和张总通了电话，下周三再联系”'

const offerCard = (words: string): Card => ({
  kind: 'lead.offer',
  title: '新线索：张总 · 宏达机械',
  subtitle: '请在 5 分钟内确认，过时转给主管',
  tone: 'info',
  blocks: [
    { type: 'quote', text: words, by: '张伟 · 宏达机械项目群' },
    {
      type: 'fields',
      fields: [
        { label: '电话', value: '138****0000' },
        { label: '预算', value: '约 20 万元' },
        { label: '线索分', value: '82' },
        { label: '区域', value: '华东' },
        { label: '为什么是你', value: '空闲 40% · 区域胜率 38% · 熟悉产品线', wide: true },
      ],
    },
  ],
  actions: [
    { id: 'offer.accept', label: '接单', style: 'primary' },
    {
      id: 'offer.decline',
      label: '转给别人',
      style: 'default',
      confirm: '转给别人之后，这条线索就不在你名下了。',
    },
  ],
  page: { label: '查看线索', path: '/leads/1' },
})

const acceptedCard = (who: string): Card => ({
  ...offerCard('想了解下你们的报价，预算20万左右'),
  tone: 'success',
  title: '已接单：张总 · 宏达机械',
  subtitle: `${who} 已确认，尽快联系客户`,
  actions: [],
  footnote: `${who} 刚刚接单，用时 12 秒`,
})

const followUpCard = (words: string): Card => ({
  kind: 'follow-up.saved',
  title: '已记下跟进：张总 · 宏达机械',
  tone: 'success',
  blocks: [
    { type: 'quote', text: words },
    {
      type: 'fields',
      fields: [
        { label: '方式', value: '电话' },
        { label: '结果', value: '要报价' },
      ],
    },
  ],
  inputs: [
    {
      type: 'select',
      name: 'stage',
      label: '商机阶段',
      value: 'plan',
      options: [
        { value: 'need', label: '需求确认' },
        { value: 'plan', label: '方案报价' },
        { value: 'talk', label: '商务谈判' },
      ],
    },
    { type: 'date', name: 'next', label: '下次联系', required: true },
    { type: 'text', name: 'note', label: '补充', placeholder: '还有什么要记的', multiline: true },
  ],
  actions: [
    { id: 'save', label: '保存修改', style: 'primary', submit: true },
    { id: 'undo', label: '撤销', style: 'danger', confirm: '撤销后这条跟进就没有了。' },
  ],
  page: { label: '打开客户页', path: '/customers/1' },
  footnote: '按规则识别，没有用到模型',
})

if (process.argv[1]?.endsWith('sandbox-demo.ts')) {
  const { url } = await startDemo(Number(process.env.PORT ?? 4173))
  process.stdout.write(`${url}\n`)
}
