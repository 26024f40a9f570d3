import { systemActor } from '../../core/actor.js'
import type { GalleryCard } from './gallery.js'
import type { Scene } from './scene.js'

/** What the product says by itself: answers nobody asked for, digests, warnings to the admin, a test. */
export async function noticeScenes(scene: Scene): Promise<GalleryCard[]> {
  const { core, tx } = scene
  const rep = scene.person('王小明')
  const admin = scene.person('周敏')
  const cards: GalleryCard[] = []
  const add = async (name: string, ...drawn: Parameters<Scene['draws']>) =>
    void cards.push({ name, card: await scene.draws(...drawn) })
  const me = { type: 'person' as const, id: rep.personId }
  const installation = { type: 'installation' as const, id: 'gallery' }

  await add('帮助', 'answer.help', me, rep)
  await add('请假', 'answer.leave', me, rep, {
    said: '明天下午',
    from: '2026-03-12',
    fromHalf: 'pm',
    to: '2026-03-12',
  })
  await add('请假没写日子', 'answer.leave', me, rep)
  await add('没有看懂', 'answer.unknown', me, rep)
  await add('账号没有绑定', 'answer.unbound', installation, null)
  await add('被拒绝的一步', 'answer.refused', me, rep, { code: 'permission.denied' })
  await add('系统没能处理', 'answer.trouble', installation, null)
  await add('测试消息', 'test.message', me, rep, { by: admin.personId })
  const many = ['东方电气', '嘉禾食品', '远大建材', '启明教育', '新锐传媒', '博雅医疗', '恒信物流']
  cards.push({ name: '很多条合成一张', card: await scene.folds(rep, many) })

  const saved = await core.playbook.saveDraft(
    tx,
    systemActor('gallery'),
    'credentials',
    {
      items: [
        {
          key: 'wecom-license',
          name: '企业微信接口许可',
          expiresOn: '2026-03-18',
          renew: '企业微信服务商后台 → 接口许可 → 续费，完成后无需重启',
        },
      ],
    },
    '',
  )
  await core.playbook.publish(tx, systemActor('gallery'), 'credentials', saved.version)
  core.playbook.forget()
  await add('许可快到期', 'credential.expiry', installation, admin, { key: 'wecom-license' })
  await add('平台拒绝凭证', 'credential.trouble', installation, admin, {
    platform: 'dingtalk',
    code: 'invalid_credentials',
  })
  return cards
}
