import type { Chance } from './random.js'

/** What reps of the demo company write after a contact. `{who}` and `{firm}` are the customer, `{next}` the next day. */
const sentences = {
  first: [
    '刚和{who}通了电话，{firm}有意向，先把资料发过去，{next}再联系',
    '加了{who}微信，聊了下{firm}的情况，{next}打电话细聊',
    '给{who}打了电话，需求比较明确，{next}再联系',
    '电话联系了{who}，在开会，约了{next}再打过去',
  ],
  middle: [
    '和{who}开了线上会议，演示效果不错，{next}再联系',
    '上门拜访了{firm}的{who}，看了现场，{next}给方案',
    '微信上给{who}发了同行案例，反馈不错，{next}打电话跟进',
    '{who}说要和老板商量一下，{next}再联系',
  ],
  qualify: ['和{who}确认了需求，{firm}这个项目今年要上，{next}约演示'],
  demo: ['给{firm}做了产品演示，{who}很满意，{next}再联系'],
  proposal: ['给{who}发了报价{amount}万，{next}电话跟进'],
  negotiation: ['和{who}谈价格，对方想要九五折，{next}再联系'],
  signed: ['{firm}合同签了，{amount}万，{who}很爽快'],
  lost: ['{who}来电话，说{firm}选了别家，这单丢了'],
  'given-up': ['给{who}打了三次电话都没人接，先放一放', '{who}说预算被砍了，暂时不考虑'],
} as const satisfies Record<string, readonly [string, ...string[]]>

export type NoteKind = keyof typeof sentences

/** One sentence about one contact. `next` is a local day, said as people say it. */
export function writeNote(
  chance: Chance,
  kind: NoteKind,
  about: { name: string; company: string; budget: number | null },
  next: string | null,
): string {
  const title = chance.next() < 0.5 ? `${about.name.slice(0, 1)}总` : about.name
  const [, month = '', day = ''] = (next ?? '').split('-')
  return chance
    .pick<string>(sentences[kind])
    .replace('{who}', title)
    .replace('{firm}', about.company)
    .replace('{amount}', String(about.budget ?? 20))
    .replace('{next}', `${Number(month)}月${Number(day)}日`)
}
