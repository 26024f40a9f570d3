import { describe, expect, it } from 'vitest'
import { leaveName, readLeave } from '../../../bot/leave-words.js'

// Monday.
const now = new Date('2026-11-23T02:00:00Z')

describe('the days of a leave', () => {
  it.each([
    ['明天', '11月24日 周二，全天'],
    ['明天下午', '11月24日 周二下午'],
    ['后天上午', '11月25日 周三上午'],
    ['下周一到周三', '11月30日 周一 至 12月2日 周三'],
    ['11月25日到27日', '11月25日 周三 至 11月27日 周五'],
    ['今天下午到明天上午', '11月23日 周一下午 至 11月24日 周二上午'],
    ['下周一下午到周三中午', '11月30日 周一下午 至 12月2日 周三上午'],
    ['明天下午到周五', '11月24日 周二下午 至 11月27日 周五'],
    ['下周', '11月30日 周一 至 12月6日 周日'],
  ])('are read from %s', (words, name) => {
    const days = readLeave(words, now, 'Asia/Shanghai')
    expect(days && leaveName(days, '2026-11-23')).toBe(name)
  })

  it.each(['', '看病', '三天', '明天起', '明天和周五'])('are not guessed from “%s”', (words) => {
    expect(readLeave(words, now, 'Asia/Shanghai')).toBeNull()
  })
})
