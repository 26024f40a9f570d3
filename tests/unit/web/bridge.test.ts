import { afterEach, describe, expect, it } from 'vitest'
import { clientOf } from '../../../miniapp/web/src/bridge/client.js'
import { openDingtalk, requestDingtalkCode } from '../../../miniapp/web/src/bridge/dingtalk.js'
import { openFeishu, requestFeishuCode } from '../../../miniapp/web/src/bridge/feishu.js'

interface Options {
  onSuccess?: (answer: unknown) => void
  onFail?: (error: unknown) => void
  success?: (answer: unknown) => void
  fail?: (error: unknown) => void
  [name: string]: unknown
}

const globals = globalThis as { dd?: unknown; tt?: unknown; h5sdk?: unknown }
afterEach(() => {
  delete globals.dd
  delete globals.tt
  delete globals.h5sdk
})
const sign = async () => ({ timestamp: 17, nonce: 'n', signature: 's' })

describe('the client around a page', () => {
  it.each([
    ['Mozilla/5.0 (iPhone) MicroMessenger/7.0.1 wxwork/4.1.36 Language/zh', 'wecom'],
    ['Mozilla/5.0 (Linux; Android 13) AliApp(DingTalk/7.6.0) com.alibaba.android.rimet', 'dingtalk'],
    ['Mozilla/5.0 (Macintosh) Lark/7.20.5 LarkLocale/zh_CN Feishu', 'feishu'],
    ['Mozilla/5.0 (iPhone) MicroMessenger/8.0.50 NetType/WIFI', null],
    ['Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36', null],
    ['Mozilla/5.0 SkyLark/1.0', null],
  ])('is known by how it calls itself: %s', (agent, platform) => {
    expect(clientOf(agent)).toBe(platform)
  })
})

describe('DingTalk’s client', () => {
  it('is asked for a code, is told the signature, and opens the chat with a colleague', async () => {
    const calls: [string, Options][] = []
    const answers =
      (name: string, answer: unknown = {}) =>
      (options: Options) => {
        calls.push([name, options])
        options.onSuccess?.(answer)
      }
    globals.dd = {
      config: (options: Options) => calls.push(['config', options]),
      ready: (done: () => void) => done(),
      error: () => undefined,
      runtime: { permission: { requestAuthCode: answers('requestAuthCode', { code: 'c-1' }) } },
      biz: {
        chat: { openSingleChat: answers('openSingleChat') },
        navigation: { close: answers('close'), setTitle: answers('setTitle') },
        util: { scan: answers('scan', { text: 'card' }), uploadImage: answers('uploadImage', ['/1.png']) },
      },
      device: { geolocation: { get: answers('location', { latitude: 31.2, longitude: 121.5 }) } },
    }
    const setUp = { publicIds: { corpId: 'ding1', agentId: '7' } }
    expect(await requestDingtalkCode(setUp)).toBe('c-1')
    const bridge = await openDingtalk({ ...setUp, sign })
    await bridge.openChat('u-wang')
    expect(calls.find(([name]) => name === 'config')?.[1]).toMatchObject({
      ...{ corpId: 'ding1', agentId: '7', timeStamp: 17, nonceStr: 'n', signature: 's' },
    })
    expect(calls.find(([name]) => name === 'openSingleChat')?.[1]).toMatchObject({
      ...{ corpId: 'ding1', userId: 'u-wang' },
    })
    expect(await bridge.scan()).toBe('card')
    expect(await bridge.location()).toEqual({ latitude: 31.2, longitude: 121.5 })
  })

  it('is no bridge when its script is not there', async () => {
    await expect(openDingtalk({ publicIds: {}, sign })).rejects.toThrow('not there')
  })
})

describe('Feishu’s client', () => {
  const h5sdk = {
    config: ({ onSuccess }: { onSuccess(): void }) => onSuccess(),
    ready: (done: () => void) => done(),
    error: () => undefined,
  }
  const setUp = { publicIds: { appId: 'cli_1' } }

  it('is asked for a code the older way where it does not know the newer', async () => {
    globals.h5sdk = h5sdk
    globals.tt = {
      requestAccess: ({ fail }: Options) => fail?.({ errno: 103 }),
      requestAuthCode: ({ success, appId }: Options) => success?.({ code: `old ${String(appId)}` }),
    }
    expect(await requestFeishuCode(setUp)).toBe('old cli_1')
    globals.tt = {
      requestAccess: ({ success, appID }: Options) => success?.({ code: `new ${String(appID)}` }),
    }
    expect(await requestFeishuCode(setUp)).toBe('new cli_1')
  })

  it('does not ask a second time when the person refused', async () => {
    globals.h5sdk = h5sdk
    globals.tt = {
      requestAccess: ({ fail }: Options) => fail?.({ errno: 104 }),
      requestAuthCode: () => expect.unreachable(),
    }
    await expect(requestFeishuCode(setUp)).rejects.toMatchObject({ errno: 104 })
  })

  it('opens the chat with a colleague, and tells when it does not', async () => {
    globals.h5sdk = h5sdk
    globals.tt = {
      enterChat: ({ openid, success, fail }: Options) => (openid === 'ou_1' ? success?.({}) : fail?.('no')),
    }
    const bridge = await openFeishu({ ...setUp, sign })
    await bridge.openChat('ou_1')
    await expect(bridge.openChat('ou_2')).rejects.toBe('no')
  })
})
