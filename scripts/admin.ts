/**
 * Makes the first administrator of an installation, or promotes somebody who is known already.
 *
 *     npm run admin -- feishu ou_0123456789abcdef 张三
 */
import { DomainError } from '../core/errors.js'
import { appointAdmin } from '../core/org/first-admin.js'
import { platforms } from '../core/ports/platform.js'
import { Refusal, runCommand, withInstallation } from './local/installation.js'

const usage = `用法：npm run admin -- <平台> <账号> <姓名>
平台：${platforms.join('、')}。账号是那个平台上的：企业微信和钉钉为 userid，飞书为 open_id（ou_…）。`

const says = {
  made: (name: string) => `${name} 已是管理员，可以用这个账号登录了。`,
  promoted: (name: string) => `${name} 已升为管理员。`,
  unchanged: (name: string) => `${name} 本来就是管理员，没有改动。`,
}

const refusals: Record<string, (data: Record<string, unknown>) => string> = {
  'account.taken': ({ name }) => `这个账号已经绑定给 ${String(name)}，没有改动。请核对账号，或换成这个姓名。`,
  'person.ambiguous': ({ name, count }) =>
    `有 ${String(count)} 位同名的 ${String(name)}，分不清是哪一位。请先让其中一位同步绑定账号，再用同样的账号运行。`,
}

async function main(): Promise<void> {
  const [platformName, externalId, ...words] = process.argv.slice(2)
  const name = words.join(' ').trim()
  const platform = platforms.find((one) => one === platformName)
  if (!platform || !externalId || externalId.length > 128 || !name || name.length > 60)
    throw new Refusal(usage)
  await withInstallation(async ({ core }) => {
    try {
      const { person, outcome } = await core.write((tx) =>
        appointAdmin(tx, core, { platform, externalId, name }),
      )
      console.log(says[outcome](person.name))
    } catch (error) {
      if (error instanceof DomainError && refusals[error.code])
        throw new Refusal(refusals[error.code]?.(error.data))
      throw error
    }
  })
}

await runCommand(main)
