import { faultPoints, type FaultPoint } from '../../core/fault-points.js'
import { createRandom, type Random } from './random.js'

/** The two platforms of the double: one recognises a repeated send by its key, the other does not. */
export const chaosPlatforms = ['feishu', 'wecom'] as const
export type ChaosPlatform = (typeof chaosPlatforms)[number]

/** What people do. What they choose among what they see at that moment is `pick`, a share of the list. */
export type Deed =
  | { do: 'customer-writes'; platform: ChaosPlatform; customer: string; text: string }
  | { do: 'colleague-notes'; account: StaffAccount; text: string }
  | { do: 'colleague-asks'; account: StaffAccount; text: string }
  | { do: 'tap'; actionId: TapAction; pick: number; how: 'once' | 'twice' | 'by-another' | 'outdated' }
  | { do: 'form'; key: string; ip: string; fields: Record<string, string> }
  | { do: 'import'; rows: ImportRow[] }

export type Fault =
  | { do: 'kill'; process: number; dieAt: string | null }
  | { do: 'stop-database'; forMs: number; hard: boolean }
  | { do: 'stop-redis'; forMs: number }
  | { do: 'empty-redis' }
  | { do: 'fill-disk'; forMs: number }
  | { do: 'jump-clock'; ms: number }

export interface ImportRow {
  name: string
  phone: string
  need: string
  city: string
}

export interface Plan {
  deeds: { atMs: number; deed: Deed }[]
  faults: { atMs: number; fault: Fault }[]
}

export interface PlanInput {
  seed: number
  seconds: number
  db: 'sqlite' | 'mysql'
  processes: 1 | 3
  perSecond: number
}

/** Everybody in the company of the tests, with the platform on which they have their account. */
export const staff = {
  director: 'wecom',
  eastManager: 'wecom',
  southManager: 'feishu',
  wang: 'feishu',
  zhao: 'wecom',
  sun: 'feishu',
  admin: 'feishu',
  support: 'wecom',
} as const satisfies Record<string, ChaosPlatform>
export type StaffAccount = keyof typeof staff

const tapWeights = {
  accept: 10,
  decline: 2,
  dispatch: 4,
  'take-over': 2,
  seen: 2,
  contacted: 2,
  undo: 3,
  edit: 1,
  leave: 1,
  choose: 2,
  create: 2,
  drop: 1,
} as const
export type TapAction = keyof typeof tapWeights

const tapList = Object.entries(tapWeights).flatMap(([action, weight]) =>
  Array.from({ length: weight }, () => action as TapAction),
) as [TapAction, ...TapAction[]]

/** The same plan for the same input: what happens when. The machine decides what each finds in front of it. */
export function makePlan(input: PlanInput): Plan {
  return { deeds: planDeeds(input), faults: planFaults(input) }
}

function planDeeds({ seed, seconds, perSecond }: PlanInput): Plan['deeds'] {
  const random = createRandom(seed)
  const phones = phoneNumbers(random)
  const known: string[] = []
  const deeds: Plan['deeds'] = []
  for (let at = 0; at < seconds * 1000; at += (-Math.log(1 - random.next()) * 1000) / perSecond)
    deeds.push({ atMs: Math.round(at), deed: makeDeed(random, phones, known, deeds.length) })
  return deeds
}

function makeDeed(random: Random, phones: () => string, known: string[], number: number): Deed {
  const kind = random.next()
  // Somebody known asks again now and then: that is a touch, no second lead.
  const phone = known.length > 0 && random.chance(0.15) ? (known[random.whole(known.length)] ?? '') : phones()
  if (kind < 0.36) {
    known.push(phone)
    const city = random.pick(['杭州', '上海', '广州', '深圳', '成都'])
    const product = random.pick(['CRM', 'ERP', '仓库系统'])
    return {
      do: 'customer-writes',
      platform: random.pick(chaosPlatforms),
      customer: `customer-${phone}`,
      text: `我们在${city}，第${number}次问了，想了解你们${product}的报价，电话 ${phone}`,
    }
  }
  if (kind < 0.5) {
    known.push(phone)
    return {
      do: 'form',
      key: `form-${number}-${phone}`,
      ip: `10.${random.whole(250)}.${random.whole(250)}.${random.whole(250)}`,
      fields: {
        name: `表单${number}`,
        phone,
        need: `表单第${number}号，想要CRM报价`,
        city: random.pick(['杭州', '广州', '']),
      },
    }
  }
  if (kind < 0.52)
    return {
      do: 'import',
      rows: Array.from({ length: 2 + random.whole(12) }, (_, row) => ({
        name: `导入${number}之${row}`,
        phone: phones(),
        need: `导入第${number}批第${row}行，想要ERP`,
        city: random.pick(['杭州', '广州', '深圳']),
      })),
    }
  if (kind < 0.62) {
    const about = known[random.whole(Math.max(1, known.length))] ?? phone
    return {
      do: 'colleague-notes',
      account: random.pick(['wang', 'zhao', 'sun', 'eastManager'] as const),
      text: `刚和张总（${about}）通了第${number}个电话，要报价，下周三再联系`,
    }
  }
  if (kind < 0.65)
    return {
      do: 'colleague-asks',
      account: random.pick(['wang', 'zhao', 'sun', 'director'] as const),
      text: random.pick(['我的线索', '今日', '帮助']),
    }
  const how = random.next()
  return {
    do: 'tap',
    actionId: random.pick(tapList),
    pick: random.next(),
    how: how < 0.75 ? 'once' : how < 0.87 ? 'twice' : how < 0.93 ? 'by-another' : 'outdated',
  }
}

/** Mobile numbers that never repeat. */
function phoneNumbers(random: Random): () => string {
  const given = new Set<string>()
  return () => {
    for (;;) {
      const phone = `13${random.pick(['0', '5', '6', '8', '9'])}${String(random.whole(100_000_000)).padStart(8, '0')}`
      if (given.has(phone)) continue
      given.add(phone)
      return phone
    }
  }
}

/** Points that the chaos can come to: time is pushed there in another way than in the sandbox. */
export const reachablePoints = faultPoints.filter((point): point is FaultPoint => !point.startsWith('clock.'))

function planFaults({ seed, seconds, db, processes }: PlanInput): Plan['faults'] {
  const random = createRandom(seed ^ 0x5eed)
  const faults: Plan['faults'] = []
  const points = shuffled(random)
  // The first seconds and the last belong to the people: something must be under way when a process dies.
  const every = (meanMs: number, make: () => Fault) => {
    for (
      let at = 1500 + random.whole(meanMs);
      at < seconds * 1000 - 500;
      at += meanMs * (0.6 + random.next() * 0.8)
    )
      faults.push({ atMs: Math.round(at), fault: make() })
  }
  let kills = 0
  every(5000 / (processes === 3 ? 1.5 : 1), () => {
    const named = kills++ % 2 === 0 ? points[(kills >> 1) % points.length] : undefined
    return {
      do: 'kill',
      process: random.whole(processes),
      dieAt: named ? `${named}:${1 + random.whole(4)}` : null,
    }
  })
  every(6000, () => ({ do: 'jump-clock', ms: random.pick([61_000, 130_000, 310_000, 620_000]) }))
  if (db === 'mysql')
    every(14_000, () => ({ do: 'stop-database', forMs: 300 + random.whole(2500), hard: random.chance(0.5) }))
  else every(12_000, () => ({ do: 'fill-disk', forMs: 500 + random.whole(2000) }))
  if (processes === 3) {
    every(15_000, () => ({ do: 'stop-redis', forMs: 300 + random.whole(2500) }))
    every(16_000, () => ({ do: 'empty-redis' }))
  }
  return faults.sort((a, b) => a.atMs - b.atMs)
}

function shuffled(random: Random): FaultPoint[] {
  return reachablePoints
    .map((point) => ({ point, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ point }) => point)
}
