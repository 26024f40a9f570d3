import type { EntityManager } from 'typeorm'
import type { Actor } from '../actor.js'
import { ContactEntity, CustomerEntity, type Contact, type Customer } from '../customers/customer.js'
import { escapeLike } from '../customers/customers.js'
import { LeadEntity, type Lead } from '../leads/lead.js'
import { scopeRows } from '../permissions/permissions.js'
import { score } from '../scoring/score.js'

/** Who a sentence may be about, by what it names. */
export interface Hints {
  customer?: string | null
  persons: readonly string[]
  phone?: string | null
}

export interface Candidate {
  type: 'lead' | 'customer'
  id: string
  label: string
  /** 0 to 100. */
  score: number
  why: string
}

/** A candidate this far ahead of the next, and this good, is taken without asking. */
const clearScore = 55
const clearLead = 20
const most = 50

/**
 * Finds whom a follow-up is about, among the leads and customers that the speaker may see.
 *
 * @returns candidates, best first (at most 8), and the one that is clear, if one is.
 */
export async function resolveSubject(
  tx: EntityManager,
  actor: Actor,
  hints: Hints,
  now: Date,
): Promise<{ clear: Candidate | null; candidates: Candidate[] }> {
  const company = hints.customer?.trim() || null
  const surnames = [...new Set(hints.persons.map(surnameOf).filter(Boolean))]
  if (!company && surnames.length === 0 && !hints.phone) return { clear: null, candidates: [] }
  const [leads, customers] = [
    await findLeads(tx, actor, company, surnames, hints.phone),
    await findCustomers(tx, actor, company, surnames, hints.phone),
  ]
  const ranked = [
    ...leads.map((lead) =>
      weigh(
        {
          type: 'lead',
          id: lead.id,
          company: lead.company,
          names: [lead.name],
          phones: [lead.phone],
          touchedAt: lead.lastTouchAt,
        },
        hints,
        now,
      ),
    ),
    ...customers.map(({ customer, contacts }) =>
      weigh(
        {
          type: 'customer',
          id: customer.id,
          company: customer.name,
          names: contacts.map((contact) => contact.name),
          phones: contacts.map((contact) => contact.phone),
          touchedAt: customer.lastTouchAt ?? customer.createdAt,
        },
        hints,
        now,
      ),
    ),
  ]
    .filter((candidate) => candidate.score > 20)
    .sort((a, b) => b.score - a.score)
    .slice(0, 8)
  const [first, second] = ranked
  const clear =
    first && first.score >= clearScore && first.score - (second?.score ?? 0) >= clearLead ? first : null
  return { clear, candidates: ranked }
}

interface Known {
  type: 'lead' | 'customer'
  id: string
  company: string
  names: string[]
  phones: (string | null)[]
  touchedAt: Date
}

function weigh(known: Known, hints: Hints, now: Date): Candidate {
  const days = (now.getTime() - known.touchedAt.getTime()) / 86_400_000
  const named = Math.max(
    0,
    ...known.names.flatMap((name) => hints.persons.map((person) => nameFit(person, name))),
  )
  const company = hints.customer ? companyFit(hints.customer, known.company) : 0
  const result = score([
    {
      name: 'phone',
      fact: hints.phone && known.phones.includes(hints.phone) ? 1 : 0,
      weight: 90,
      why: '电话一致',
    },
    { name: 'company', fact: company, weight: 60, why: '公司名相符' },
    { name: 'person', fact: named, weight: 60, why: '称呼相符' },
    // A company that was named and is another one speaks against a mere surname.
    { name: 'recent', fact: Math.max(0, 1 - days / 30), weight: 10, why: '最近有联系' },
  ])
  const contradicted = hints.customer && company === 0 && known.company ? 40 : 0
  return {
    type: known.type,
    id: known.id,
    label: [known.company, known.names[0]].filter(Boolean).join(' · ') || '未留名',
    score: Math.max(0, Math.min(100, result.value) - contradicted),
    why: result.reasons
      .filter((reason) => reason.points > 0)
      .map((reason) => reason.why)
      .join('、'),
  }
}

const titles =
  /(总经理|副总|总监|经理|主任|老师|老板|董事长|院长|科长|处长|部长|厂长|店长|校长|会长|女士|先生|小姐|师傅|总|董|工|姐|哥|叔)$/
const doubleSurnames = [
  '欧阳',
  '上官',
  '司马',
  '诸葛',
  '东方',
  '皇甫',
  '尉迟',
  '公孙',
  '慕容',
  '令狐',
  '长孙',
  '夏侯',
  '司徒',
  '宇文',
]

/** 张 of 张总, 老张, 张伟. */
export function surnameOf(person: string): string {
  const plain = person.replace(/^[老小阿]/, '').replace(titles, '')
  return doubleSurnames.find((surname) => plain.startsWith(surname)) ?? plain.slice(0, 1)
}

function nameFit(said: string, known: string): number {
  if (!known) return 0
  if (said === known) return 1
  const given = said.replace(/^[老小阿]/, '').replace(titles, '')
  if (given.length >= 2) return known.startsWith(given) || given === known.replace(titles, '') ? 0.95 : 0
  return surnameOf(known) === surnameOf(said) ? 0.8 : 0
}

const suffixes = /(股份有限公司|有限责任公司|有限公司|集团|公司|科技|实业|贸易)/g

function companyFit(said: string, known: string): number {
  if (!known) return 0
  if (said === known) return 1
  const [a, b] = [said.replace(suffixes, ''), known.replace(suffixes, '')]
  if (a.length < 2 || b.length < 2) return 0
  if (a === b) return 0.95
  return b.includes(a) || a.includes(b) ? 0.85 : 0
}

async function findLeads(
  tx: EntityManager,
  actor: Actor,
  company: string | null,
  surnames: string[],
  phone?: string | null,
): Promise<Lead[]> {
  const query = tx
    .getRepository(LeadEntity)
    .createQueryBuilder('l')
    .where("l.state NOT IN ('closed', 'converted')")
  scopeRows(query, actor, 'lead.read', 'l')
  const { sql, params } = anyOf('l.company', 'l.name', 'l.phone', company, surnames, phone)
  return query.andWhere(sql, params).orderBy('l.lastTouchAt', 'DESC').take(most).getMany()
}

async function findCustomers(
  tx: EntityManager,
  actor: Actor,
  company: string | null,
  surnames: string[],
  phone?: string | null,
) {
  const query = tx
    .getRepository(CustomerEntity)
    .createQueryBuilder('c')
    .leftJoin(ContactEntity.options.tableName ?? 'contacts', 'k', 'k.customerId = c.id')
  query.where('1 = 1')
  scopeRows(query, actor, 'customer.read', 'c')
  const { sql, params } = anyOf('c.name', 'k.name', 'k.phone', company, surnames, phone)
  const customers: Customer[] = await query
    .andWhere(sql, params)
    .orderBy('c.lastTouchAt', 'DESC')
    .take(most)
    .getMany()
  const contacts: Contact[] = customers.length
    ? await tx
        .getRepository(ContactEntity)
        .createQueryBuilder('k')
        .where('k.customerId IN (:...ids)', { ids: customers.map((c) => c.id) })
        .getMany()
    : []
  return customers.map((customer) => ({
    customer,
    contacts: contacts.filter((contact) => contact.customerId === customer.id),
  }))
}

function anyOf(
  companyColumn: string,
  nameColumn: string,
  phoneColumn: string,
  company: string | null,
  surnames: string[],
  phone?: string | null,
) {
  const parts: string[] = []
  const params: Record<string, string> = {}
  if (company) {
    // People shorten company names: the first two characters of what they said must be in it; the weighing does the rest.
    parts.push(`${companyColumn} LIKE :company`)
    params['company'] = `%${escapeLike(company.replace(suffixes, '').slice(0, 2) || company)}%`
  }
  surnames.forEach((surname, i) => {
    parts.push(`${nameColumn} LIKE :name${i}`)
    params[`name${i}`] = `${escapeLike(surname)}%`
  })
  if (phone) {
    parts.push(`${phoneColumn} = :phone`)
    params['phone'] = phone
  }
  return { sql: `(${parts.join(' OR ')})`, params }
}
