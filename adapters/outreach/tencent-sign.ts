import { createHash, createHmac } from 'node:crypto'

export interface Signing {
  secretId: string
  secretKey: string
  /** `vms`, `sms`: the first part of the service's host name. */
  service: string
  /** Host name without the port. */
  host: string
  /** The body exactly as it is sent. */
  body: string
  /** Seconds since 1970. */
  timestamp: number
}

const contentType = 'application/json'
const signedHeaders = 'content-type;host'

/**
 * The `Authorization` header of a POST to Tencent Cloud's API, signature version 3.
 *
 * @see https://cloud.tencent.com/document/api/1128/51553
 */
export function authorization({ secretId, secretKey, service, host, body, timestamp }: Signing): string {
  const day = new Date(timestamp * 1000).toISOString().slice(0, 10)
  const scope = `${day}/${service}/tc3_request`
  const canonical = [
    'POST',
    '/',
    '',
    `content-type:${contentType}\nhost:${host}\n`,
    signedHeaders,
    hash(body),
  ]
  const toSign = ['TC3-HMAC-SHA256', timestamp, scope, hash(canonical.join('\n'))].join('\n')
  const key = [day, service, 'tc3_request'].reduce<string | Buffer>(
    (before, part) => createHmac('sha256', before).update(part).digest(),
    `TC3${secretKey}`,
  )
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  return `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
