import { afterEach, beforeEach, expect, it } from 'vitest'
import { callHttp } from '../../adapters/dingtalk/http.js'
import { startDingtalk, type DingtalkSimulator } from '../simulators/dingtalk/start.js'

let sim: DingtalkSimulator
beforeEach(async () => {
  sim = await startDingtalk()
})
afterEach(() => sim.stop())

const call = (url: string) => callHttp({ method: 'POST', url, headers: {}, body: {}, timeoutMs: 50 })

it('tells a call that left and was not answered from one that never left', async () => {
  const route = '/v1.0/robot/oToMessages/batchSend'
  sim.fault(route, { kind: 'silence' })
  await expect(call(`${sim.origin}${route}`)).rejects.toMatchObject({ code: 'timeout', retryable: true })
  expect(sim.callsOf(route)).toHaveLength(1)
  const closed = await startDingtalk()
  await closed.stop()
  await expect(call(closed.origin)).rejects.toMatchObject({ code: 'unreachable', retryable: true })
})
