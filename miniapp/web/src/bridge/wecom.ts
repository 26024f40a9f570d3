import * as ww from '@wecom/jssdk'
import type { Bridge, BridgeSetUp } from './bridge.js'

/** The page in WeCom's client, through its own library; this file is loaded only there. */
export async function openWecom({ publicIds, sign }: BridgeSetUp): Promise<Bridge> {
  const { corpId = '', agentId = '' } = publicIds
  const app: Parameters<typeof ww.register>[0] = {
    corpId,
    agentId,
    jsApiList: ['openEnterpriseChat', 'scanQRCode', 'chooseImage', 'getLocation', 'closeWindow'],
  }
  ww.register(app)
  // Told afterwards: `register` would begin at once, and throw a refusal to where nobody can catch it.
  app.getConfigSignature = async () => {
    const { timestamp, nonce, signature } = await sign()
    return { timestamp, nonceStr: nonce, signature }
  }
  await ww.ensureCorpConfigReady()
  return {
    platform: 'wecom',
    can: new Set([
      'openChat',
      'openCustomerChat',
      'closePage',
      'scan',
      'chooseImage',
      'location',
      'setTitle',
    ]),
    async openChat(userId) {
      await ww.openEnterpriseChat({ userIds: [userId], groupName: '' })
    },
    async openCustomerChat(account) {
      await ww.openEnterpriseChat({ externalUserIds: [account], groupName: '' })
    },
    async closePage() {
      await ww.closeWindow()
    },
    async scan() {
      const scanType = [ww.ScanQRCodeType.qrCode, ww.ScanQRCodeType.barCode]
      const { resultStr } = await ww.scanQRCode({ needResult: true, scanType })
      if (!resultStr) throw new Error('nothing was scanned')
      return resultStr
    },
    async chooseImage() {
      return (await ww.chooseImage({ count: 9 })).localIds
    },
    async location() {
      const { latitude, longitude } = await ww.getLocation({ type: ww.LocationType.gcj02 })
      return { latitude: Number(latitude), longitude: Number(longitude) }
    },
    // The client shows the page's own title.
    async setTitle(title) {
      document.title = title
    },
  }
}
