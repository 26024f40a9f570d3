import { describe, expect, it, vi } from 'vitest'
import { spanMs } from '../../../core/deadlines/ladder.js'
import { faultPoints, type FaultPoint } from '../../../core/fault-points.js'
import { startProcess, within, type End } from '../../support/process.js'
import {
  customerWrites,
  fiveMinutesPass,
  makeStage,
  managerDispatches,
  managerTakesOver,
  repAccepts,
  type Act,
  type Moment,
  type Stage,
} from './stage.js'
import { expectWhole, type Outcome } from './whole.js'

// Five stories at a time, each with a process and a database of its own: on MariaDB, where a new schema takes seconds,
// and on a busy machine a story may take a minute. Waits inside it have their own, shorter ends.
vi.setConfig({ testTimeout: 120_000 })

interface Story {
  when: string
  from: Moment
  act: Act
  points: FaultPoint[]
  then: Outcome
}

const sending: FaultPoint[] = [
  'relay.after-claim',
  'relay.before-commit',
  'relay.after-commit',
  'delivery.after-claim',
  'delivery.after-send',
  'delivery.before-receipt-commit',
]

const stories: Story[] = [
  {
    when: 'a customer writes',
    from: 'nothing yet',
    act: customerWrites,
    points: [
      'inbox.before-commit',
      'inbox.after-commit',
      'pipeline.before-commit',
      'pipeline.after-commit',
      ...sending,
    ],
    then: {
      lead: 'offered',
      owner: null,
      offers: ['open'],
      deadlines: ['lead.accept waiting'],
      cards: { wang: ['新线索'] },
    },
  },
  {
    when: 'the rep accepts',
    from: 'offered',
    act: repAccepts,
    points: [
      'inbox.before-commit',
      'inbox.after-commit',
      'tap.before-commit',
      'tap.after-commit',
      'relay.before-commit',
      'card-update.after-send',
    ],
    then: {
      lead: 'owned',
      owner: 'wang',
      offers: ['accepted'],
      deadlines: ['lead.accept met'],
      cards: { wang: ['已接单'] },
    },
  },
  {
    when: 'five minutes pass',
    from: 'offered',
    act: fiveMinutesPass,
    points: [
      'clock.after-commit',
      'deadline.after-claim',
      'deadline.before-commit',
      'deadline.after-commit',
      'relay.before-commit',
      'delivery.after-send',
      'delivery.before-urge',
      'reminder.after-handed',
      'reminder.after-send',
      'card-update.after-send',
    ],
    then: {
      lead: 'queued',
      owner: null,
      offers: ['expired'],
      deadlines: ['lead.accept done', 'lead.dispatch waiting'],
      cards: { wang: ['超时未接'], eastManager: ['线索超时未接'] },
    },
  },
  {
    when: 'the manager takes the lead',
    from: 'queued',
    act: managerTakesOver,
    points: ['inbox.after-commit', 'tap.before-commit', 'tap.after-commit', 'delivery.after-send'],
    then: {
      lead: 'owned',
      owner: 'eastManager',
      offers: ['expired'],
      deadlines: ['lead.accept done', 'lead.dispatch met', 'lead.view waiting'],
      cards: { wang: ['已由主管接手'], eastManager: ['已处理', '线索归你'] },
    },
  },
  {
    when: 'the manager gives the lead to a rep',
    from: 'queued',
    act: managerDispatches,
    points: ['tap.before-commit', 'tap.after-commit', 'relay.after-commit'],
    then: {
      lead: 'owned',
      owner: 'zhao',
      offers: ['expired'],
      deadlines: ['lead.accept done', 'lead.dispatch met', 'lead.view waiting'],
      cards: { wang: ['超时未接'], eastManager: ['已处理'], zhao: ['线索归你'] },
    },
  },
]

describe.each(stories)('when $when', ({ from, act, points, then }) => {
  it.concurrent.each(points)('and the process is killed at %s, nothing is lost or doubled', async (point) => {
    const stage = await makeStage(from, { doubleCallbacks: false })
    try {
      expect(await dieAt(point, stage, act)).toEqual({ code: null, signal: 'SIGKILL' })
      await goOn(stage, then)
    } finally {
      await stage.clear()
    }
  })
})

/** After the effect and before the platform knows of it: here a repeat could do it again. */
const repeatable = (points: FaultPoint[]) =>
  points.filter((point) => /^(inbox|pipeline|tap)\.after/.test(point))
const repeated = stories.filter((story) => repeatable(story.points).length > 0)

describe.each(repeated)('when $when and every callback comes twice', ({ from, act, points, then }) => {
  it.concurrent.each(repeatable(points))('and the process is killed at %s', async (point) => {
    const stage = await makeStage(from, { doubleCallbacks: true })
    try {
      expect(await dieAt(point, stage, act)).toEqual({ code: null, signal: 'SIGKILL' })
      await goOn(stage, then)
    } finally {
      await stage.clear()
    }
  })
})

describe('a process that dies again and again', () => {
  it('comes to the same end', async () => {
    const [story] = stories
    if (!story) throw new Error('there is no story')
    const stage = await makeStage(story.from, { doubleCallbacks: true })
    try {
      expect((await dieAt('inbox.after-commit', stage, story.act)).signal).toBe('SIGKILL')
      for (const point of ['pipeline.after-commit', 'relay.before-commit', 'delivery.after-send'] as const) {
        expect((await dieAt(point, stage, leaseEnds)).signal).toBe('SIGKILL')
      }
      await goOn(stage, story.then)
    } finally {
      await stage.clear()
    }
  })
})

it('passes every named point in one of the stories', () => {
  const passed = new Set(stories.flatMap((story) => story.points))
  expect(faultPoints.filter((point) => !passed.has(point))).toEqual([])
  expect(passed.size).toBeGreaterThanOrEqual(12)
})

/** Starts the product armed for `point`, lets `act` happen and waits for its death. */
async function dieAt(point: FaultPoint, stage: Stage, act: Act): Promise<End> {
  const product = startProcess(stage.folder, { ...stage.env, FAULT_POINT: point })
  try {
    // A process that finds old work may die of it before it listens.
    const origin = await Promise.race([product.origin, product.ended.then(() => null)])
    // The answer may never come: that is the point.
    if (origin) await act(origin, stage.company).catch(() => undefined)
    return await within(20_000, `dying at ${point}`, product.ended)
  } catch (error) {
    throw new Error(`${String(error)}\n${product.output()}`, { cause: error })
  } finally {
    product.kill()
  }
}

const leaseEnds: Act = (origin) =>
  fetch(`${origin}/sandbox/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ms: spanMs('1m') }),
  })

/** The next start: it finds what the dead one left behind and brings it to its end. */
async function goOn(stage: Stage, outcome: Outcome): Promise<void> {
  const running = await stage.open()
  try {
    await running.idle()
    // First the leases of the dead one run out: those on a MySQL database, which several processes may share. Then a
    // card that it was showing is shown once more, when nothing of it can be on its way any longer.
    for (const span of ['1m', '1m']) {
      running.clock.advance(spanMs(span))
      running.wake()
      await running.idle()
    }
    await expectWhole(running, stage, outcome)
  } finally {
    await running.stop()
  }
}
