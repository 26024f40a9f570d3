import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog, type Log } from '../../../bot/log.js'
import { start } from '../../../bot/main.js'
import { readConfig } from '../../../core/config.js'
import { spanMs } from '../../../core/deadlines/ladder.js'
import { createManualClock, type AdjustableClock } from '../../../core/ports/clock.js'
import type { Platform } from '../../../core/ports/platform.js'
import { makeCompany, nameOf, type Cast } from '../company.js'
import { newDatabase, wednesdayMorning } from '../test-core.js'
import { dingtalkSide } from './dingtalk.js'
import type { FarSide, Member } from './far-side.js'
import { feishuSide } from './feishu.js'
import { sandboxSide } from './sandbox.js'
import { wordsOf, type Seen } from './seen.js'
import { until } from './until.js'
import { wecomSide } from './wecom.js'

const cast: Cast[] = ['director', 'eastManager', 'wang', 'zhao', 'admin']

const sides: Record<
  Platform,
  (clock: AdjustableClock, members: readonly Member[]) => FarSide | Promise<FarSide>
> = {
  sandbox: (_clock, members) => sandboxSide(members),
  wecom: wecomSide,
  dingtalk: dingtalkSide,
  feishu: feishuSide,
}

/**
 * The whole product with one messenger in front of it, over that platform's own wires, on a database of its own.
 * Tests read like chat logs; the clock is pushed by hand, the platform's with it.
 */
export async function startStage(
  platform: Platform,
  {
    log = silentLog,
    clock = createManualClock(wednesdayMorning),
  }: { log?: Log; clock?: AdjustableClock } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-stage-'))
  const database = await newDatabase()
  const far = await sides[platform](
    clock,
    cast.map((key) => ({ key, name: nameOf(key) })),
  )
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    SANDBOX: platform === 'sandbox' ? 'on' : 'off',
    DEMO: 'off',
    LOG_LEVEL: 'silent',
    PUBLIC_URL: 'http://127.0.0.1',
  })
  const running = await start(
    { ...config, platforms: { ...config.platforms, ...far.settings } },
    { log, dist: join(folder, 'dist'), clock },
  )
  const company = await makeCompany(running.core, { only: cast, platform, accountOf: far.accountOf })
  await far.open(running)

  function person(key: Cast) {
    const account = far.accountOf(key)

    async function find(words: string, fits: (message: Seen) => boolean = () => true): Promise<Seen> {
      let chat: Seen[] = []
      let found: Seen | undefined
      const look = async () => {
        await running.idle()
        chat = await far.chatOf(account)
        found = chat.toReversed().find((message) => wordsOf(message).includes(words) && fits(message))
        return found !== undefined
      }
      await until(look, words).catch(() => {
        throw new Error(`${key} does not see “${words}”, but:\n${chat.map(wordsOf).join('\n')}`)
      })
      if (!found) throw new Error(words)
      return found
    }

    return {
      key,
      account,
      id: company.people[key].id,
      /** Waits until these words stand in the chat. @returns all words of the message. */
      sees: async (words: string): Promise<string> => wordsOf(await find(words)),
      /** The message as it looks now; it may be pressed later, when the product thinks otherwise of it. */
      card: (words: string): Promise<Seen> => find(words, ({ kind }) => kind === 'card'),
      async seesNo(words: string): Promise<void> {
        await running.idle()
        const found = (await far.chatOf(account)).find((message) => wordsOf(message).includes(words))
        if (found) throw new Error(`${key} sees “${words}”: ${wordsOf(found)}`)
      },
      writes: (words: string): Promise<void> => far.says(account, words),
      /** Presses a button by what stands on it, on the newest card that has it. @returns what the person is told. */
      async clicks(label: string, values: Record<string, string> = {}): Promise<string> {
        const message = await find(`[${label}]`)
        return this.presses(message, label, values)
      },
      async presses(message: Seen, label: string, values: Record<string, string> = {}): Promise<string> {
        const button = message.buttons.find((one) => one.label === label)
        if (!button) throw new Error(`no button “${label}”: ${wordsOf(message)}`)
        const notice = await far.presses(account, message, button.id, values)
        await running.idle()
        return notice
      },
      /** Presses a button that is asked about, and says yes where the card itself asks. */
      async confirms(label: string): Promise<string> {
        const said = await this.clicks(label)
        return said.includes('确定吗') ? this.clicks(`确认${label}`) : said
      },
      /** Rings beside messages. */
      async urges(): Promise<string[]> {
        await running.idle()
        await far.chatOf(account)
        return far.urgesOf(account)
      },
    }
  }

  return {
    platform,
    far,
    running,
    core: running.core,
    company,
    customer: {
      async writes(words: string): Promise<void> {
        await far.customerWrites(words)
        await running.idle()
      },
    },
    rep: person('wang'),
    colleague: person('zhao'),
    manager: person('eastManager'),
    director: person('director'),
    admin: person('admin'),
    /** Pushes the clock, on both sides, and lets everything that is due then happen. */
    async passes(span: string): Promise<void> {
      await running.idle()
      clock.advance(spanMs(span))
      running.wake()
      await running.idle()
    },
    async stop(): Promise<void> {
      await running.stop()
      await far.stop()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Stage = Awaited<ReturnType<typeof startStage>>
