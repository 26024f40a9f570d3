import { expect, it } from 'vitest'
import { InboxEntity } from '../../../core/inbox/inbox.js'
import { LeadEntity } from '../../../core/leads/lead.js'
import { postJson } from '../../support/http-client.js'
import { startProcess, within } from '../../support/process.js'
import { usesMysql } from '../../support/test-core.js'
import { makeStage } from '../crash/stage.js'

const good = { name: '陈静', phone: '13912345678', need: '想试用CRM', city: '苏州' }
const headers = { 'idempotency-key': 'one' }

it('carries a form on when the process died between storing it and its effect', async () => {
  const stage = await makeStage('nothing yet', { doubleCallbacks: false })
  const product = startProcess(stage.folder, { ...stage.env, FAULT_POINT: 'inbox.after-commit' })
  await expect(postJson(await product.origin, '/intake/forms/website', good, headers)).rejects.toThrow()
  expect((await within(10_000, 'dying', product.ended)).signal).toBe('SIGKILL')

  const running = await stage.open()
  // The page that got no answer tries again while the sweeper is at it.
  const retry = await postJson(running.origin, '/intake/forms/website', good, headers)
  expect(retry.status).toBe(202)
  await running.idle()
  if (usesMysql) {
    running.clock.advance(60_000)
    running.wake()
    await running.idle()
  }
  const { leads, inbox } = await running.core.read(async (tx) => ({
    leads: await tx.getRepository(LeadEntity).find(),
    inbox: await tx.getRepository(InboxEntity).find(),
  }))
  expect(leads.map((lead) => [lead.phone, lead.state])).toEqual([['13912345678', 'offered']])
  expect(inbox.map((row) => row.state)).toEqual(['done'])
  await running.stop()
  await stage.clear()
})
