import { start } from '../../bot/main.js'
import { silentLog } from '../../bot/log.js'
import { systemActor } from '../../core/actor.js'
import type { Core } from '../../core/app.js'
import { readConfig } from '../../core/config.js'
import { execute } from '../../core/db/sql.js'
import type { MessagePage, TapResult } from '../../adapters/sandbox/wire.js'
import { makeCompany } from '../support/company.js'
import { postJson, ask } from '../support/http-client.js'
import { makeDatabase, type Engine } from './databases.js'
import { percentile, type Bench } from './report.js'

const taps = 200
const pageSize = 50

/** A rep taps 接单; measured over HTTP until the answer is there and the card in the chat is the new one. */
export const tapBenches = (engine: Engine): Bench[] => [
  {
    name: `${engine}: card tap → new state on the card`,
    group: 'tap',
    async run() {
      const database = await makeDatabase(engine)
      const config = readConfig({
        PORT: '0',
        DATA_DIR: database.folder,
        DATABASE_URL: database.url,
        DEMO: 'off',
      })
      const product = await start(config, { log: silentLog, dist: database.folder })
      const { core, origin, sandbox } = product
      await makeCompany(core, { only: ['director', 'eastManager', 'wang'] })
      await core.write((tx) => execute(tx, 'UPDATE people SET openLeadCap = 1000000'))
      sandbox?.accounts.put({ externalId: 'wang', name: '王小明', group: 'rep' })
      const times: number[] = []
      for (let done = 0; done < taps; done += pageSize) {
        for (let i = done; i < done + pageSize; i += 1) await addLead(core, i)
        await product.idle()
        const cards = (await cardsOf(origin)).filter((message) =>
          message.card?.actions?.some((action) => action.id === 'accept'),
        )
        for (const { id } of cards) {
          const startedAt = performance.now()
          const body = { as: 'wang', messageId: id, actionId: 'accept', values: {} }
          const answer = await postJson(origin, '/sandbox/taps', body)
          times.push(performance.now() - startedAt)
          const { outcome } = answer.json() as TapResult
          if (outcome !== 'answered') throw new Error(`a tap was ${outcome}`)
        }
        await product.idle()
      }
      const open = (await cardsOf(origin)).filter(({ card }) => !card?.title.startsWith('已接单'))
      if (times.length < taps || open.length > 0) throw new Error(`${times.length} taps, ${open.length} open`)
      await product.stop()
      await database.drop()
      return [
        { name: 'p50', value: percentile(times, 0.5), unit: 'ms', target: null },
        { name: 'p99', value: percentile(times, 0.99), unit: 'ms', target: { atMost: 200 } },
      ]
    },
  },
]

async function addLead(core: Core, number: number): Promise<void> {
  const phone = `139${String(number).padStart(8, '0')}`
  await core.write((tx) =>
    core.intake.capture(tx, systemActor('bench'), {
      lead: { name: '张伟', company: '杭州云帆科技', phone, need: '想了解CRM的报价', source: 'chat' },
      channel: 'sandbox',
      chatName: '华东客户群',
      senderName: '张伟',
      text: '我们在杭州，想了解CRM的报价',
    }),
  )
}

async function cardsOf(origin: string) {
  const page = await ask(origin, '/sandbox/chats/bot%3Awang/messages?as=wang')
  return (page.json() as MessagePage).messages.filter((message) => message.card)
}
