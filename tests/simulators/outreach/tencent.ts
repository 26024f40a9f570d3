import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TencentCall {
  action: string
  version: string
  body: Record<string, unknown>
}

export interface TencentOptions {
  secretId: string
  secretKey: string
  templates: readonly string[]
  now: () => Date
}

/**
 * Tencent Cloud's API for text messages and calls, as far as we use it: checks the signature from the bytes that came,
 * knows its templates, answers 200 with an error inside.
 *
 * @see https://cloud.tencent.com/document/api/382/52072 (signature v3)
 */
export async function startTencent({ secretId, secretKey, templates, now }: TencentOptions) {
  const calls: TencentCall[] = []
  /** Phone (E.164) → the code that its order is answered with. */
  const refusals = new Map<string, string>()
  let fault: 'none' | 'hang-up' | 'bad-gateway' | 'html' = 'none'
  let serial = 0

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const raw = Buffer.concat(chunks)
    if (fault === 'hang-up') return void request.socket.destroy()
    if (fault === 'bad-gateway') return void response.writeHead(502).end('bad gateway')
    if (fault === 'html') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    const say = (content: object) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ Response: { ...content, RequestId: `r-${++serial}` } }))
    const refuse = (code: string) => say({ Error: { Code: code, Message: `${code} (simulated)` } })

    const problem = signatureProblem(request, raw)
    if (problem) return void refuse(problem)
    const action = String(request.headers['x-tc-action'])
    const version = String(request.headers['x-tc-version'])
    const body = JSON.parse(raw.toString('utf8')) as Record<string, unknown>
    calls.push({ action, version, body })
    if (action === 'SendSms' && version === '2021-01-11') return void say({ SendStatusSet: sms(body) })
    if (action === 'SendTtsVoice' && version === '2020-09-02') {
      const number = String(body['CalledNumber'])
      const code = callProblem(body, number)
      if (code) return void refuse(code)
      return void say({
        SendStatus: { CallId: `call-${serial + 1}`, SessionContext: body['SessionContext'] },
      })
    }
    return void refuse('InvalidAction')
  }

  const sms = (body: Record<string, unknown>) =>
    (body['PhoneNumberSet'] as string[]).map((number) => {
      const code =
        refusals.get(number) ??
        (templates.includes(String(body['TemplateId']))
          ? 'Ok'
          : 'FailedOperation.TemplateIncorrectOrUnapproved')
      return {
        SerialNo: code === 'Ok' ? `sms-${serial + 1}` : '',
        PhoneNumber: number,
        Code: code,
        Message: code,
      }
    })

  const callProblem = (body: Record<string, unknown>, number: string): string | undefined => {
    if (!/^\+\d{6,15}$/.test(number)) return 'InvalidParameterValue.CalledNumberVerifyFail'
    if (!templates.includes(String(body['TemplateId']))) return 'InvalidParameterValue.TemplateIdNotExist'
    return refusals.get(number)
  }

  function signatureProblem(request: IncomingMessage, raw: Buffer): string | null {
    const timestamp = Number(request.headers['x-tc-timestamp'])
    if (Math.abs(now().getTime() / 1000 - timestamp) > 300) return 'AuthFailure.SignatureExpire'
    const match =
      /^TC3-HMAC-SHA256 Credential=([^/]+)\/([\d-]+)\/([^/]+)\/tc3_request, SignedHeaders=([\w;-]+), Signature=(\w+)$/.exec(
        request.headers.authorization ?? '',
      )
    if (!match) return 'AuthFailure.InvalidAuthorization'
    const [, id, day = '', service = '', signed = '', signature] = match
    if (id !== secretId) return 'AuthFailure.SecretIdNotFound'
    if (day !== new Date(timestamp * 1000).toISOString().slice(0, 10)) return 'AuthFailure.SignatureFailure'
    const headers = signed
      .split(';')
      .map((name) => {
        const value = String(request.headers[name])
        // The SDK signs the bare host name; in production there is no port to leave out.
        return `${name}:${name === 'host' ? value.replace(/:\d+$/, '') : value}\n`
      })
      .join('')
    const sha = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
    const canonical = `${request.method}\n/\n\n${headers}\n${signed}\n${sha(raw)}`
    const toSign = `TC3-HMAC-SHA256\n${timestamp}\n${day}/${service}/tc3_request\n${sha(canonical)}`
    const mac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()
    const key = mac(mac(mac(`TC3${secretKey}`, day), service), 'tc3_request')
    return mac(key, toSign).toString('hex') === signature ? null : 'AuthFailure.SignatureFailure'
  }

  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    refuse: (number: string, code: string) => refusals.set(number, code),
    break(how: typeof fault) {
      fault = how
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
