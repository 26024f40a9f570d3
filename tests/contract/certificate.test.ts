import { readFileSync } from 'node:fs'
import { createServer as createPlain, type Server } from 'node:net'
import { createServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { readCertificate } from '../../adapters/tls/certificate.js'

const file = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url))
const servers: Server[] = []

async function portOf(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

describe('the certificate of an address', () => {
  it('is read, whoever has signed it', async () => {
    const port = await portOf(createServer({ key: file('key'), cert: file('cert') }))
    const expiresAt = await readCertificate(`https://127.0.0.1:${port}/app`)
    expect(expiresAt?.toISOString()).toBe('2126-10-29T23:24:07.000Z')
  })

  it('is none where nobody answers, or in another way', async () => {
    const silent = await portOf(createPlain((socket) => socket.resume()))
    const rude = await portOf(createPlain((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    const gone = await portOf(createPlain())
    servers.pop()?.close()
    expect(await readCertificate(`https://127.0.0.1:${silent}`, { timeoutMs: 50 })).toBeNull()
    expect(await readCertificate(`https://127.0.0.1:${rude}`)).toBeNull()
    expect(await readCertificate(`https://127.0.0.1:${gone}`)).toBeNull()
    for (const address of ['http://127.0.0.1', 'crm.example.com', ''])
      expect(await readCertificate(address)).toBeNull()
  })
})
