import { createCore } from '../../../core/app.js'
import { openDatabase } from '../../../core/db/database.js'
import { freeLeases } from '../../../core/db/lease.js'
import { migrations } from '../../../core/db/migrations/index.js'
import { entities } from '../../../core/entities.js'
import { createAdjustableClock } from '../../../core/ports/clock.js'
import { createIds } from '../../../core/ports/ids.js'
import { noOutreach } from '../../../core/ports/outreach.js'
import { silentLog } from '../../../bot/log.js'
import { createDeadlineRunner } from '../../../jobs/deadline-runner.js'
import { createSender } from '../../../jobs/sender.js'
import { createFakeMessenger } from '../jobs/fake-messenger.js'

/** `poison-worker.ts <database> <clock offset, ms>`: sends and fires what is due, and dies by what is poisonous. */
async function run(): Promise<void> {
  const [, , url = '', offsetMs = '0'] = process.argv
  const database = await openDatabase({ url, entities, migrations })
  const clock = createAdjustableClock(Number(offsetMs))
  const core = createCore({ database, clock, ids: createIds(clock), timeZone: 'Asia/Shanghai' })
  await core.write(freeLeases)
  const die = () => process.kill(process.pid, 'SIGKILL')
  const fake = createFakeMessenger()
  fake.onSend(({ card }) => {
    if (card.title === 'poison') die()
    process.stdout.write(`sent ${card.title}\n`)
    return Promise.resolve()
  })
  core.deadlines.on('lead.accept', 'poison', () => {
    die()
    return Promise.resolve()
  })
  core.deadlines.on('lead.accept', 'harmless', (_tx, { deadline }) => {
    process.stdout.write(`fired ${deadline.subjectId}\n`)
    return Promise.resolve()
  })
  const sender = createSender({
    core,
    messengers: new Map([['sandbox', fake.messenger]]),
    outreach: noOutreach,
    log: silentLog,
    render: (_tx, { card }) => Promise.resolve({ kind: card, title: card, tone: 'info', blocks: [] }),
  })
  const runner = createDeadlineRunner({ core, wake: () => undefined, log: silentLog })
  await sender.run()
  await runner.run()
  runner.stop()
  await database.close()
}

await run()
