/**
 * Feeds recorded events into the local installation and tells what came of them. Cards are queued, not sent: the
 * server sends them when it runs.
 *
 *     npm run replay events.jsonl
 *     npm run replay events.jsonl -- --again    as new events: an event that was seen before has no effect
 */
import { readFile } from 'node:fs/promises'
import { MoreThan } from 'typeorm'
import { createOpenAiModel } from '../adapters/llm/openai.js'
import { createLog } from '../bot/log.js'
import { createNoteReader } from '../bot/note-reader.js'
import { notify, wantsNotice } from '../bot/notify.js'
import { createPipeline } from '../bot/pipeline.js'
import type { Core } from '../core/app.js'
import type { Change } from '../core/changes/change.js'
import { DeliveryEntity, type Delivery } from '../core/deliveries/delivery.js'
import { systemClock } from '../core/ports/clock.js'
import type { InboundEvent } from '../core/ports/inbound.js'
import { createRelay } from '../jobs/relay.js'
import { Refusal, runCommand, withInstallation, type Installation } from './local/installation.js'
import { readRecording } from './local/recording.js'

const [file, ...options] = process.argv.slice(2)

async function main({ config, core }: Installation): Promise<void> {
  if (!file) throw new Refusal('用法：npm run replay <文件> [-- --again]')
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Refusal(`读不到文件 ${file}`)
  })
  const events = readRecording(text, file)
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel)
  const llm = config.llm ? createOpenAiModel({ ...config.llm, clock: systemClock }) : null
  const limits = { timeoutMs: config.llm?.timeoutMs ?? 0, maxTokens: 800 }
  const pipeline = createPipeline({
    core,
    notes: createNoteReader({ core, llm, limits, log }),
    log,
    wake: () => {},
  })
  core.changes.addConsumer('notify', wantsNotice)
  const relay = createRelay({
    core,
    consumer: 'notify',
    react: (tx, change) => notify(core, tx, change),
    log,
  })
  // What waited from before is not what came of these events.
  await relay.run()
  const changes: Change[] = []
  core.changes.onCommitted((change) => changes.push(change))
  for (const [at, event] of events.entries()) {
    const since = core.ids.next()
    const played = options.includes('--again')
      ? { ...event, eventId: `${event.eventId}:${since}`.slice(-128) }
      : event
    changes.length = 0
    const answer = await pipeline.sink(played, 60_000)
    while ((await pipeline.work(core.ids.next())) > 0);
    await relay.run()
    console.log(`${at + 1}. ${describe(played)}`)
    for (const change of changes)
      console.log(`   变化 ${change.kind}  ${change.subjectType} ${change.subjectId}`)
    const queued = await queuedSince(core, since)
    for (const delivery of queued)
      console.log(`   卡片 ${delivery.card} → ${delivery.personId ?? delivery.chatId ?? ''}`)
    if (answer?.notice) console.log(`   回应 ${answer.notice.text}`)
    if (changes.length + queued.length === 0) console.log('   没有产生变化')
  }
}

const describe = (event: InboundEvent): string => {
  const who = event.sender.name ?? event.sender.externalId
  switch (event.type) {
    case 'message':
      return `${who} 在“${event.chat.name ?? event.chat.id}”说：${event.text.slice(0, 60)}`
    case 'tap':
      return `${who} 点了 ${event.actionId}`
    case 'receipt':
      return `${who} 的卡片 ${event.cardRef} ${event.state === 'read' ? '已读' : '已送达'}`
    case 'entered':
      return `${who} 打开了会话`
    case 'directory':
      return `通讯录有变动：${event.about}`
    case 'customer':
      return `${who} 与 ${event.colleagueExternalId} 的客户关系有变动`
  }
}

/** Ids of one process grow: whatever was queued after `since` was made has a later one. */
const queuedSince = (core: Core, since: string): Promise<Delivery[]> =>
  core.read((tx) =>
    tx
      .getRepository(DeliveryEntity)
      .find({ where: { id: MoreThan(since) }, order: { id: 'ASC' }, take: 100 }),
  )

await runCommand(() => withInstallation(main))
