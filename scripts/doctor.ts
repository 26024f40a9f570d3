/**
 * Looks whether an installation is set up right, and says where to click to mend what is not. Exit code 1 when
 * something failed.
 *
 *     npm run doctor
 *     npm run doctor -- --platform feishu --to ou_0123456789abcdef    only this platform, with a test message
 */
import { parseArgs } from 'node:util'
import { examineInstallation, type ExamineInput } from './doctor/examine.js'
import { Refusal, runCommand } from './local/installation.js'

const signs = { ok: '✓', warning: '!', failed: '✗', skipped: '-' }
const platforms = ['wecom', 'dingtalk', 'feishu']

function input(): ExamineInput {
  try {
    const { values } = parseArgs({ options: { platform: { type: 'string' }, to: { type: 'string' } } })
    if (values.platform && !platforms.includes(values.platform)) throw new Error(values.platform)
    if (values.to && !values.platform) throw new Error('--to')
    return {
      ...(values.platform ? { platform: values.platform } : {}),
      ...(values.to ? { testRecipient: values.to } : {}),
    }
  } catch {
    throw new Refusal(
      `用法：npm run doctor [-- --platform ${platforms.join('|')} [--to 账号]]\n--to 要和 --platform 一起写：账号是那个平台上的。`,
    )
  }
}

async function main(): Promise<void> {
  const wanted = input()
  try {
    process.loadEnvFile()
  } catch {
    // No .env file: everything has a default.
  }
  const counts = { ok: 0, warning: 0, failed: 0, skipped: 0 }
  let shown = ''
  for await (const { part, finding } of examineInstallation(process.env, wanted)) {
    if (part !== shown) console.log(`\n${part}`)
    shown = part
    counts[finding.state] += 1
    console.log(`  ${signs[finding.state]} ${finding.found}`)
    if (finding.mend && finding.state !== 'ok') console.log(`    → ${finding.mend}`)
  }
  console.log(
    `\n${counts.ok} 项正常，${counts.warning} 项提醒，${counts.failed} 项失败，${counts.skipped} 项未检查`,
  )
  if (counts.failed > 0) process.exitCode = 1
}

await runCommand(main)
