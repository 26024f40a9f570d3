import { describe, expect, it } from 'vitest'
import { leadQuerySchema } from '../../../miniapp/contract/leads.js'
import { isFiltered, noFilter, queryOf } from '../../../miniapp/web/src/lead-filter.js'
import { leadSubtitle, leadTitle } from '../../../miniapp/web/src/lead-words.js'

describe('the filter above the leads', () => {
  it('asks for nothing that was not chosen', () => {
    expect(queryOf('mine', noFilter)).toBe('view=mine&sort=newest')
    expect(isFiltered({ ...noFilter, sort: 'score' })).toBe(false)
  })

  it('asks in a way that the API understands', () => {
    const query = queryOf('all', {
      q: ' 宏达 & 1 ',
      state: 'open',
      source: 'chat',
      owner: 'wang',
      sort: 'score',
    })

    expect(leadQuerySchema.parse(Object.fromEntries(new URLSearchParams(query)))).toMatchObject({
      view: 'all',
      q: '宏达 & 1',
      state: 'open',
      source: 'chat',
      owner: 'wang',
      sort: 'score',
    })
  })
})

describe('what a lead is called', () => {
  it.each([
    [{ name: '张建国', company: '宏达机械' }, '张建国', '宏达机械'],
    [{ name: '', company: '宏达机械' }, '宏达机械', ''],
    [{ name: '', company: '' }, '未留姓名', ''],
  ])('%j', (lead, title, subtitle) => {
    expect([leadTitle(lead), leadSubtitle(lead)]).toEqual([title, subtitle])
  })
})
