import type { GalleryCard } from './gallery.js'
import type { Scene } from './scene.js'

/** A lead's way: offered, taken, let go, escalated, given to somebody else. */
export async function leadScenes(scene: Scene): Promise<GalleryCard[]> {
  const { core, tx } = scene
  const cards: GalleryCard[] = []
  const manager = scene.person('李芳')
  const lead = await scene.asks(
    '你好，我们公司在杭州，想了解下客户管理系统的报价，大概 30 个销售用，预算 20 万左右，最好这周五前能给方案，电话 13800138000',
    {
      ...{ name: '刘志远', company: '杭州远航物流', phone: '13800138000', quantity: 30 },
      ...{ budgetMinCents: 20_000_000, budgetMaxCents: 20_000_000, wantedAt: '2026-03-13' },
    },
    '刘志远',
  )
  if (!lead) throw new Error('this customer is known already')
  const offerId = async (id: string) => {
    const changes = await core.changes.latest(tx, 50)
    const opened = changes.find(({ kind, subjectId }) => kind === 'offer.opened' && subjectId === id)
    return { offerId: String(opened?.data['offerId'] ?? '') }
  }
  const offered = await core.org.actorOf(tx, lead.offeredToId ?? '', { channel: 'gallery' })
  if (!offered) throw new Error('the lead was offered to nobody')
  const subject = { type: 'lead' as const, id: lead.id }
  const offer = await offerId(lead.id)
  const add = async (name: string, ...drawn: Parameters<Scene['draws']>) =>
    void cards.push({ name, card: await scene.draws(...drawn) })

  await add('新线索，等待接单', 'lead.offer', subject, offered, offer)
  await core.assignment.acceptOffer(tx, offered, lead.id)
  await add('已接单，还没联系', 'lead.offer', subject, offered, offer)
  await core.leads.contact(tx, offered, lead.id)
  await add('已接单，联系过', 'lead.offer', subject, offered, offer)
  await scene.asks(
    '上次说的报价什么时候能给？我们老板催了，还是 13800138000 这个号',
    { name: '刘志远', phone: '13800138000' },
    '刘志远',
  )
  await add('同一客户又来询问', 'lead.touched', subject, offered)

  await add('客户删除了好友', 'lead.contact-removed', subject, offered)

  const missed = await scene.asks(
    '你们的系统可以先试用吗？我们苏州这边十几个人，想把售后工单也管起来',
    { name: '高鹏', company: '苏州华阳电子', phone: '13900139000' },
    '高鹏',
  )
  if (!missed) throw new Error('this customer is known already')
  const slow = await core.org.actorOf(tx, missed.offeredToId ?? '', { channel: 'gallery' })
  const late = await offerId(missed.id)
  const about = { type: 'lead' as const, id: missed.id }
  await scene.passes(6)
  await add('超时未接，销售看到的', 'lead.offer', about, slow, late)
  await add('超时未接，主管处理', 'lead.dispatch', about, manager, { reason: 'not-accepted' })
  for (let waits = 0; waits < 4; waits += 1) await scene.passes(10)
  await add('升级到顶，仍无人处理', 'lead.dispatch', about, scene.person('陈立'), { reason: 'not-accepted' })
  await core.assignment.dispatch(tx, manager, missed.id, scene.person('赵琳').personId)
  await add('已指派，主管看到的', 'lead.dispatch', about, manager, { reason: 'not-accepted' })
  await add('主管指派给我', 'lead.given', about, scene.person('赵琳'))
  await core.leads.markViewed(tx, scene.person('赵琳'), missed.id)
  await add('指派给我，已查看', 'lead.given', about, scene.person('赵琳'))
  await add('已由主管安排，原销售看到的', 'lead.offer', about, slow, late)
  return cards
}
