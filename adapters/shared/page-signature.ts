import { hash } from 'node:crypto'

/**
 * Signature of a page's address, for the scripts that the platforms offer inside their clients: WeCom's JS-SDK set the
 * form, the others took it over.
 *
 * @param url - without its fragment.
 * @see https://developer.work.weixin.qq.com/document/path/90506
 */
export const signPage = (input: { ticket: string; nonce: string; timestamp: number; url: string }): string =>
  hash(
    'sha1',
    `jsapi_ticket=${input.ticket}&noncestr=${input.nonce}&timestamp=${input.timestamp}&url=${input.url}`,
  )
