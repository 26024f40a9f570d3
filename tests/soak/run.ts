import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { silentLog } from '../../bot/log.js'
import { start } from '../../bot/main.js'
import { readConfig } from '../../core/config.js'
import { insertRows } from '../../core/db/rows.js'
import { select } from '../../core/db/sql.js'
import { BindingEntity } from '../../core/org/person.js'
import { createAdjustableClock, stopwatch, type AdjustableClock } from '../../core/ports/clock.js'
import { makePerson, makeTeam } from '../support/make.js'
import { until } from '../support/stage/until.js'
import { newDatabase } from '../support/test-core.js'
import { dingtalkLoad } from './dingtalk.js'
import { feishuLoad } from './feishu.js'
import { kinds, type Callback, type Kind, type Load } from './load.js'
import { wecomLoad } from './wecom.js'

export const soakPlatforms = ['wecom', 'dingtalk', 'feishu'] as const
export type SoakPlatform = (typeof soakPlatforms)[number]

const loads: Record<SoakPlatform, (clock: AdjustableClock, colleagues: number) => Promise<Load>> = {
  wecom: wecomLoad,
  dingtalk: dingtalkLoad,
  feishu: feishuLoad,
}

export interface SoakOptions {
  platform: SoakPlatform
  events: number
  /** Callbacks a second, repeats not counted. */
  rate: number
  /** Connections break after each so many callbacks. */
  breakEvery?: number
}

export interface SoakResult {
  /** Callbacks that were acknowledged, each in the end; tries that were not; repeats of acknowledged ones. */
  acknowledged: number
  tries: number
  repeats: number
  breaks: number
  ackP50Ms: number
  ackP99Ms: number
  deadlineMs: number
  seconds: number
  /** What is not as it has to be; empty when every effect is there once. */
  violations: string[]
}

const colleagues = 200
/** Of ten callbacks: customers' words, commands, taps, people who open the chat. */
const mix: Kind[] = [
  'customer',
  'help',
  'entered',
  'customer',
  'tap',
  'help',
  'customer',
  'entered',
  'help',
  'customer',
]
const retryMs = 300
const longestRetryMs = 3_000
const mostTries = 100
/** Feishu takes 1,000 messages a minute of an app: what ten thousand callbacks lead to goes out long after them. */
const drainMs = 1_200_000
const helpTitle = '我能帮你做这些'

/** Sends callbacks to the whole product at a steady rate, breaks its connections, and counts what came of each. */
export async function runSoak({
  platform,
  events,
  rate,
  breakEvery = 1_000,
}: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-soak-'))
  const database = await newDatabase()
  const clock = createAdjustableClock()
  const load = await loads[platform](clock, colleagues)
  const config = readConfig({
    ...{ HOST: '127.0.0.1', PORT: '0', DATA_DIR: folder, DATABASE_URL: database.url },
    ...{ SANDBOX: 'off', DEMO: 'off', LOG_LEVEL: 'silent', PUBLIC_URL: 'http://127.0.0.1' },
  })
  const running = await start(
    { ...config, platforms: { ...config.platforms, ...load.settings } },
    { log: silentLog, dist: join(folder, 'dist'), clock },
  )
  try {
    const { core } = running
    await load.open(running.origin)
    const people = await hire()
    await core.write(async (tx) => {
      for (const personId of people)
        await core.deliveries.queue(tx, {
          ...{ card: 'test.message', subject: { type: 'person', id: personId }, to: { personId } },
          ...{ urgent: true, dedupeKey: `soak:${personId}` },
        })
    })
    await until(
      async () => {
        await running.idle()
        return load.shown('测试消息') === colleagues
      },
      'everybody has a card to tap',
      drainMs,
    )

    const told = await drive(load, { events, rate, breakEvery })
    await until(async () => (await openEvents()) === 0, 'the inbox is empty', drainMs)
    await until(() => load.shown(helpTitle) >= told.sent.help, 'all answers are out', drainMs)
    await running.idle()
    return { ...told.result, deadlineMs: load.deadlineMs, violations: await violationsOf(told.sent) }
  } finally {
    await running.stop()
    await load.stop()
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  }

  async function hire(): Promise<string[]> {
    const { core } = running
    const { department } = await makeTeam(core)
    const ids: string[] = []
    for (let n = 0; n < colleagues; n += 1)
      ids.push((await makePerson(core, { departmentId: department.id })).id)
    await core.write((tx) =>
      insertRows(
        tx,
        BindingEntity,
        ids.map((personId, n) => ({
          ...{ platform, externalId: load.account(n), personId },
          ...{ state: 'bound' as const, boundAt: clock.now() },
        })),
      ),
    )
    return ids
  }

  async function count(sql: string): Promise<number> {
    const [row] = await running.core.read((tx) => select<{ n: number }>(tx, sql))
    return Number(row?.n ?? 0)
  }

  function openEvents(): Promise<number> {
    return count(`SELECT COUNT(*) AS n FROM inbox WHERE state NOT IN ('done', 'dead', 'dropped')`)
  }

  async function violationsOf(sent: Record<Kind, number>): Promise<string[]> {
    const found: [what: string, is: number, shouldBe: number][] = [
      ['events stored', await count('SELECT COUNT(*) AS n FROM inbox'), events],
      ['events done', await count(`SELECT COUNT(*) AS n FROM inbox WHERE state = 'done'`), events],
      ['customers’ words kept', await count(`SELECT COUNT(*) AS n FROM touches`), sent.customer],
      ['different words kept', await count(`SELECT COUNT(DISTINCT text) AS n FROM touches`), sent.customer],
      [
        'answers queued',
        await count(`SELECT COUNT(*) AS n FROM deliveries WHERE card = 'answer.help'`),
        sent.help,
      ],
      ['answers shown', load.shown(helpTitle), sent.help],
      [
        'cards tapped',
        await count(
          `SELECT COUNT(*) AS n FROM deliveries WHERE card = 'test.message' AND actedAt IS NOT NULL`,
        ),
        Math.min(colleagues, sent.tap),
      ],
    ]
    return found
      .filter(([, is, shouldBe]) => is !== shouldBe)
      .map(([what, is, shouldBe]) => `${what}: ${is}, not ${shouldBe}`)
  }
}

async function drive(
  load: Load,
  { events, rate, breakEvery }: { events: number; rate: number; breakEvery: number },
) {
  const waits: number[] = []
  const sent = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>
  const sums = { acknowledged: 0, tries: 0, repeats: 0, breaks: 0 }
  const underWay = new Set<Promise<void>>()

  async function untilAcked(callback: Callback): Promise<void> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      sums.tries += 1
      const ms = await load.send(callback)
      if (ms !== null) {
        waits.push(ms)
        return
      }
      await pause(Math.min(longestRetryMs, retryMs * (tries + 1)))
    }
    throw new Error(`callback ${callback.number} was never acknowledged`)
  }

  async function one(number: number, kind: Kind): Promise<void> {
    const callback = load.make(kind, number, sent[kind] % colleagues)
    sent[kind] += 1
    const isRepeated = number % 10 === 3 || number % 10 === 8 || number % 10 === 4
    if (isRepeated) sums.repeats += 1
    await Promise.all([untilAcked(callback), ...(isRepeated ? [untilAcked(callback)] : [])])
    sums.acknowledged += 1
  }

  const startedAt = stopwatch()
  for (let number = 0; number < events; number += 1) {
    const aheadMs = startedAt + (number * 1000) / rate - stopwatch()
    if (aheadMs > 1) await pause(aheadMs)
    const work = one(number, mix[number % mix.length] ?? 'entered')
    underWay.add(work)
    void work.finally(() => underWay.delete(work)).catch(() => undefined)
    if (number % breakEvery === breakEvery / 2) {
      sums.breaks += 1
      load.disconnect()
    }
  }
  await Promise.all(underWay)
  waits.sort((a, b) => a - b)
  const at = (share: number) => Math.round((waits[Math.floor(waits.length * share)] ?? 0) * 10) / 10
  const seconds = Math.round((stopwatch() - startedAt) / 100) / 10
  return { sent, result: { ...sums, ackP50Ms: at(0.5), ackP99Ms: at(0.99), seconds } }
}
