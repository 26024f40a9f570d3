import { encrypt, getSignature } from '@wecom/crypto'
import { systemClock } from '../../core/ports/clock.js'
import type { WecomSettings } from '../../core/ports/platform-settings.js'

const corpId = 'ww0000000000000001'
const callback = { token: 'bench', aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C' }

/** Nobody is called: the addresses lead nowhere. */
export const wecomSettings: WecomSettings = {
  ...{ corpId, agentId: '1000002', secret: 'secret', callback },
  ...{ bot: null, customerService: null, contactSecret: null, contactCallback: null, archiveModule: null },
  ...{ apiUrl: 'http://127.0.0.1:9', oauthUrl: 'http://127.0.0.1:9', loginUrl: 'http://127.0.0.1:9' },
  botUrl: 'ws://127.0.0.1:9',
}

/** A message as WeCom posts it, signed and encrypted by the vendor's package. `path` begins with a slash. */
export function sealMessage(number: number): { path: string; body: string } {
  const seconds = String(Math.floor(systemClock.now().getTime() / 1000))
  const words = '我们在杭州，想了解一下CRM的报价，预算20万左右，方便的话下周约个时间演示。'.repeat(4)
  const xml = `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><FromUserName><![CDATA[user-${number}]]></FromUserName><CreateTime>${seconds}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${words}]]></Content><MsgId>${number}</MsgId><AgentID>1000002</AgentID></xml>`
  const cipher = encrypt(callback.aesKey, xml, corpId)
  const query = new URLSearchParams({
    msg_signature: getSignature(callback.token, seconds, `nonce${number}`, cipher),
    timestamp: seconds,
    nonce: `nonce${number}`,
  })
  const body = `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><Encrypt><![CDATA[${cipher}]]></Encrypt><AgentID><![CDATA[1000002]]></AgentID></xml>`
  return { path: `/hooks/wecom/app?${query}`, body }
}
