import { describe, expect, it } from 'vitest'
import { createSignInProof } from '../../adapters/shared/sign-in-proof.js'
import { createManualClock } from '../../core/ports/clock.js'
import type { Identity } from '../../core/ports/identity.js'
import { createMemoryKeys } from '../support/wecom-stand.js'

const dayMs = 86_400_000

function stand(publicUrl = 'https://crm.example.com') {
  const clock = createManualClock('2026-03-11T02:00:00.000Z')
  const keys = createMemoryKeys(clock)
  const warned: string[] = []
  const log = {
    info: () => undefined,
    error: () => undefined,
    warn: (_: object, line: string) => void warned.push(line),
  }
  const answers: Record<string, Awaited<ReturnType<Identity['redeem']>>> = {
    good: { externalId: 'wang' },
    other: 'outsider',
  }
  const identity: Identity = { platform: 'wecom', redeem: async (code) => answers[code] ?? null }
  const at = (url: string) => createSignInProof(identity, { keys, clock, log, publicUrl: url })
  return { clock, keys, warned, at, proof: at(publicUrl) }
}
const where = { check: 'wecom.sign-in-browser', mend: '在后台填 https://crm.example.com/app/' }

describe('the addresses for signing in', () => {
  it('are asked to be compared while nobody has signed in', async () => {
    const { proof } = stand()
    await proof.identity.redeem('other', 'browser')
    await proof.identity.redeem('forged', 'browser')
    expect(await proof.finding('browser', where)).toMatchObject({ state: 'skipped', mend: where.mend })
  })

  it('are proven for thirty days by a sign-in of the same way, at the same address', async () => {
    const { proof, at, clock } = stand()
    expect(await proof.identity.redeem('good', 'browser')).toEqual({ externalId: 'wang' })
    expect(await proof.finding('browser', where)).toMatchObject({ state: 'ok' })
    expect(await proof.finding('client', where)).toMatchObject({ state: 'skipped' })
    expect(await at('https://new.example.com').finding('browser', where)).toMatchObject({ state: 'skipped' })
    clock.advance(20 * dayMs)
    await proof.identity.redeem('good', 'browser')
    clock.advance(29 * dayMs)
    expect(await proof.finding('browser', where)).toMatchObject({ state: 'ok' })
    clock.advance(2 * dayMs)
    expect(await proof.finding('browser', where)).toMatchObject({ state: 'skipped' })
  })

  it.each(['http://crm.example.com', 'http://127.0.0.1:3000', 'https://localhost'])(
    'cannot be %s: platforms send nobody there',
    async (address) => {
      const { proof } = stand(address)
      const finding = await proof.finding('browser', where)
      expect(finding).toMatchObject({ state: 'warning', mend: expect.stringContaining('PUBLIC_URL') })
      expect(finding.mend).toContain(where.mend)
    },
  )

  it('do not keep anybody out when the proof cannot be written', async () => {
    const { proof, keys, warned } = stand()
    keys.put = () => Promise.reject(new Error('the disk is full'))
    expect(await proof.identity.redeem('good', 'client')).toEqual({ externalId: 'wang' })
    expect(warned).toHaveLength(1)
  })
})
