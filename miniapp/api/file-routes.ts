import type { Router } from '@koa/router'
import { DomainError } from '../../core/errors.js'
import { checkScan, largestFileBytes, type FileRecord } from '../../core/files/files.js'
import { authorize } from '../../core/permissions/permissions.js'
import type { FileView } from '../contract/deals.js'
import type { AddRoute } from './api.js'
import { readBytes } from './body.js'
import type { ApiDeps } from './deps.js'
import { requireActor } from './guard.js'
import type { Vocabulary } from './vocabulary.js'

export function addFileRoutes(router: Router, { core, fileStore }: ApiDeps, add: AddRoute): void {
  // The bytes are the body and the name is a header: nothing to parse, nothing written before it is checked.
  add('post', '/deals/:id/files', async (ctx, actor) => {
    const dealId = ctx.params.id ?? ''
    const deal = await core.read((tx) => core.deals.require(tx, actor, dealId))
    authorize(actor, 'deal.edit', deal)
    const bytes = await readBytes(ctx, largestFileBytes, 'file.too_large')
    checkScan(bytes)
    const id = core.files.newId()
    await fileStore.put(id, bytes)
    try {
      await core.write((tx) =>
        core.files.add(tx, actor, {
          id,
          name: decodeName(ctx.get('x-file-name')),
          bytes,
          purpose: 'contract',
          subject: { type: 'deal', id: dealId },
        }),
      )
    } catch (error) {
      await fileStore.remove(id)
      throw error
    }
    return { id }
  })

  router.get('/files/:id', async (ctx) => {
    const actor = await requireActor(core, ctx)
    const file = await core.read(async (tx) => {
      const found = await core.files.find(tx, ctx.params.id ?? '')
      if (!found || found.subjectType !== 'deal') throw new DomainError('file.not_found')
      await core.deals.require(tx, actor, found.subjectId)
      return found
    })
    const bytes = await fileStore.get(file.id)
    if (!bytes) throw new DomainError('file.not_found')
    ctx.type = file.mime
    ctx.set('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
    ctx.set('x-content-type-options', 'nosniff')
    ctx.set('content-security-policy', "default-src 'none'; sandbox")
    ctx.body = bytes
  })
}

export const presentFile = (file: FileRecord, words: Vocabulary): FileView => ({
  id: file.id,
  name: file.name,
  mime: file.mime,
  bytes: file.bytes,
  uploadedBy: words.person(file.uploadedBy)?.name ?? '',
  uploadedAt: file.uploadedAt.toISOString(),
})

/** A file's name as the header carries it: percent-encoded, since headers have no Chinese. */
export function decodeName(header: string): string {
  try {
    return decodeURIComponent(header)
  } catch {
    return header
  }
}
