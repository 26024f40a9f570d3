import { DomainError } from '../../core/errors.js'
import { importTemplate, largestCsvBytes } from '../../core/intake/csv.js'
import { importHeadings } from '../../core/intake/import.js'
import { readForm } from '../../core/intake/form.js'
import { authorize, can } from '../../core/permissions/permissions.js'
import { newLeadSchema, type ImportReportView, type NewLeadAnswer } from '../contract/lead-entry.js'
import type { AddRoute } from './api.js'
import { readBytes, readJson } from './body.js'
import type { ApiDeps } from './deps.js'
import { decodeName } from './file-routes.js'
import { parse } from './problems.js'

const manualForm = {
  key: 'manual',
  name: '手工录入',
  source: 'manual',
  allowOrigins: [],
  perMinute: 1,
  required: ['name' as const, 'phone' as const],
  mailDomains: [],
}

/** Leads that people bring in themselves: one by hand, many from a table. */
export function addLeadEntryRoutes(add: AddRoute, { core }: ApiDeps): void {
  add('post', '/leads', async (ctx, actor): Promise<NewLeadAnswer> => {
    authorize(actor, 'lead.create')
    const read = readForm(manualForm, parse(newLeadSchema, await readJson(ctx)))
    if (!read.ok) {
      throw new DomainError('request.invalid', { fields: read.problems })
    }
    return core.write(async (tx) => {
      const keeps = actor.role === 'rep' || actor.role === 'manager'
      const receiver = keeps
        ? ({ by: 'person', personId: actor.personId, via: 'manual' } as const)
        : ({ by: 'offer' } as const)
      const interest = { ...read.interest, channel: 'page' }
      const result = await core.intake.capture(tx, actor, interest, receiver)
      if (result.outcome === 'lead')
        return {
          outcome: 'made',
          path: can(actor, 'lead.read', result.lead) ? `/leads/${result.lead.id}` : null,
          owner: null,
        }
      const row =
        result.outcome === 'lead-touched' ? result.lead : await core.customers.find(tx, result.customerId)
      const owner = row?.ownerId ? await core.org.findPerson(tx, row.ownerId) : null
      const seen =
        row !== null && can(actor, result.outcome === 'lead-touched' ? 'lead.read' : 'customer.read', row)
      const path =
        result.outcome === 'lead-touched' ? `/leads/${result.lead.id}` : `/customers/${result.customerId}`
      return { outcome: 'known', path: seen ? path : null, owner: owner?.name ?? null }
    })
  })

  add('post', '/imports', async (ctx, actor): Promise<ImportReportView> => {
    authorize(actor, 'lead.import')
    const bytes = await readBytes(ctx, largestCsvBytes, 'import.too_large')
    const report = await core.imports.importCsv(actor, { name: decodeName(ctx.get('x-file-name')), bytes })
    return { ...report, errorFile: report.errorFile?.toString('utf8') ?? null }
  })

  add('get', '/imports/template', async (_ctx, actor) => {
    authorize(actor, 'lead.import')
    return { file: importTemplate(Object.values(importHeadings).map(([title]) => title)).toString('utf8') }
  })
}
