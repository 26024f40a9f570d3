import { posix } from 'node:path'
import ts from 'typescript'
import type { SourceFile } from './source-files.js'

/**
 * Who may import whom. The first row whose `files` begins the path counts. `packages` lists what may come from npm or
 * from Node; without it, anything may.
 */
const table: { files: string; mayImport: string[]; packages?: string[] }[] = [
  {
    files: 'core/',
    mayImport: ['core/'],
    // No network and no server here: the outside world is behind the ports.
    packages: [
      ...[
        'typeorm',
        'zod',
        'ulid',
        'async-mutex',
        'reflect-metadata',
        'mysql2',
        'csv-parse',
        'csv-stringify',
      ],
      ...[
        'node:async_hooks',
        'node:crypto',
        'node:fs',
        'node:path',
        'node:sqlite',
        'node:stream',
        'node:timers',
      ],
      ...['node:url', 'node:util', 'node:worker_threads', 'node:zlib'],
    ],
  },
  { files: 'adapters/', mayImport: ['adapters/', 'core/ports/', 'core/errors.ts'] },
  {
    files: 'bot/main.ts',
    mayImport: ['core/', 'adapters/', 'bot/', 'jobs/', 'miniapp/api/', 'miniapp/contract/'],
  },
  // Parts of main.ts that stand in files of their own.
  { files: 'bot/wiring/', mayImport: ['core/', 'adapters/', 'bot/'] },
  { files: 'bot/', mayImport: ['bot/', 'core/'] },
  { files: 'miniapp/api/', mayImport: ['miniapp/api/', 'miniapp/contract/', 'core/'] },
  { files: 'miniapp/contract/', mayImport: ['miniapp/contract/'], packages: ['zod'] },
  { files: 'miniapp/web/', mayImport: ['miniapp/web/', 'miniapp/contract/'] },
  { files: 'jobs/', mayImport: ['jobs/', 'core/'] },
]

/** The modules inside core, lowest first. Each sees only those before it. */
const coreModules = [
  ...[
    'key-store',
    'changes',
    'playbook',
    'org',
    'permissions',
    'inbox',
    'files',
    'deadlines',
    'deliveries',
    'approvals',
  ],
  ...[
    'understanding',
    'scoring',
    'dedupe',
    'customers',
    'leads',
    'deals',
    'assignment',
    'intake',
    'tasks',
    'follow-ups',
  ],
  ...['tickets', 'journeys', 'money', 'reports', 'sync'],
]

/** Every import that the table or the order inside core forbids, as `file -> target`; empty when all is well. */
export function findForbiddenImports(files: SourceFile[]): string[] {
  return files.flatMap((file) => {
    const rule = table.find(({ files: start }) => file.path.startsWith(start))
    if (!rule) return [`${file.path} is in no folder of the table`]
    return importsOf(file)
      .filter((target) => !isAllowed(file.path, target, rule))
      .map((target) => `${file.path} -> ${target}`)
  })
}

/**
 * What a file imports: static, type-only, dynamic with a literal, and re-exports. Relative ones come as paths in the
 * repository (`core/errors.ts`), others as they are written (`zod`, `node:fs`).
 */
export function importsOf({ path, text }: SourceFile): string[] {
  const code = path.endsWith('.vue') ? scriptsOf(text) : text
  const specifiers = ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName)
  return [...new Set(specifiers)].map((specifier) => {
    if (!specifier.startsWith('.')) return specifier
    return posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')
  })
}

function isAllowed(path: string, target: string, rule: (typeof table)[number]): boolean {
  if (!isInRepository(target)) return !rule.packages || rule.packages.some((name) => isOf(target, name))
  if (!rule.mayImport.some((start) => target.startsWith(start))) return false
  return !path.startsWith('core/') || levelOf(target) <= levelOf(path)
}

// A module is one level, everything that the modules stand on is level 0, app.ts and entities.ts stand on all of them. A folder
// without a place in the order has no level and compares as false: it may import nothing and nobody may import it.
function levelOf(path: string): number {
  const [, folder = '', file] = path.split('/')
  if (path === 'core/app.ts' || path === 'core/entities.ts') return coreModules.length + 1
  if (file === undefined || folder === 'db' || folder === 'ports') return 0
  // The demo company builds a core of its own, with a clock that walks through the past.
  if (folder === 'demo') return coreModules.length + 2
  const index = coreModules.indexOf(folder)
  return index === -1 ? NaN : index + 1
}

function isInRepository(target: string): boolean {
  return /^(core|adapters|bot|jobs|miniapp|tests|scripts|docs|dist|\.\.)\//.test(target)
}

function isOf(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`)
}

function scriptsOf(vue: string): string {
  return [...vue.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, code]) => code).join('\n')
}
