import type { PageSignature, SignInOptions } from '../../../contract/session.js'
import { ask } from '../api.js'
import type { Bridge, BridgeSetUp, Platform } from './bridge.js'
import { browserBridge } from './browser.js'
import { clientOf } from './client.js'
import { loadScript, pageAddress } from './script.js'

type Option = SignInOptions['platforms'][number]

/** The platform whose client shows this page, where it is one that the installation uses. */
export async function clientOption(): Promise<Option | null> {
  const platform = clientOf(navigator.userAgent)
  if (!platform) return null
  const { platforms } = await ask<SignInOptions>('/sign-in/options')
  return platforms.find((option) => option.platform === platform) ?? null
}

let opened: Promise<Bridge> | undefined

/** The client around this page, opened once; a plain browser where there is none or it does not let us in. */
export function openBridge(): Promise<Bridge> {
  opened ??= open().catch(() => browserBridge)
  return opened
}

async function open(): Promise<Bridge> {
  const option = await clientOption()
  if (!option) return browserBridge
  const { platform, publicIds, script } = option
  const sign = () =>
    ask<PageSignature>(`/js-signature?platform=${platform}&url=${encodeURIComponent(pageAddress())}`)
  if (script) await loadScript(script)
  return openers[platform]({ publicIds, sign })
}

/** Each is loaded in its own client alone. */
const openers: Record<Platform, (setUp: BridgeSetUp) => Promise<Bridge>> = {
  sandbox: async () => browserBridge,
  wecom: async (setUp) => (await import('./wecom.js')).openWecom(setUp),
  dingtalk: async (setUp) => (await import('./dingtalk.js')).openDingtalk(setUp),
  feishu: async (setUp) => (await import('./feishu.js')).openFeishu(setUp),
}

/** A one-time code from the client's script; null where sign-in goes by the platform's page. */
export async function requestCode({ platform, publicIds, script }: Option): Promise<string | null> {
  if (script) await loadScript(script)
  switch (platform) {
    case 'dingtalk':
      return (await import('./dingtalk.js')).requestDingtalkCode({ publicIds })
    case 'feishu':
      return (await import('./feishu.js')).requestFeishuCode({ publicIds })
    case 'wecom':
    case 'sandbox':
      return null
  }
}
