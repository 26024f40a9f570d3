import { setTimeout as pause } from 'node:timers/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { Config } from '../../core/config.js'
import { ConfigError } from '../../core/errors.js'

/** An HTTP server that does not listen yet: routes and sockets may still be hung on it. */
export const createHttp = (answer: RequestListener): Server => createServer(answer)

/** @throws ConfigError when the port or the address cannot be had. */
export async function listen(server: Server, { host, port }: Config): Promise<void> {
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem =
        error.code === 'EADDRINUSE'
          ? `port ${port} is in use: choose another one`
          : `cannot listen: ${error.message}`
      fail(new ConfigError([{ variable: error.code === 'EADDRNOTAVAIL' ? 'HOST' : 'PORT', problem }]))
    })
    server.listen(port, host, done)
  })
}

export function originOf(server: Server, config: Config): string {
  const address = server.address()
  return typeof address === 'object' && address ? `http://${config.host}:${address.port}` : config.publicUrl
}

/** Takes no further connection, lets requests under way finish for `graceMs`, then ends what is still open. */
export async function closeHttp(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise((done) => server.close(done))
  server.closeIdleConnections()
  await Promise.race([closed, pause(graceMs, null, { ref: false })])
  server.closeAllConnections()
}
