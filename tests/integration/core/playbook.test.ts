import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../../core/actor.js'
import { createCore } from '../../../core/app.js'
import { documentNames, documents } from '../../../core/playbook/documents.js'
import { PlaybookVersionEntity } from '../../../core/playbook/playbook.js'
import { makeActor } from '../../support/make.js'
import { startCore, type TestCore } from '../../support/test-core.js'

const admin = systemActor('test')

describe('the playbook', () => {
  let run: TestCore
  beforeEach(async () => {
    run = await startCore()
  })
  afterEach(() => run.close())

  const rules = () => run.core.read((tx) => run.core.playbook.get(tx, 'assignment'))
  const save = (body: unknown, name = 'assignment') =>
    run.core.write((tx) => run.core.playbook.saveDraft(tx, admin, name, body, ''))
  const publish = (version: number) =>
    run.core.write((tx) => run.core.playbook.publish(tx, admin, 'assignment', version))
  const withCap = async (openLeadCap: number) => ({ ...(await rules()), openLeadCap })

  it.each(documentNames)('has a default for %s that its own schema accepts', (name) => {
    expect(documents[name].schema.safeParse(documents[name].defaults).error).toBeUndefined()
  })

  it('puts a draft in force only when it is published', async () => {
    const { version } = await save(await withCap(7))
    expect((await rules()).openLeadCap).toBe(30)
    await publish(version)
    expect((await rules()).openLeadCap).toBe(7)
  })

  it('names the field that is wrong, and stores nothing', async () => {
    const weights = { freeLoad: 50, winRate: 50, familiarity: 50 }
    await expect(
      save({ ...(await rules()), weights, openLeadCap: 0, unviewedPenaltyPercent: 'viel' }),
    ).rejects.toMatchObject({
      code: 'playbook.invalid',
      data: {
        problems: expect.arrayContaining([
          expect.objectContaining({ path: 'openLeadCap' }),
          expect.objectContaining({ path: 'unviewedPenaltyPercent' }),
        ]),
      },
    })
    await expect(save({ ...(await rules()), weights })).rejects.toMatchObject({
      data: { problems: [{ message: '三项权重合计要等于 100' }] },
    })
    expect(await run.core.read((tx) => run.core.playbook.history(tx, 'assignment'))).toEqual([])
  })

  it.each(['no-such-document', '__proto__', 'constructor'])('knows no document %s', async (name) => {
    await expect(save({}, name)).rejects.toMatchObject({ code: 'playbook.unknown' })
  })

  it('is changed by admins only, whoever asks', async () => {
    const rep = await makeActor(run.core, 'rep')
    const { core } = run
    const denied = { code: 'permission.denied' }
    const calendar = await core.read((tx) => core.playbook.get(tx, 'calendar'))
    await expect(
      core.write((tx) => core.playbook.saveDraft(tx, rep, 'calendar', calendar, '')),
    ).rejects.toMatchObject(denied)
    await expect(core.write((tx) => core.playbook.publish(tx, rep, 'calendar', 1))).rejects.toMatchObject(
      denied,
    )
    await expect(core.write((tx) => core.playbook.rollBack(tx, rep, 'calendar', 1))).rejects.toMatchObject(
      denied,
    )
  })

  it('goes back to an earlier version as a new one: history only grows', async () => {
    for (const cap of [5, 6]) await publish((await save(await withCap(cap))).version)
    await run.core.write((tx) => run.core.playbook.rollBack(tx, admin, 'assignment', 1))
    expect((await rules()).openLeadCap).toBe(5)
    const history = await run.core.read((tx) => run.core.playbook.history(tx, 'assignment'))
    expect(history.map(({ version, state }) => [version, state])).toEqual([
      [3, 'published'],
      [2, 'archived'],
      [1, 'archived'],
    ])
  })

  it('refuses to publish what is no draft, and leaves the old rules in force', async () => {
    await publish((await save(await withCap(5))).version)
    await expect(publish(1)).rejects.toMatchObject({ code: 'playbook.version_not_found' })
    await expect(publish(99)).rejects.toMatchObject({ code: 'playbook.version_not_found' })
    expect((await rules()).openLeadCap).toBe(5)
  })

  it('numbers drafts that are saved at the same moment, each with its own number', async () => {
    const body = await rules()
    const ends = await Promise.allSettled(Array.from({ length: 4 }, () => save(body)))
    const versions = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.version] : []))
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 4 }, (_, n) => n + 1))
  })

  it('runs on its default when a stored document no longer fits its schema', async () => {
    const { version } = await save(await withCap(5))
    await publish(version)
    await run.core.write((tx) =>
      tx.getRepository(PlaybookVersionEntity).update({ version }, { body: { from: 'another time' } }),
    )
    const restarted = createCore({ ...run.core, database: run.database })
    expect(await restarted.read((tx) => restarted.playbook.get(tx, 'assignment'))).toEqual(
      documents.assignment.defaults,
    )
  })

  it('keeps the rules in force when a publication rolls back', async () => {
    const { version } = await save(await withCap(5))
    const failed = run.core.write(async (tx) => {
      await run.core.playbook.publish(tx, admin, 'assignment', version)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect((await rules()).openLeadCap).toBe(30)
  })
})
