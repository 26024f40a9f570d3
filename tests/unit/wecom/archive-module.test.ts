import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadArchive } from '../../../adapters/wecom/archive-module.js'
import { ConfigError } from '../../../core/errors.js'

const message = {
  ...{ type: 'message', platform: 'wecom', eventId: 'a1', at: '2026-11-16T01:00:00.000Z' },
  ...{ sender: { externalId: 'wm1', internal: false }, chat: { id: 'archive:1', type: 'group' } },
  ...{ messageId: 'a1', text: '要报价', toBot: false },
}

describe('a module that reads the archive', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'archive-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  async function written(code: string): Promise<string> {
    const path = join(folder, 'archive.mjs')
    await writeFile(path, code)
    return path
  }

  it('is loaded from its path and told the company', async () => {
    const path = await written(`export const openArchive = async ({ corpId }) => ({
      read: async (after) => ({ messages: [{ ...${JSON.stringify(message)}, text: corpId }], last: after + 1 }),
    })`)
    const archive = await loadArchive(path, 'ww1')
    expect(await archive.read(4)).toEqual({ messages: [{ ...message, text: 'ww1' }], last: 5 })
  })

  it.each([
    ['cannot be loaded', 'export const openArchive = ('],
    ['exports no function openArchive', 'export const open = 1'],
    ['openArchive failed: no licence', 'export const openArchive = () => { throw new Error("no licence") }'],
    ['openArchive gives nothing with a function read', 'export const openArchive = () => ({})'],
  ])('is refused at the start when it does not fit: %s', async (problem, code) => {
    const refused = loadArchive(await written(code), 'ww1')
    await expect(refused).rejects.toBeInstanceOf(ConfigError)
    await expect(refused).rejects.toThrow(new RegExp(`WECOM_ARCHIVE_MODULE: .*${problem}`))
  })

  it('is refused when it is not there', async () => {
    await expect(loadArchive(join(folder, 'none.mjs'), 'ww1')).rejects.toBeInstanceOf(ConfigError)
  })

  it('is not believed when it hands over something else than messages', async () => {
    const path = await written(
      'export const openArchive = () => ({ read: async () => ({ messages: [{ text: 1 }], last: 1 }) })',
    )
    const archive = await loadArchive(path, 'ww1')
    await expect(archive.read(0)).rejects.toThrow(/does not fit at messages\.0/)
  })
})
