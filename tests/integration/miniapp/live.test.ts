import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { liveEventSchema, type LiveEvent } from '../../../miniapp/contract/live.js'
import { makeCompany, makeLead } from '../../support/miniapp-data.js'
import { startMiniapp, type MiniappHost } from '../../support/miniapp-host.js'

/** A change has to be visible within this. */
const soonMs = 1000

describe('live pages', () => {
  let host: MiniappHost

  beforeEach(async () => {
    host = await startMiniapp()
    await makeCompany(host.core)
  })
  afterEach(() => host.end())

  /** Listens as this person. `hears` waits for an event; `heard` is all there was so far. */
  async function listen(who: string) {
    const { cookie } = await host.signIn(who)
    const response = await fetch(`${host.origin}/api/live`, { headers: { cookie } })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const heard: LiveEvent[] = []
    const waiting = new Set<() => void>()
    void (async () => {
      const decoder = new TextDecoder()
      for await (const chunk of response.body ?? []) {
        for (const [, json = ''] of decoder.decode(chunk as Uint8Array).matchAll(/^data: (.*)$/gm))
          heard.push(liveEventSchema.parse(JSON.parse(json)))
        for (const wake of waiting) wake()
      }
    })().catch(() => {})
    return {
      heard,
      hears: (kind: string) =>
        new Promise<LiveEvent>((resolve, reject) => {
          const late = setTimeout(() => reject(new Error(`${who} did not hear ${kind}`)), soonMs)
          const look = () => {
            const found = heard.find((event) => event.kind === kind)
            if (!found) return
            clearTimeout(late)
            waiting.delete(look)
            resolve(found)
          }
          waiting.add(look)
          look()
        }),
    }
  }

  it('tells a change within a second, as ids, to those who may see the row and to nobody else', async () => {
    const [wang, li, zhou, support] = await Promise.all(['wang', 'li', 'zhou', 'support'].map(listen))
    const id = await makeLead(host.core, { owner: 'wang' })

    expect(await wang?.hears('lead.given')).toEqual({
      subjectType: 'lead',
      subjectId: id,
      kind: 'lead.given',
    })
    expect(await li?.hears('lead.given')).toMatchObject({ subjectId: id })
    expect(zhou?.heard).toEqual([])
    expect(support?.heard).toEqual([])
  })

  it('tells the one who lost a lead that it is gone, and nothing more', async () => {
    const id = await makeLead(host.core)
    const wang = await listen('wang')
    const chen = await listen('chen')
    await (await host.signIn('li')).post(`/leads/${id}/reassign`, { personId: 'chen' })

    await wang.hears('gone')
    await (await host.signIn('chen')).post(`/leads/${id}/viewed`)
    await chen.hears('lead.viewed')
    expect(new Set(wang.heard.map(({ kind }) => kind))).toEqual(new Set(['gone']))
  })

  it('refuses a stream without a session', async () => {
    expect((await fetch(`${host.origin}/api/live`)).status).toBe(401)
  })
})
