import { Readable } from 'node:stream'
import type { Router } from '@koa/router'
import { DomainError } from '../../core/errors.js'
import { authorize } from '../../core/permissions/permissions.js'
import type { Doctor, WayIn } from '../../core/ports/doctor.js'
import { readWayIn } from '../../core/reports/ways-in.js'
import { examineSchema, type DoctorPlatforms } from '../contract/system.js'
import type { AddRoute } from './api.js'
import { readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { requireActor } from './guard.js'
import { parse } from './problems.js'
import { presentFinding } from './system-routes.js'

/** An examination asks the platform some twenty times: enough for somebody who mends and looks again. */
const examinations = { points: 12, windowMs: 60_000 }

/** Looks whether the platforms are set up right, and tells each finding as soon as it is there. */
export function addDoctorRoutes(router: Router, deps: ApiDeps, add: AddRoute): void {
  const { core, state, doctors = [] } = deps

  add('get', '/admin/doctor', async (_ctx, actor): Promise<DoctorPlatforms> => {
    authorize(actor, 'organisation.edit')
    return { platforms: doctors.map(({ platform }) => platform) }
  })

  router.post('/admin/doctor', async (ctx) => {
    const actor = await requireActor(core, ctx)
    authorize(actor, 'organisation.edit')
    const { platform, personId } = parse(examineSchema, await readJson(ctx))
    const doctor = doctors.find((one) => one.platform === platform)
    if (!doctor) throw new DomainError('request.not_found')
    if ((await state.take(`doctor:${actor.personId}`, examinations)) > 0)
      throw new DomainError('request.too_many')
    const accounts = personId ? await core.read((tx) => core.org.accountsOf(tx, personId)) : []
    const account = accounts.find((one) => one.platform === platform)
    if (personId && !account) throw new DomainError('account.none_there', { platform })
    const wayIn = await core.read((tx) => readWayIn(tx, platform, core.clock.now()))
    ctx.type = 'application/x-ndjson'
    // A proxy that waits for the end would show all findings at once, minutes later.
    ctx.set('x-accel-buffering', 'no')
    ctx.body = Readable.from(lines(doctor, wayIn, account?.externalId))
  })
}

async function* lines(
  doctor: Doctor,
  wayIn: WayIn,
  testRecipient: string | undefined,
): AsyncGenerator<string> {
  for await (const finding of doctor.examine({ wayIn, ...(testRecipient ? { testRecipient } : {}) }))
    yield `${JSON.stringify(presentFinding(finding))}\n`
}
