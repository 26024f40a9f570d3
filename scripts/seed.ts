/**
 * The demo company by hand, beside a server that may be running.
 *
 *     npm run seed                  makes it in an empty database
 *     npm run demo:reset            takes it out and makes it anew
 *     npm run seed -- --remove      takes it out: real records stay
 */
import { seedDemo } from '../core/demo/seed.js'
import { removeDemo } from '../core/demo/remove.js'
import { DomainError } from '../core/errors.js'
import { Refusal, runCommand, withInstallation, type Installation } from './local/installation.js'

const options = process.argv.slice(2)

async function main({ config, ...installation }: Installation): Promise<void> {
  const unknown = options.filter((option) => option !== '--reset' && option !== '--remove')
  if (unknown.length > 0)
    throw new Refusal(`不认识的参数：${unknown.join(' ')}。可以用 --reset 或 --remove。`)
  if (options.includes('--remove')) return remove(installation)
  if (!config.sandbox)
    throw new Refusal(
      'SANDBOX=off：这里连着正式平台，不放演示数据。要移除演示数据，运行 npm run seed -- --remove',
    )
  if (options.includes('--reset')) await remove(installation)
  await seed(installation, config.timeZone)
}

async function remove({ core, files }: Omit<Installation, 'config'>): Promise<void> {
  const { removed, handedBack, resealed, fileIds } = await removeDemo(core)
  for (const id of fileIds) await files.remove(id)
  const rows = Object.values(removed).reduce((sum, n) => sum + n, 0)
  console.log(rows === 0 ? '没有演示数据。' : `演示数据已移除，共 ${rows} 行。`)
  const { leads, customers, deals } = handedBack
  if (leads.length > 0) console.log(`${leads.length} 条真实线索原来在演示人员手上，已转入待指派队列。`)
  if (customers.length + deals.length > 0)
    console.log(
      `${customers.length} 个真实客户、${deals.length} 个真实商机现在没有负责人，请管理员重新指定。`,
    )
  if (resealed.length > 0) console.log(`${resealed.join('、')} 的封存已重新计算。`)
}

async function seed(
  { database, core, files }: Omit<Installation, 'config'>,
  timeZone: string,
): Promise<void> {
  try {
    const made = await seedDemo({ database, now: core.clock.now(), timeZone, fileStore: files })
    console.log(
      `演示公司已就绪：${made.people} 个人、${made.leads} 条线索、${made.deals} 个商机、${made.followUps} 条跟进、${made.openTasks} 项待办。`,
    )
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'demo.not_empty') throw error
    throw new Refusal('数据库里已经有人员，不再放演示数据。要重做演示数据，运行 npm run demo:reset')
  }
}

await runCommand(() => withInstallation(main))
