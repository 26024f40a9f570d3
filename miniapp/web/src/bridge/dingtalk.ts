import type { Bridge, BridgeSetUp } from './bridge.js'

/** The part of DingTalk's script that is used. https://open.dingtalk.com/document/orgapp/jsapi-overview */
interface Dd {
  config(options: object): void
  ready(callback: () => void): void
  error(callback: (error: unknown) => void): void
  runtime: { permission: { requestAuthCode(options: Call<{ code: string }>): void } }
  biz: {
    chat: { openSingleChat(options: Call<unknown>): void }
    navigation: { close(options: Call<unknown>): void; setTitle(options: Call<unknown>): void }
    util: { scan(options: Call<{ text: string }>): void; uploadImage(options: Call<string[]>): void }
  }
  device: { geolocation: { get(options: Call<{ latitude: number; longitude: number }>): void } }
}
interface Call<Answer> {
  onSuccess(answer: Answer): void
  onFail(error: unknown): void
  [name: string]: unknown
}

const jsApiList = [
  'biz.chat.openSingleChat',
  'biz.util.scan',
  'biz.util.uploadImage',
  'device.geolocation.get',
]

function load(): Dd {
  const { dd } = globalThis as { dd?: Dd }
  if (!dd) throw new Error('DingTalk’s script is not there')
  return dd
}

const call = <Answer>(run: (options: Call<Answer>) => void, input: object = {}): Promise<Answer> =>
  new Promise((onSuccess, onFail) => run({ ...input, onSuccess, onFail }))

/** A one-time code for who is signed in to the client. */
export async function requestDingtalkCode({ publicIds }: Pick<BridgeSetUp, 'publicIds'>): Promise<string> {
  const dd = load()
  const { corpId } = publicIds
  const { code } = await call((options: Call<{ code: string }>) =>
    dd.runtime.permission.requestAuthCode({ ...options, corpId }),
  )
  return code
}

/** The page in DingTalk's client. */
export async function openDingtalk({ publicIds, sign }: BridgeSetUp): Promise<Bridge> {
  const dd = load()
  const { corpId, agentId } = publicIds
  const { timestamp, nonce, signature } = await sign()
  await new Promise<void>((done, fail) => {
    // Before `config` the script takes `ready` for a question about the client, and says yes to a page it will refuse.
    dd.config({ agentId, corpId, timeStamp: timestamp, nonceStr: nonce, signature, type: 0, jsApiList })
    dd.ready(done)
    dd.error(fail)
  })
  return {
    platform: 'dingtalk',
    can: new Set(['openChat', 'closePage', 'scan', 'chooseImage', 'location', 'setTitle']),
    async openChat(userId) {
      await call((options) => dd.biz.chat.openSingleChat(options), { corpId, userId })
    },
    async closePage() {
      await call((options) => dd.biz.navigation.close(options))
    },
    async scan() {
      const { text } = await call((options: Call<{ text: string }>) => dd.biz.util.scan(options), {
        type: 'all',
      })
      return text
    },
    chooseImage: () =>
      call((options: Call<string[]>) => dd.biz.util.uploadImage(options), { multiple: true, max: 9 }),
    location: () =>
      call((options: Call<{ latitude: number; longitude: number }>) => dd.device.geolocation.get(options), {
        targetAccuracy: 200,
        coordinate: 1,
        withReGeocode: false,
      }),
    async setTitle(title) {
      await call((options) => dd.biz.navigation.setTitle(options), { title })
    },
  }
}
