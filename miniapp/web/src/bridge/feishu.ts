import type { Bridge, BridgeSetUp } from './bridge.js'

interface Call<Answer> {
  success(answer: Answer): void
  fail(error: unknown): void
  [name: string]: unknown
}

/** The part of Feishu's script that is used. https://open.feishu.cn/document/client-docs/h5/ */
interface Tt {
  requestAccess?(options: Call<{ code: string }>): void
  requestAuthCode(options: Call<{ code: string }>): void
  enterChat(options: Call<unknown>): void
  closeWindow(options: Call<unknown>): void
  scanCode(options: Call<{ result: string }>): void
  chooseImage(options: Call<{ tempFilePaths: string[] }>): void
  getLocation(options: Call<{ latitude: number; longitude: number }>): void
  setNavigationBarTitle(options: Call<unknown>): void
}
interface H5sdk {
  config(options: object): void
  ready(callback: () => void): void
  error(callback: (error: unknown) => void): void
}

/** The client is too old for `requestAccess`. */
const unknownApi = 103
const jsApiList = ['enterChat', 'closeWindow', 'scanCode', 'chooseImage', 'getLocation']

function load(): { tt: Tt; h5sdk: H5sdk } {
  const { tt, h5sdk } = globalThis as { tt?: Tt; h5sdk?: H5sdk }
  if (!tt || !h5sdk) throw new Error('Feishu’s script is not there')
  return { tt, h5sdk }
}

const call = <Answer>(run: (options: Call<Answer>) => void, input: object = {}): Promise<Answer> =>
  new Promise((success, fail) => run({ ...input, success, fail }))

const isTooOld = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'errno' in error && Number(error.errno) === unknownApi

/** A one-time code for who is signed in to the client. */
export async function requestFeishuCode({ publicIds }: Pick<BridgeSetUp, 'publicIds'>): Promise<string> {
  const { tt, h5sdk } = load()
  await new Promise<void>((done) => h5sdk.ready(done))
  const { appId } = publicIds
  const older = () => call((options: Call<{ code: string }>) => tt.requestAuthCode(options), { appId })
  if (!tt.requestAccess) return (await older()).code
  try {
    const ask = (options: Call<{ code: string }>) => tt.requestAccess?.(options)
    return (await call(ask, { appID: appId, scopeList: [] })).code
  } catch (error) {
    if (!isTooOld(error)) throw error
    return (await older()).code
  }
}

/** The page in Feishu's client. */
export async function openFeishu({ publicIds, sign }: BridgeSetUp): Promise<Bridge> {
  const { tt, h5sdk } = load()
  const { timestamp, nonce, signature } = await sign()
  await new Promise<void>((onSuccess, onFail) => {
    h5sdk.error(onFail)
    const signed = { appId: publicIds['appId'], timestamp, nonceStr: nonce, signature }
    // `ready` tells of the client alone: it comes for a page that is refused too.
    h5sdk.ready(() => h5sdk.config({ ...signed, jsApiList, onSuccess: () => onSuccess(), onFail }))
  })
  return {
    platform: 'feishu',
    can: new Set(['openChat', 'closePage', 'scan', 'chooseImage', 'location', 'setTitle']),
    async openChat(openid) {
      await call((options) => tt.enterChat(options), { openid })
    },
    async closePage() {
      await call((options) => tt.closeWindow(options))
    },
    async scan() {
      const { result } = await call((options: Call<{ result: string }>) => tt.scanCode(options))
      return result
    },
    async chooseImage() {
      const ask = (options: Call<{ tempFilePaths: string[] }>) => tt.chooseImage(options)
      return (await call(ask, { sourceType: ['album', 'camera'], count: 9 })).tempFilePaths
    },
    location: () =>
      call((options: Call<{ latitude: number; longitude: number }>) => tt.getLocation(options), {
        type: 'gcj02',
      }),
    async setTitle(title) {
      await call((options) => tt.setNavigationBarTitle(options), { title })
    },
  }
}
