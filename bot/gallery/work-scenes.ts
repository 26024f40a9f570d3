import type { GalleryCard } from './gallery.js'
import type { Scene } from './scene.js'

const dayMs = 86_400_000

/** What a rep does with customers: sentences, tasks, deals, and the answers to commands. */
export async function workScenes(scene: Scene): Promise<GalleryCard[]> {
  const { core, tx } = scene
  const rep = scene.person('王小明')
  const manager = scene.person('李芳')
  const cards: GalleryCard[] = []
  const add = async (name: string, ...drawn: Parameters<Scene['draws']>) =>
    void cards.push({ name, card: await scene.draws(...drawn) })
  const own = (name: string, company: string, phone: string) =>
    scene.owns(rep, `${company}想看看${name}负责的系统`, { name, company, phone })

  const lead = await own('张建国', '上海宏达机械有限公司', '13700137000')
  await own('张丽华', '宁波张记食品', '13600136000')
  const about = { type: 'lead' as const, id: lead.id }
  const said = await scene.says(
    rep,
    '刚和张建国张总通了电话，预算大概35万，要一份报价，下周三下午三点再联系',
    about,
  )
  const followUp = { type: 'follow-up' as const, id: said.id }
  await add('一句话跟进，已记录', 'follow-up', followUp, rep)
  await add('一句话跟进，正在修改', 'follow-up', followUp, rep, { editing: 'yes' })
  await core.followUps.undo(tx, rep, said.id)
  await add('一句话跟进，已撤销', 'follow-up', followUp, rep)
  const vague = await scene.says(rep, '和张总聊了聊，反馈不错，明天发资料过去')
  await add('一句话跟进，是哪位客户', 'follow-up', { type: 'follow-up' as const, id: vague.id }, rep)
  const unknown = await scene.says(rep, '给恒通贸易的钱总打了电话，想要一份报价，下周一再联系')
  await add('一句话跟进，没有这位客户', 'follow-up', { type: 'follow-up' as const, id: unknown.id }, rep)

  const deal = await core.conversion.convert(tx, rep, lead.id, {
    title: '宏达机械 · 客户管理系统',
    now: core.clock.now(),
  })
  const dealSubject = { type: 'deal' as const, id: deal.id }
  await add('商机，更新阶段', 'deal.stage', dealSubject, rep)
  await scene.asks('我们想再加 20 个账号，怎么收费？', { name: '张建国', phone: '13700137000' }, '张建国')
  await add('老客户又有需求', 'customer.touched', { type: 'customer' as const, id: deal.customerId }, rep)
  const customer = { type: 'customer' as const, id: deal.customerId }
  await add('老客户删除了好友', 'customer.contact-removed', customer, rep)

  const task = await core.tasks.add(tx, rep, {
    ...{ kind: 'contact', title: '回电确认报价', ownerId: rep.personId, allDay: false },
    ...{ subjectType: 'customer', subjectId: deal.customerId, followUpId: null },
    dueAt: new Date(core.clock.now().getTime() - 60_000),
  })
  const taskSubject = { type: 'task' as const, id: task.id }
  await add('该联系客户了', 'task.due', taskSubject, rep)
  await core.tasks.waitForCustomer(tx, rep, task.id)
  await add('待办，等客户回复', 'task.due', taskSubject, rep)
  await core.tasks.goOn(tx, rep, task.id)
  await scene.passes(dayMs / 60_000)
  await add('待办逾期一天，主管看到的', 'task.overdue', taskSubject, manager)

  const me = { type: 'person' as const, id: rep.personId }
  await add('今日待办', 'answer.today', me, rep)
  await add('我的线索', 'answer.my-leads', me, rep)
  await add('查客户', 'answer.find', me, rep, { query: '张' })
  await add('商机，只有一个', 'answer.deals', me, rep, { query: '' })
  await add('给客户写跟进', 'answer.write-follow-up', me, rep, { query: '张丽华' })
  await add('新建线索', 'answer.new-lead', me, rep)
  await add('新建线索，已录入', 'answer.new-lead', me, rep, { leadId: lead.id })
  await core.tasks.finish(tx, rep, task.id)
  await add('待办，已完成', 'task.due', taskSubject, rep)
  return cards
}
