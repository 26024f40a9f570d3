/** Words of the block that tells what will fire when, to whom. */
export const nextTexts = {
  title: '自动提醒与升级',
  due: (time: string) => `到期 ${time}`,
  to: (names: string) => `→ ${names}`,
  paused: '已暂停',
  stuck: '走不动了，请管理员看系统状态',
  pausedHint: '计时暂停中，恢复后按剩余时间继续。',
}
