/** Names of the administrators' pages: their links need them before the pages are loaded. */
export const adminLinksTexts = {
  title: '管理',
  links: {
    messages: { title: '消息记录', hint: '每条消息发给谁、到了哪一步' },
    'test-message': { title: '测试消息', hint: '发一条真的消息，看它停在哪一步' },
    system: { title: '系统状态', hint: '积压、失败、绑定和到期' },
    directory: { title: '组织同步', hint: '从聊天平台带来部门和同事' },
    doctor: { title: '接入检查', hint: '逐项检查平台配置，告诉你怎么改' },
  },
  rules: '规则',
  ruleLinks: {
    ladders: { title: '时限与升级', hint: '多久没处理，接着找谁' },
    calendar: { title: '工作时间', hint: '星期几上班，每天几点到几点' },
    holidays: { title: '节假日与调休', hint: '法定放假和调休上班的日子' },
    duty: { title: '值班表', hint: '什么时候谁值班' },
    notices: { title: '通知与免打扰', hint: '安静时段，太多时合成一张' },
    reminders: { title: '加急提醒', hint: '没人看时怎么再提醒' },
    credentials: { title: '到期提醒', hint: '许可、证书、签名什么时候到期' },
  },
}
