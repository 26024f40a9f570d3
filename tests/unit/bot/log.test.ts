import { describe, expect, it } from 'vitest'
import { createLog, mask } from '../../../bot/log.js'
import { inLogContext } from '../../../core/log-context.js'

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown> {
  const lines: string[] = []
  write(createLog('debug', { write: (line) => void lines.push(line) }))
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>
}

describe('a log line', () => {
  it('shows the ends of a phone only, wherever it stands', () => {
    const error = new Error('no person with 13812345678')
    const line = logged((log) =>
      log.error(
        { err: error, note: '电话+86 139-0000-1111，转王经理', list: ['15000000000'] },
        'tel 18612340000',
      ),
    )
    const text = JSON.stringify(line)
    expect(text).not.toMatch(/13812345678|139-0000-1111|15000000000|18612340000/)
    expect(line['msg']).toBe('tel 186****0000')
    expect(line['note']).toBe('电话139****1111，转王经理')
    expect(line['list']).toEqual(['150****0000'])
  })

  it('leaves ids and instants alone', () => {
    const id = '01K13812345678ABCDEFGHJKMN'
    const line = logged((log) => log.info({ id, at: 1763800000000, n: 13 }, 'done'))
    expect(line).toMatchObject({ id, at: 1763800000000, n: 13 })
  })

  it.each([
    ['a field at any depth', { a: { b: { appSecret: 'hunter2' } } }],
    ['a header', { headers: { authorization: 'Basic hunter2', cookie: 'gj_session=hunter2' } }],
    ['an address', { url: 'https://qyapi.example/cgi-bin/x?access_token=hunter2&a=1' }],
    ['a login in an address', { url: 'mysql://genjin:hunter2@db/genjin' }],
    ['a bearer', { err: new Error('refused: Bearer hunter2') }],
    ['what somebody wrote', { event: { text: 'hunter2 是我的密码' } }],
  ])('keeps a secret out that stands in %s', (_, fields) => {
    expect(JSON.stringify(logged((log) => log.warn(fields, 'oops')))).not.toContain('hunter2')
  })

  it('tells of a failed statement without its values, and of what caused it', () => {
    const driver = Object.assign(new Error("Unknown column 'nosuch'"), {
      code: 'ER_BAD_FIELD_ERROR',
      sql: "INSERT INTO inbox (body) VALUES ('hunter2')",
    })
    const failed = Object.assign(new Error(driver.message, { cause: driver }), {
      query: 'INSERT INTO inbox (body) VALUES (?)',
      parameters: ['hunter2'],
      driverError: driver,
    })
    const line = logged((log) => log.error({ err: failed }, 'a kind of work failed'))
    expect(JSON.stringify(line)).not.toContain('hunter2')
    expect(line['err']).toMatchObject({
      type: 'Error',
      message: "Unknown column 'nosuch'",
      query: 'INSERT INTO inbox (body) VALUES (?)',
      cause: { code: 'ER_BAD_FIELD_ERROR' },
    })
  })

  it('does not grow with what an error carries', () => {
    const huge = Object.assign(new Error('x'.repeat(100_000)), { query: 'y'.repeat(100_000) })
    expect(JSON.stringify(logged((log) => log.warn({ err: huge }, 'oops'))).length).toBeLessThan(5000)
  })

  it('stays valid JSON when what is masked holds quotes', () => {
    expect(JSON.parse(mask(JSON.stringify({ token: 'a"b\\', next: 'c' })))).toEqual({ token: '…', next: 'c' })
  })

  it('carries the ids of the request, event and change that it belongs to', async () => {
    const lines: string[] = []
    const log = createLog('info', { write: (line) => void lines.push(line) })
    await inLogContext({ requestId: 'R' }, async () => {
      await Promise.resolve()
      await inLogContext({ changeId: 'C' }, async () => log.info({}, 'inside'))
      log.info({}, 'outside')
    })
    log.info({}, 'elsewhere')
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { requestId: 'R', changeId: 'C', msg: 'inside' },
      { requestId: 'R', msg: 'outside' },
      { msg: 'elsewhere' },
    ])
    expect(lines[1]).not.toContain('changeId')
    expect(lines[2]).not.toContain('requestId')
  })
})
