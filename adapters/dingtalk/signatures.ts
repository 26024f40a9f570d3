import { createHmac } from 'node:crypto'

/**
 * The `sign` header of a robot message in HTTP mode.
 *
 * @param timestamp - milliseconds, as it stands in the header.
 * @see https://open.dingtalk.com/document/orgapp/receive-message
 */
export function robotSign(timestamp: string, appSecret: string): string {
  return createHmac('sha256', appSecret).update(`${timestamp}\n${appSecret}`).digest('base64')
}

/**
 * The `x-ddpaas-signature` header of a card callback in HTTP mode.
 *
 * @see https://open.dingtalk.com/document/orgapp/event-callback-card
 */
export function cardSign(timestamp: string, apiSecret: string): string {
  return createHmac('sha256', apiSecret).update(timestamp).digest('base64')
}

/** The secret that card callbacks are signed with: ours to choose, so it follows from the app's secret. */
export function cardCallbackSecret(clientSecret: string): string {
  return createHmac('sha256', clientSecret).update('genjin card callback').digest('hex')
}
