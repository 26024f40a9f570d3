import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { ConfigError } from '../../core/errors.js'
import type { ConversationArchive } from './archive.js'

/**
 * What the file named by `WECOM_ARCHIVE_MODULE` exports: `openArchive`, called once at the start.
 *
 * @example
 * export async function openArchive({ corpId }) {
 *   const library = await openVendorLibrary(corpId)
 *   return { read: async (after) => ({ messages: [], last: after }) }
 * }
 */
export interface ArchiveModule {
  openArchive(company: { corpId: string }): ConversationArchive | Promise<ConversationArchive>
}

const variable = 'WECOM_ARCHIVE_MODULE'
const word = z.string().min(1).max(128)

/** What a module hands over is nobody's word that we know: it is read like a callback. */
const page = z.object({
  last: z.number().int().nonnegative(),
  messages: z.array(
    z.object({
      type: z.literal('message'),
      platform: z.literal('wecom'),
      eventId: word,
      at: z.iso.datetime(),
      sender: z.object({ externalId: word, name: z.string().optional(), internal: z.boolean() }),
      chat: z.object({ id: word, type: z.enum(['direct', 'group']), name: z.string().optional() }),
      messageId: word,
      text: z.string(),
      toBot: z.boolean(),
    }),
  ),
})

/**
 * Loads an installation's own archive.
 *
 * @param path - of the module, absolute or from the folder in which the process was started.
 * @throws ConfigError that says what does not fit.
 */
export async function loadArchive(path: string, corpId: string): Promise<ConversationArchive> {
  const refuse = (problem: string) => new ConfigError([{ variable, problem }])
  const { openArchive } = await importModule(path).catch((err: unknown) => {
    throw refuse(`${resolve(path)} cannot be loaded: ${said(err)}`)
  })
  if (!isCallable(openArchive)) throw refuse(`${resolve(path)} exports no function openArchive`)
  let archive: unknown
  try {
    archive = await openArchive({ corpId })
  } catch (err) {
    throw refuse(`openArchive failed: ${said(err)}`)
  }
  if (!isArchive(archive)) throw refuse('openArchive gives nothing with a function read')
  return {
    async read(after) {
      const answer = page.safeParse(await archive.read(after))
      if (answer.success) return answer.data as Awaited<ReturnType<ConversationArchive['read']>>
      const [issue] = answer.error.issues
      throw new TypeError(`the archive's answer does not fit at ${issue?.path.join('.')}: ${issue?.message}`)
    },
  }
}

const importModule = async (path: string): Promise<Record<string, unknown>> =>
  import(pathToFileURL(resolve(path)).href) as Promise<Record<string, unknown>>

const isCallable = (value: unknown): value is (input: object) => unknown => typeof value === 'function'
const isArchive = (value: unknown): value is { read(after: number): unknown } =>
  typeof value === 'object' && value !== null && 'read' in value && isCallable(value.read)
const said = (err: unknown): string => (err instanceof Error ? err.message : String(err))
