import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { toParentSchema, type Order } from './messages.js'

const workerFile = fileURLToPath(new URL('worker.ts', import.meta.url))
const loader = new URL('../support/typescript.mjs', import.meta.url).href
const answerWithinMs = 20_000
/** A process that cannot start (its database is away) is tried again after this long, as systemd would. */
const restartAfterMs = 250
const stopWithinMs = 30_000

export interface FleetInput {
  folder: string
  double: string
  /** Variables of each process, one entry a process. */
  env: readonly Record<string, string>[]
  clockOffsetMs: number
}

interface Member {
  index: number
  child: ChildProcess | null
  origin: string | null
  /** The named point at which the next start is told to die. */
  dieAt: string | null
  output: string
}

export type Fleet = ReturnType<typeof startFleet>

/** Real processes of the product: kept alive, killed on demand. */
export function startFleet({ folder, double, env, clockOffsetMs }: FleetInput) {
  const members: Member[] = env.map((_, index) => ({
    index,
    child: null,
    origin: null,
    dieAt: null,
    output: '',
  }))
  const waiting = new Map<number, (result: number | null) => void>()
  const counts = { kills: 0, restarts: -members.length, diedAtPoint: new Map<string, number>() }
  let offsetMs = clockOffsetMs
  let orders = 0
  let isClosing = false

  function open(member: Member): void {
    if (isClosing) return
    const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env
    const point = member.dieAt
    member.dieAt = null
    counts.restarts += 1
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--import', loader, workerFile, double, String(offsetMs)],
      {
        cwd: folder,
        env: { PATH, HOME, TMPDIR, ...env[member.index], ...(point ? { FAULT_POINT: point } : {}) },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    )
    member.child = child
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        member.output = (member.output + chunk.toString('utf8')).slice(-200_000)
      })
    child.on('message', (message) => {
      const told = toParentSchema.parse(message)
      if ('origin' in told) member.origin = told.origin
      else waiting.get(told.answerTo)?.(told.result)
    })
    child.once('exit', (code, signal) => {
      member.child = null
      member.origin = null
      if (signal === 'SIGKILL' && point) counts.diedAtPoint.set(point, 1)
      if (signal === 'SIGKILL') counts.kills += 1
      void pause(code === 0 || signal ? 0 : restartAfterMs).then(() => open(member))
    })
  }

  async function ask(member: Member, order: Order): Promise<number | null> {
    const { child } = member
    if (!child?.connected || !member.origin) return null
    const id = ++orders
    const answer = new Promise<number | null>((done) => waiting.set(id, done))
    child.send({ id, ...order }, () => undefined)
    const result = await Promise.race([answer, pause(answerWithinMs, null, { ref: false })])
    waiting.delete(id)
    return result
  }

  async function askAnybody(question: Order): Promise<number | null> {
    for (const member of members) {
      const answer = await ask(member, question)
      if (answer !== null) return answer
    }
    return null
  }

  for (const member of members) open(member)

  return {
    counts,
    /** Addresses of the processes that listen now. */
    origins: (): string[] => members.flatMap(({ origin }) => origin ?? []),
    output: (): string => members.map(({ output }) => output).join('\n'),
    clockOffsetMs: () => offsetMs,

    /** Ends a process by SIGKILL; the supervisor starts it again, told to die at `dieAt` when that is given. */
    kill(index: number, dieAt: string | null): void {
      const member = members[index]
      if (!member) return
      member.dieAt = dieAt
      member.child?.kill('SIGKILL')
    },

    /** Pushes everybody's clock, also of those that are about to start. */
    async jumpClock(ms: number): Promise<void> {
      offsetMs += ms
      await Promise.all(members.map((member) => ask(member, { do: 'set-clock', offsetMs })))
    },

    async limitPages(isFull: boolean): Promise<void> {
      await Promise.all(members.map((member) => ask(member, { do: 'limit-pages', isFull })))
    },

    /** Work that is left, as one of the processes sees it; null while nobody can tell. */
    unfinished: (): Promise<number | null> => askAnybody({ do: 'count-unfinished' }),

    /** Steps of deadlines that are due and not fired yet; null while nobody can tell. */
    due: (): Promise<number | null> => askAnybody({ do: 'count-due' }),

    /** No process is told to die any more: those that were are replaced. */
    async disarm(): Promise<void> {
      for (const member of members) {
        member.dieAt = null
        member.child?.kill('SIGKILL')
      }
      while (members.some(({ origin }) => origin === null)) await pause(50)
    },

    /** Ends all in good order. @returns those that did not end by themselves in time, with their exit code or signal. */
    async stop(): Promise<string[]> {
      isClosing = true
      const ends = members.map(async ({ child, index }) => {
        if (!child) return null
        const ended = new Promise<string>((done) =>
          child.once('exit', (code, signal) => done(String(code ?? signal))),
        )
        child.kill('SIGTERM')
        const how = await Promise.race([ended, pause(stopWithinMs, 'still running', { ref: false })])
        if (how === 'still running') child.kill('SIGKILL')
        return how === '0' ? null : `process ${index}: ${how}`
      })
      return (await Promise.all(ends)).filter((end) => end !== null)
    },
  }
}
