import { describe, expect, it } from 'vitest'
import type { Change } from '../../../core/changes/change.js'
import { describeChange, hiddenKinds } from '../../../miniapp/api/time-line-texts.js'
import { readSources } from '../repo/source-files.js'

const words = {
  source: (key: string) => key,
  region: () => null,
  productLine: () => null,
  stage: (key: string) => ({ demo: '演示试用', signed: '已签约' })[key] ?? key,
  action: (key: string) => key,
  person: (id: string | null) => (id === null ? null : { id, name: '王小明', title: '' }),
}

const change = (kind: string, more: Partial<Change> = {}): Change => ({
  id: 'c1',
  subjectType: 'lead',
  subjectId: 'l1',
  seq: 1,
  kind,
  actorId: 'wang',
  at: new Date(0),
  fields: {},
  data: {},
  origin: { channel: 'test' },
  prevHash: '',
  hash: '',
  ...more,
})

describe('a time line', () => {
  it('has a sentence for every kind of change that core writes about records', () => {
    const written = readSources(['core']).flatMap(({ text }) =>
      [...text.matchAll(/kind: '((?:lead|offer|customer|deal|file)\.[a-z-]+)'/g)].map(
        ([, kind = '']) => kind,
      ),
    )
    const wordless = [...new Set(written)].filter(
      (kind) => !hiddenKinds.has(kind) && describeChange(change(kind), words).text === kind,
    )

    expect(written.length).toBeGreaterThan(15)
    expect(wordless).toEqual([])
  })

  it.each([
    [change('lead.accepted', { data: { waitedMs: 198_000 } }), '接单，用时 3 分 18 秒', null],
    [change('offer.expired', { data: { personId: 'wang' } }), '王小明 超时未接单', null],
    [change('lead.queued', { data: { reason: 'declined' } }), '进入待分配', '接单人让出'],
    [change('lead.closed', { fields: { closeReason: [null, '已选别家'] } }), '关闭线索', '已选别家'],
    [
      change('deal.stage-moved', { fields: { stage: ['demo', 'signed'] } }),
      '阶段从「演示试用」到「已签约」',
      null,
    ],
    [change('something.new'), 'something.new', null],
  ])('says it in words (%#)', (fact, text, detail) => {
    expect(describeChange(fact, words)).toEqual({ text, detail })
  })
})
