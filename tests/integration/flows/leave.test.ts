import { afterEach, beforeEach, expect, it } from 'vitest'
import { startChat, type Chat } from '../../support/chat.js'

let chat: Chat
beforeEach(async () => {
  chat = await startChat()
})
afterEach(() => chat.stop())

const leavesOf = () => chat.core.read((tx) => chat.core.deadlines.leaves.of(tx, chat.company.people.wang.id))

it('shows what a leave means, notes it with a tap and takes it back with another', async () => {
  await chat.group.customer.says('我是杭州云帆科技的张伟，想要试用CRM，预算20万，电话 13800138000')
  await chat.wang.says('请假 明天下午')
  expect(await chat.wang.sees('请假：')).toContain('你的 1 条待接线索会转给主管')
  expect(await leavesOf()).toEqual([])

  expect(await chat.wang.clicks('确认请假')).toContain('已登记')
  expect(await leavesOf()).toHaveLength(1)
  await chat.wang.clicks('取消请假')
  expect(await leavesOf()).toEqual([])
  // A way back from the way back.
  await chat.wang.clicks('确认请假')
  expect(await leavesOf()).toHaveLength(1)
})

it('means the days of the asking, however late it is confirmed', async () => {
  await chat.wang.says('请假 后天')
  const asked = await chat.wang.sees('请假：')
  await chat.clock.advance('1d')
  await chat.wang.clicks('确认请假')
  const [leave] = await leavesOf()
  const day = new Date((leave?.fromAt.getTime() ?? 0) + 8 * 3_600_000)
  expect(asked).toContain(`${day.getUTCMonth() + 1}月${day.getUTCDate()}日`)
})

it.each(['请假', '请假 看心情', '我要请假'])('asks back when no day is said: %s', async (words) => {
  await chat.wang.says(words)
  expect(await chat.wang.sees('请假')).toContain('请假 下周一到周三')
})
