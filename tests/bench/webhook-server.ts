import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { createCore } from '../../core/app.js'
import { openDatabase } from '../../core/db/database.js'
import { migrations } from '../../core/db/migrations/index.js'
import { entities } from '../../core/entities.js'
import { systemClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import { envelopeKey } from './envelope.js'

// What every platform's way in does before it acknowledges: raw bytes, signature, decrypt, decode, store durably. The
// work behind it is left out: it is measured by itself. Takes the database's address; prints its port.
const database = await openDatabase({ url: process.argv[2] ?? '', entities, migrations })
const core = createCore({
  database,
  clock: systemClock,
  ids: createIds(systemClock),
  timeZone: 'Asia/Shanghai',
})

async function take(raw: Buffer): Promise<number> {
  const { signature, iv, data } = JSON.parse(raw.toString('utf8')) as Record<string, string>
  if (!signature || !iv || !data) return 400
  const bytes = Buffer.from(data, 'base64')
  const expected = createHmac('sha256', envelopeKey).update(bytes).digest()
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) return 401
  const decipher = createDecipheriv('aes-256-cbc', envelopeKey, Buffer.from(iv, 'hex'))
  const body = Buffer.concat([decipher.update(bytes), decipher.final()]).toString('utf8')
  const event = JSON.parse(body) as { eventId: string }
  await core.inbox.accept({ channel: 'sandbox', eventId: event.eventId, body })
  return 200
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    take(Buffer.concat(chunks)).then(
      (status) => response.writeHead(status).end('ok'),
      () => response.writeHead(500).end(),
    )
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  process.stdout.write(`${address.port}\n`)
})
