import type { OauthPlatform } from './sign-in-pages.js'

/**
 * How each client calls itself, as in requests from its pages.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90315
 */
export const userAgents: Record<OauthPlatform, string> = {
  wecom:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 wxwork/4.1.36 MicroMessenger/7.0.1 Language/zh',
  dingtalk:
    'Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0 Mobile Safari/537.36 AliApp(DingTalk/7.6.15) com.alibaba.android.rimet/7.6.15',
  feishu:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Lark/7.20.5 LarkLocale/zh_CN Feishu',
}

/** What the client's native side is asked through; the test answers it. Page code is text: it knows no DOM types here. */
const nativeName = 'nativeSide'
export const native = nativeName

/**
 * What WeCom's client puts into a page before the page's own code runs. The real library of the bundle speaks to it.
 *
 * @see node_modules/@wecom/jssdk (invoke, WeixinJSBridgeReady)
 */
export const wecomInjected = `
  window.WeixinJSBridge = {
    invoke(name, params, done) {
      void window.${nativeName}(name, params).then((answer) => done(answer))
    },
    on() {},
  }`

/**
 * What DingTalk's script gives a page inside its client: calls of a path with callbacks. `ready` waits for `config`
 * where that came first; one configuration counts for the life of the page. @see https://open.dingtalk.com/document/orgapp/jsapi-overview
 */
export const dingtalkScript = `(() => {
  let configured = null
  const call = (name) => ({ onSuccess, onFail, ...params }) =>
    void window.${nativeName}(name, params).then(({ error, answer }) => (error ? onFail(error) : onSuccess(answer)))
  window.dd = {
    ready: (done) => void (configured ?? Promise.resolve({})).then(({ error }) => error || done()),
    error: (failed) => void configured?.then(({ error }) => error && failed(error)),
    config: (params) => void (configured ??= window.${nativeName}('config', params)),
    runtime: { permission: { requestAuthCode: call('runtime.permission.requestAuthCode') } },
    biz: {
      chat: { openSingleChat: call('biz.chat.openSingleChat') },
      navigation: { close: call('biz.navigation.close'), setTitle: call('biz.navigation.setTitle') },
      util: { scan: call('biz.util.scan'), uploadImage: call('biz.util.uploadImage') },
    },
    device: { geolocation: { get: call('device.geolocation.get') } },
  }
})()`

/**
 * What Feishu's script gives a page inside its client. `ready` says that the client is there, not that the page is
 * configured. @see https://open.feishu.cn/document/uYjL24iN/ukTO3UjL5kzN14SO5cTN
 */
export const feishuScript = `(() => {
  const failures = []
  const call = (name) => ({ success, fail, ...params }) =>
    void window.${nativeName}(name, params).then(({ error, answer }) => (error ? fail(error) : success(answer)))
  window.h5sdk = {
    ready: (done) => void Promise.resolve().then(done),
    error: (failed) => void failures.push(failed),
    config: ({ onSuccess, onFail, ...params }) =>
      void window.${nativeName}('config', params).then(({ error, answer }) => {
        if (!error) return onSuccess?.(answer)
        onFail?.(error)
        failures.forEach((failed) => failed(error))
      }),
  }
  window.tt = Object.fromEntries(
    ['requestAccess', 'requestAuthCode', 'enterChat', 'closeWindow', 'scanCode', 'chooseImage', 'getLocation', 'setNavigationBarTitle']
      .map((name) => [name, call(name)]),
  )
})()`
