import { createServer } from 'node:http'

// The floor of every HTTP bench: reads the body, answers, does nothing else. Prints its port when it listens.
const server = createServer((request, response) => {
  request.on('data', () => undefined)
  request.on('end', () => response.end('ok'))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  process.stdout.write(`${address.port}\n`)
})
