import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText, readCsv, writeCsv } from '../../../core/intake/csv.js'
import { isTrapped, readForm } from '../../../core/intake/form.js'
import { intakeDefault, type IntakeForm } from '../../../core/playbook/intake.js'

function website(more: Partial<IntakeForm> = {}): IntakeForm {
  const form = intakeDefault.forms[0]
  if (!form) throw new Error('there is no form by default')
  return { ...form, required: ['name', 'phone'], ...more }
}
const filled = { name: '张伟', phone: '138 0013-8000', city: '杭州', budget: '20万左右', need: '想看演示' }
const problemsOf = (body: Record<string, unknown>, form = website()) => {
  const read = readForm(form, body)
  return read.ok ? [] : read.problems.map((problem) => problem.field)
}

describe('a web form', () => {
  it('becomes interest: number in one shape, money in cents, the city as a hint', () => {
    const read = readForm(website(), filled)
    if (!read.ok) throw new Error('refused')
    expect(read.interest).toMatchObject({
      place: '杭州',
      lead: { name: '张伟', phone: '13800138000', budgetMaxCents: 20_000_000, need: '想看演示' },
    })
    expect(read.interest.text).toContain('预算：20万左右')
  })

  it.each([
    { what: 'a number that is none', body: { ...filled, phone: '12345' }, field: 'phone' },
    { what: 'a missing name', body: { ...filled, name: '  ' }, field: 'name' },
    { what: 'a name that is a list', body: { ...filled, name: ['张伟'] }, field: 'name' },
    { what: 'a name of a novel’s length', body: { ...filled, name: '长'.repeat(61) }, field: 'name' },
    { what: 'a mail address without a place', body: { ...filled, email: 'zhang@' }, field: 'email' },
  ])('names the field for $what', ({ body, field }) => {
    expect(problemsOf(body)).toEqual([field])
  })

  it('names every wrong field at once', () => {
    expect(problemsOf({ phone: 'x', email: 'y' })).toEqual(['name', 'phone', 'email'])
  })

  it('lets only mail addresses of the named companies in, where some are named', () => {
    const form = website({ mailDomains: ['Example.com'] })
    expect(problemsOf({ ...filled, email: 'a@example.COM' }, form)).toEqual([])
    expect(problemsOf({ ...filled, email: 'a@mail.example.org' }, form)).toEqual(['email'])
  })

  it('answers, whatever it is sent', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('name', 'phone', 'email', 'budget', 'need', 'x'), fc.anything()),
        (body) => {
          expect(typeof readForm(website(), body).ok).toBe('boolean')
          expect(typeof isTrapped(body)).toBe('boolean')
        },
      ),
    )
  })

  it('sees a program by the field that people do not see', () => {
    expect(isTrapped({ ...filled, website: 'http://spam' })).toBe(true)
    expect(isTrapped({ ...filled, website: '' })).toBe(false)
  })
})

describe('a table', () => {
  const headings = { name: ['姓名'], phone: ['电话', 'phone'] }

  it('comes back as it was written, cells with commas, quotes and line ends included', () => {
    const cell = fc.string({ maxLength: 12 }).filter((text) => text === text.trim() && !text.includes('\r'))
    fc.assert(
      fc.property(fc.array(fc.tuple(cell.filter(Boolean), cell), { maxLength: 6 }), (rows) => {
        const { rows: read } = readCsv(writeCsv([['姓名', '电话'], ...rows]).toString('utf8'), headings)
        const plain = (text: string) => text.replace(/^'(?=[=+\-@])/, '')
        expect(read.map(({ cells }) => [plain(cells['name'] ?? ''), plain(cells['phone'] ?? '')])).toEqual(
          rows.map(([name, phone]) => [plain(name), plain(phone)]),
        )
      }),
      { numRuns: 60 },
    )
  })

  it.each(['=1+1', '+86', '-1', '@sum', '\tx'])('writes the cell %s as text', (cell) => {
    expect(writeCsv([['a', cell]]).toString('utf8')).toContain(`'${cell}`)
  })

  it('finds its columns by any of their names, in any order, and names the others', () => {
    const { rows, ignored, missing } = readCsv('星座,PHONE\n狮子, 138 \n', headings)
    expect(rows).toEqual([{ line: 2, cells: { phone: '138' } }])
    expect([ignored, missing]).toEqual([['星座'], ['name']])
  })

  it.each([
    { by: 'commas', text: '姓名,电话\n张伟;李娜,138' },
    { by: 'semicolons', text: '姓名;电话\n张伟;138' },
    { by: 'tabs', text: '姓名\t电话\n张伟,李娜\t138' },
  ])('is parted by $by when its headings are, and by nothing else', ({ text }) => {
    expect(readCsv(text, headings).rows[0]?.cells['phone']).toBe('138')
  })

  it('is read as UTF-8 where it is UTF-8, else as GB18030', () => {
    expect(decodeText(Buffer.from('姓名'))).toBe('姓名')
    expect(decodeText(Buffer.from([0xd0, 0xd5, 0xc3, 0xfb]))).toBe('姓名')
  })
})
