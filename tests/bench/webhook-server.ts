import { createServer } from 'node:http'
import { createInProcessState } from '../../adapters/shared-state/in-process.js'
import { createWecom } from '../../adapters/wecom/adapter.js'
import { silentLog } from '../../bot/log.js'
import { createWebhooks, hooksFirst } from '../../bot/webhooks.js'
import { createCore } from '../../core/app.js'
import { openDatabase } from '../../core/db/database.js'
import { migrations } from '../../core/db/migrations/index.js'
import { entities } from '../../core/entities.js'
import { systemClock } from '../../core/ports/clock.js'
import { createIds } from '../../core/ports/ids.js'
import { wecomSettings } from './envelope.js'

// WeCom's way in as the product has it: `/hooks/`, raw bytes, signature, AES, XML, store durably. The work behind it is
// left out: it is measured by itself. Takes the database's address; prints its port.
const database = await openDatabase({ url: process.argv[2] ?? '', entities, migrations })
const ids = createIds(systemClock)
const core = createCore({ database, clock: systemClock, ids, timeZone: 'Asia/Shanghai' })
const state = createInProcessState(() => systemClock.now().getTime())
const { channel } = createWecom(wecomSettings, {
  publicUrl: 'http://127.0.0.1',
  ...{ clock: systemClock, ids, state, keys: core.keys, log: silentLog },
})
await channel.start(async (event) => {
  await core.inbox.accept({
    channel: event.platform,
    eventId: event.eventId,
    body: JSON.stringify(event),
    sender: event.sender.externalId,
  })
  return null
})
const hooks = createWebhooks({
  ...{ webhooks: channel.webhooks ?? [], trustProxy: false, log: silentLog, nextId: ids.next },
})
const server = createServer(hooksFirst(hooks, (_request, response) => response.writeHead(404).end()))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  process.stdout.write(`${address.port}\n`)
})
