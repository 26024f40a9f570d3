import type { Actor } from '../actor.js'
import { actorId } from '../actor.js'
import type { Changes } from '../changes/changes.js'
import type { UnitOfWork } from '../db/unit-of-work.js'
import { DomainError } from '../errors.js'
import type { Org } from '../org/org.js'
import type { Person } from '../org/person.js'
import { authorize } from '../permissions/permissions.js'
import type { Playbook } from '../playbook/playbook.js'
import type { Sources } from '../playbook/sources.js'
import type { Ids } from '../ports/ids.js'
import { findMoney } from '../understanding/money.js'
import { normalisePhone } from '../understanding/phones.js'
import { decodeText, largestCsvBytes, mostRows, readCsv, writeCsv, type CsvRow } from './csv.js'
import type { Intake, Interest, Receiver } from './intake.js'

export const importHeadings = {
  name: ['姓名', '联系人', '客户姓名', 'name'],
  phone: ['电话', '手机', '手机号', '联系电话', 'phone', 'mobile'],
  company: ['公司', '公司名称', '单位', 'company'],
  email: ['邮箱', 'email', 'e-mail'],
  wechat: ['微信', '微信号', 'wechat'],
  need: ['需求', '备注', '咨询内容', 'need', 'note'],
  source: ['来源', '线索来源', 'source'],
  city: ['城市', '地区', '区域', 'city', 'region'],
  budget: ['预算', 'budget'],
  owner: ['负责人', '销售', 'owner'],
} as const

export interface ImportReport {
  id: string
  total: number
  added: number
  /** Rows about somebody known: kept as a touch. */
  touched: number
  rejected: { line: number; reasons: string[] }[]
  /** Columns that were not understood and left out. */
  ignoredColumns: string[]
  /** The rejected rows as they were, with the reasons in a last column; null when all were good. */
  errorFile: Buffer | null
}

export interface ImportsDeps {
  ids: Ids
  changes: Changes
  org: Org
  playbook: Playbook
  intake: Intake
  work: UnitOfWork
}

export type Imports = ReturnType<typeof createImports>

const rowsPerUnit = 50

/** Leads from a table. Good rows go in, bad rows come back with reasons; nothing is dropped. */
export function createImports({ ids, changes, org, playbook, intake, work }: ImportsDeps) {
  return {
    /**
     * Imports a CSV file. Opens its own units of work, some rows each, so that it never holds the database for long.
     *
     * @throws DomainError `permission.denied`, `import.too_large`, `import.empty`, `import.no_known_column`.
     */
    async importCsv(actor: Actor, file: { name: string; bytes: Uint8Array }): Promise<ImportReport> {
      authorize(actor, 'lead.import')
      if (file.bytes.length > largestCsvBytes)
        throw new DomainError('import.too_large', { mostMb: largestCsvBytes / 1024 / 1024 })
      const { rows, ignored, missing, original } = readCsv(decodeText(file.bytes), importHeadings)
      if (rows.length > mostRows) throw new DomainError('import.too_large', { mostRows })
      if (rows.length === 0) throw new DomainError('import.empty')
      if (missing.includes('phone') && missing.includes('email') && missing.includes('wechat')) {
        throw new DomainError('import.no_known_column', { headings: original[0] ?? [] })
      }
      const importId = ids.next()
      const { sources, people } = await work.read(async (tx) => ({
        sources: await playbook.get(tx, 'sources'),
        people: await org.everybody(tx),
      }))
      const read = rows.map((row) => ({ row, ...readRow(row, sources, people) }))
      const good = read.filter((entry) => entry.reasons.length === 0)
      const counts = { added: 0, touched: 0 }
      for (let at = 0; at < good.length; at += rowsPerUnit) {
        const slice = good.slice(at, at + rowsPerUnit)
        const outcomes = await work.write(async (tx) => {
          const results = []
          for (const { interest, receiver } of slice)
            results.push(await intake.capture(tx, actor, interest, receiver))
          return results
        })
        for (const { outcome } of outcomes) counts[outcome === 'lead' ? 'added' : 'touched'] += 1
      }
      const rejected = read
        .filter((entry) => entry.reasons.length > 0)
        .map(({ row, reasons }) => ({ line: row.line, reasons }))
      await work.write((tx) =>
        changes.append(tx, actor, {
          subject: { type: 'import', id: importId },
          kind: 'import.finished',
          data: {
            file: file.name.slice(0, 200),
            by: actorId(actor),
            total: rows.length,
            ...counts,
            rejected: rejected.length,
          },
        }),
      )
      return {
        id: importId,
        total: rows.length,
        ...counts,
        rejected,
        ignoredColumns: ignored,
        errorFile: rejected.length > 0 ? errorFile(original, rejected) : null,
      }
    },
  }
}

function readRow(
  { cells, line }: CsvRow,
  sources: Sources,
  people: Person[],
): { interest: Interest; receiver: Receiver; reasons: string[] } {
  const reasons: string[] = []
  const phone = cells['phone'] ? normalisePhone(cells['phone']) : null
  if (phone && !phone.ok) reasons.push(`电话“${cells['phone'] ?? ''}”不是有效号码`)
  if (!phone && !cells['email'] && !cells['wechat']) reasons.push('电话、邮箱、微信至少要有一项')
  if (!cells['name'] && !cells['company']) reasons.push('姓名和公司至少要有一项')
  const limits: [string, number][] = [
    ['name', 60],
    ['company', 120],
    ['email', 120],
    ['wechat', 60],
    ['need', 2000],
  ]
  for (const [field, most] of limits) {
    if ((cells[field]?.length ?? 0) > most)
      reasons.push(`${importHeadings[field as 'name'][0]}超过 ${most} 个字`)
  }
  const source = cells['source']
    ? sources.find((known) => known.label === cells['source'] || known.key === cells['source'])
    : undefined
  if (cells['source'] && !source) reasons.push(`来源“${cells['source']}”不在来源列表里`)
  const owners = people.filter((person) => person.name === cells['owner'])
  if (cells['owner'] && owners.length !== 1) {
    reasons.push(
      owners.length === 0
        ? `找不到负责人“${cells['owner']}”`
        : `有 ${owners.length} 位同名的“${cells['owner']}”`,
    )
  }
  const budget = cells['budget'] ? findMoney(`预算${cells['budget']}`, { spokenUnits: true })[0] : undefined
  if (cells['budget'] && !budget) reasons.push(`预算“${cells['budget']}”看不懂，可写成 20万`)
  const owner = owners[0]
  return {
    reasons,
    receiver: owner ? { by: 'person', personId: owner.id, via: 'import' } : { by: 'allot' },
    interest: {
      lead: {
        name: cells['name'] ?? '',
        company: cells['company'] ?? '',
        phone: phone?.ok ? phone.value : null,
        email: cells['email'] || null,
        wechat: cells['wechat'] || null,
        need: cells['need'] ?? '',
        source: source?.key ?? 'import',
        budgetMinCents: budget?.minCents ?? budget?.valueCents ?? null,
        budgetMaxCents: budget?.maxCents ?? budget?.valueCents ?? null,
      },
      channel: 'import',
      chatName: `导入第 ${line} 行`,
      senderName: cells['name'] ?? '',
      text: cells['need'] ?? '',
      place: cells['city'] || null,
    },
  }
}

function errorFile(original: string[][], rejected: ImportReport['rejected']): Buffer {
  const [head = [], ...body] = original
  const rows = rejected.map(({ line, reasons }) => [
    ...(body[line - 2] ?? []),
    `第 ${line} 行：${reasons.join('；')}`,
  ])
  return writeCsv([[...head, '未导入原因'], ...rows])
}
