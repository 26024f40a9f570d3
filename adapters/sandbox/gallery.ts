import type { Card } from '../../core/ports/card.js'
import { capabilitiesOf, encodeCard as encodeDingtalk } from '../dingtalk/encode.js'
import { encodeCard as encodeFeishu } from '../feishu/encode.js'
import { degrade } from '../shared/degrade.js'
import { encodeCard as encodeWecom } from '../wecom/encode.js'
import type { SandboxHost } from './host.js'
import type { Settings } from './settings.js'
import type { GalleryRow } from './wire.js'

const pageUrl = (path: string): string => `/app${path}`
const both = capabilitiesOf({ notice: 'notice', form: 'form' })

/** Every card of the product as each platform is handed it, by that platform's own encoder. */
export async function drawGallery(host: SandboxHost, settings: Settings): Promise<GalleryRow[]> {
  const cards = (await host.gallery?.()) ?? []
  const { capabilities } = settings.limits()
  return cards.map(({ name, card }) => ({
    name,
    kind: card.kind,
    sandbox: degrade(card, capabilities),
    wecom: { ...encodeWecom(card, { pageUrl, interactive: true, hadButtons: hadButtons(card) }) },
    dingtalk: encodeDingtalk(card, {
      capabilities: both,
      template: card.inputs?.length ? 'form' : 'notice',
      pageUrl,
    }),
    feishu: encodeFeishu(card, { ref: 'gallery', isGroup: false, pageUrl }),
  }))
}

/** A card that ended had buttons before: WeCom shows a grey one in their place. */
const endings = /^(已接单|超时未接|已由|已处理|跟进已撤销|已录入|已完成)/
const hadButtons = (card: Card): boolean => endings.test(card.title)
