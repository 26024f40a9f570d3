import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insertRows } from '../../../core/db/rows.js'
import { PlatformError } from '../../../core/errors.js'
import { mostAsked } from '../../../core/org/directory-asking.js'
import { DirectoryEntryEntity } from '../../../core/org/directory-entry.js'
import type { Whereabouts } from '../../../core/ports/directory.js'
import { createDirectorySyncJob } from '../../../jobs/directory-sync.js'
import { startCore, type TestCore } from '../../support/test-core.js'
import {
  departmentOf,
  directoryOf,
  organisation,
  personOf,
  silent,
  syncOnce,
  type Told,
} from '../../support/told-directory.js'

describe('people whom a walk of a part of the company does not meet', () => {
  let test: TestCore
  let told: Told
  let asked: string[]
  let said: Map<string, Whereabouts | PlatformError>
  beforeEach(async () => {
    test = await startCore()
    asked = []
    said = new Map()
    told = {
      departments: [departmentOf('2', '销售部', ['li']), departmentOf('9', '财务部')],
      people: [
        personOf('li', '李经理', ['2']),
        personOf('wang', '王小明', ['2']),
        personOf('sun', '孙二', ['2']),
      ],
      isPartial: true,
      whereabouts: async (account) => {
        asked.push(account)
        const answer = said.get(account) ?? 'out-of-sight'
        if (answer instanceof PlatformError) throw answer
        return Promise.resolve(answer)
      },
    }
    await sync()
  })
  afterEach(() => test.close())

  const sync = () => syncOnce(test, directoryOf('wecom', told))
  const names = async () => (await organisation(test)).people.map((line) => line.split(' ')[0]).sort()
  const loses = (...accounts: string[]) => {
    told.people = told.people.filter(({ externalId }) => !accounts.includes(externalId))
  }
  const busy = (retryable: boolean) => new PlatformError({ platform: 'wecom', code: '45009', retryable })

  it('are asked for one by one, and only whom the platform calls gone has left', async () => {
    loses('wang', 'sun')
    said.set('wang', 'gone').set('sun', 'there')
    expect(await sync()).toMatchObject({ state: 'done', gone: 1, cursor: null })
    expect(asked).toEqual(['sun', 'wang'])
    expect(await names()).toEqual(['孙二', '李经理'].sort())
    expect(await test.core.read((tx) => test.core.org.findByAccount(tx, 'wecom', 'wang'))).toBeNull()
    expect(await test.core.read((tx) => test.core.directorySync.sight(tx, 'wecom'))).toEqual({
      apart: null,
      unseen: 1,
      isUnasked: false,
    })
  })

  it('are not asked for where the whole company is in sight', async () => {
    told.isPartial = false
    loses('wang')
    expect(await sync()).toMatchObject({ state: 'done', gone: 0 })
    expect(asked).toEqual([])
  })

  it('are not asked for after each event', async () => {
    loses('wang')
    const { core, clock } = test
    await core.write((tx) => core.directorySync.planSoon(tx, 'wecom'))
    clock.advance(15 * 60_000)
    const directories = [directoryOf('wecom', told)]
    await createDirectorySyncJob({ core, directories, log: silent, pause: () => Promise.resolve() }).run()
    expect((await core.read((tx) => core.directorySync.runs(tx, 'wecom', 1)))[0]).toMatchObject({
      cause: 'event',
      state: 'done',
    })
    expect(asked).toEqual([])
  })

  it('are asked for again while the platform is busy, and the rest of the run is carried out all the same', async () => {
    loses('sun')
    said.set('sun', busy(true))
    told.people.push(personOf('new', '新来的', ['2']))
    expect(await sync()).toMatchObject({ state: 'done', added: 1, failure: null })
    expect(asked.length).toBeGreaterThan(1)
    const { core } = test
    const sight = () => core.read((tx) => core.directorySync.sight(tx, 'wecom'))
    expect(await sight()).toMatchObject({ unseen: 1, isUnasked: true })
    said.set('sun', 'gone')
    expect(await sync()).toMatchObject({ gone: 1 })
    expect(await sight()).toMatchObject({ unseen: 0, isUnasked: false })
  })

  it('are asked for a thousand a run, the next run going on where the last one ended', async () => {
    const account = (n: number) => `old-${String(n).padStart(4, '0')}`
    const entries = Array.from({ length: mostAsked + 200 }, (_, n) => ({
      platform: 'wecom' as const,
      kind: 'person' as const,
      externalId: account(n),
      name: '老同事',
      title: '',
      parentExternalId: null,
      leaderExternalIds: [],
      departmentExternalIds: ['9'],
      managerExternalId: null,
      isActive: true,
      localId: test.core.ids.next(),
      seenRun: test.core.ids.next(),
      missing: 0,
    }))
    await test.core.write((tx) => insertRows(tx, DirectoryEntryEntity, entries))
    await sync()
    expect(asked.toSorted()).toEqual(entries.slice(0, mostAsked).map(({ externalId }) => externalId))
    expect(await test.core.read((tx) => test.core.directorySync.sight(tx, 'wecom'))).toMatchObject({
      unseen: mostAsked + 200,
      isUnasked: true,
    })
    asked = []
    await sync()
    expect(asked.slice(0, 200).toSorted()).toEqual(entries.slice(mostAsked).map((one) => one.externalId))
    expect(asked).toHaveLength(mostAsked)
  })
})
