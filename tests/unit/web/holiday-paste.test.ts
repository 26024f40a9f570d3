import { describe, expect, it } from 'vitest'
import { holidaysSchema } from '../../../core/playbook/holidays.js'
import { addHolidays, readHolidays } from '../../../miniapp/web/src/rules/holiday-paste.js'

const notice = `国务院办公厅关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。
二、春节：2月5日（农历腊月二十九、周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月14日（周日）上班。
三、清明节：4月5日（周一）放假，与周末连休。
四、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
节假日期间，各地区要妥善安排好值班。`

describe('pasted public holidays', () => {
  it('are read from the notice as it is published', () => {
    const { years, bad } = readHolidays(notice, 2030)
    expect(bad).toEqual([])
    expect(years).toEqual([
      {
        year: 2027,
        feasts: [
          { name: '元旦', from: '2027-01-01', to: '2027-01-03', makeUpDays: [] },
          { name: '春节', from: '2027-02-05', to: '2027-02-11', makeUpDays: ['2027-01-31', '2027-02-14'] },
          { name: '清明节', from: '2027-04-05', to: '2027-04-05', makeUpDays: [] },
          { name: '国庆节', from: '2027-10-01', to: '2027-10-07', makeUpDays: ['2027-09-26', '2027-10-09'] },
        ],
      },
    ])
  })

  it.each([
    [
      '2027-01-01 元旦 休\n2027-01-02 元旦 休\n2027-01-04 元旦 班',
      '2027-01-01',
      '2027-01-02',
      ['2027-01-04'],
    ],
    ['2027-01-04 元旦 班\n2027-01-01 元旦 休', '2027-01-01', '2027-01-01', ['2027-01-04']],
    ['2027-10-01 至 10-07 国庆节 休', '2027-10-01', '2027-10-07', []],
    ['2027/10/1~10/7 国庆节 休', '2027-10-01', '2027-10-07', []],
    ['10月1日至7日 国庆节 休', '2027-10-01', '2027-10-07', []],
    ['2027年10月1日到10月7日 国庆节 休\n10月9日 国庆节 班', '2027-10-01', '2027-10-07', ['2027-10-09']],
  ])('are read line by line: %s', (text, from, to, makeUpDays) => {
    const { years, bad } = readHolidays(text, 2027)
    expect(bad).toEqual([])
    expect(years).toMatchObject([{ year: 2027, feasts: [{ from, to, makeUpDays }] }])
  })

  it.each([
    '2027-02-30 元旦 休',
    '2027-01-01',
    '2027-01-01 元旦',
    '元旦 2027-01-01 休',
    '2027-01-05 至 01-01 元旦 休',
  ])('are not guessed: %s', (line) => {
    expect(readHolidays(line, 2027)).toEqual({ years: [], bad: [line] })
  })

  it('take the place of the same holiday of the year, and leave the others', () => {
    const feast = { name: '国庆节', from: '2027-10-01', to: '2027-10-03', makeUpDays: [] }
    const before = { years: [{ year: 2027, source: '公告', feasts: [feast] }] }
    const after = addHolidays(before, readHolidays('2027-10-01 至 10-07 国庆节 休\n2028-01-01 元旦 休', 2027))
    expect(after).toEqual({
      years: [
        { year: 2027, source: '公告', feasts: [{ ...feast, to: '2027-10-07' }] },
        {
          year: 2028,
          source: '',
          feasts: [{ name: '元旦', from: '2028-01-01', to: '2028-01-01', makeUpDays: [] }],
        },
      ],
    })
    expect(holidaysSchema.safeParse(after).success).toBe(true)
  })
})
