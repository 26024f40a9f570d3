/** The console asked for something that cannot be. `code` is stable, `message` is shown. */
export class RequestError extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string = texts[code] ?? '这一步没有做成，请刷新后再试') {
    super(message)
    this.name = 'RequestError'
    this.status = status
    this.code = code
  }
}

const texts: Record<string, string> = {
  unknown_chat: '这个会话不存在，或者你不在里面',
  unknown_account: '没有这个人',
  not_a_card: '这条消息不是卡片',
  too_large: '内容太长，超过了 200 KB',
  not_json: '内容不是 JSON',
  invalid: '内容不完整',
  other_origin: '只能从控制台自己的页面操作',
  clock_refused: '现在不能调时间',
}
