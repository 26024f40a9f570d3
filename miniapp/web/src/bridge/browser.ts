import type { Bridge } from './bridge.js'

const refuse = (): Promise<never> => Promise.reject(new Error('a browser cannot do this: ask can first'))

/** A plain browser: nothing is pretended, so nothing but the title is offered. */
export const browserBridge: Bridge = {
  platform: 'browser',
  can: new Set(['setTitle']),
  openChat: refuse,
  closePage: refuse,
  scan: refuse,
  chooseImage: refuse,
  location: refuse,
  async setTitle(title) {
    document.title = title
  },
}
