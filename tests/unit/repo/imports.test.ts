import { describe, expect, it } from 'vitest'
import { findForbiddenImports, importsOf } from './import-rules.js'
import { productFolders, readSources } from './source-files.js'

describe('imports of the product', () => {
  it('follow the table of folders and the order of modules inside core', () => {
    expect(findForbiddenImports(readSources(productFolders))).toEqual([])
  })
})

describe('the import checker', () => {
  it.each([
    ['core/leads/leads.ts', '../../adapters/wecom/client.js', 'adapters/wecom/client.ts'],
    ['core/leads/leads.ts', '../../bot/texts.js', 'bot/texts.ts'],
    ['core/leads/leads.ts', 'koa', 'koa'],
    ['core/leads/leads.ts', 'node:http', 'node:http'],
    ['core/leads/leads.ts', '../app.js', 'core/app.ts'],
    ['core/leads/leads.ts', '../tasks/tasks.js', 'core/tasks/tasks.ts'],
    ['core/leads/leads.ts', '../unheard-of/thing.js', 'core/unheard-of/thing.ts'],
    ['core/unheard-of/thing.ts', '../errors.js', 'core/errors.ts'],
    ['core/db/columns.ts', '../changes/change.js', 'core/changes/change.ts'],
    ['core/errors.ts', './changes/change.js', 'core/changes/change.ts'],
    ['adapters/wecom/client.ts', '../../core/leads/lead.js', 'core/leads/lead.ts'],
    ['adapters/wecom/client.ts', '../../core/config.js', 'core/config.ts'],
    ['bot/routes.ts', '../adapters/sandbox/sandbox.js', 'adapters/sandbox/sandbox.ts'],
    ['bot/main.ts', '../tests/support/clock.js', 'tests/support/clock.ts'],
    ['jobs/relay.ts', '../bot/notify.js', 'bot/notify.ts'],
    ['miniapp/api/leads.ts', '../web/texts.js', 'miniapp/web/texts.ts'],
    ['miniapp/contract/lead.ts', '../../core/leads/lead.js', 'core/leads/lead.ts'],
    ['miniapp/contract/lead.ts', 'koa', 'koa'],
    ['miniapp/web/main.ts', '../../core/leads/lead.js', 'core/leads/lead.ts'],
    ['core/errors.ts', '../../elsewhere/thing.js', '../elsewhere/thing.ts'],
  ])('reports that %s imports %s', (path, specifier, target) => {
    const file = { path, text: `import { thing } from '${specifier}'\n` }

    expect(findForbiddenImports([file])).toEqual([`${path} -> ${target}`])
  })

  it.each([
    ['core/leads/leads.ts', '../changes/changes.js'],
    ['core/leads/leads.ts', './lead.js'],
    ['core/leads/leads.ts', '../db/columns.js'],
    ['core/leads/leads.ts', 'zod'],
    ['core/files/files.ts', 'node:fs/promises'],
    ['core/app.ts', './tasks/tasks.js'],
    ['adapters/wecom/client.ts', '../../core/ports/card.js'],
    ['adapters/wecom/client.ts', '../../core/errors.js'],
    ['adapters/wecom/client.ts', 'ws'],
    ['bot/main.ts', '../adapters/sandbox/sandbox.js'],
    ['bot/routes.ts', '../core/app.js'],
    ['miniapp/api/leads.ts', '../contract/lead.js'],
    ['miniapp/web/main.ts', '../contract/lead.js'],
  ])('lets %s import %s', (path, specifier) => {
    expect(findForbiddenImports([{ path, text: `import { thing } from '${specifier}'\n` }])).toEqual([])
  })

  it('sees every way to import', () => {
    const text = `
      import one from './one.js'
      import type { Two } from './two.js'
      import { type Three } from './three.js'
      import './four.js'
      export { five } from './five.js'
      export * from './six.js'
      const seven = await import('./seven.js')
      let eight: import('./eight.js').Eight
      // import nine from './nine.js'
      const ten = "import ten from './ten.js'"
    `
    const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']

    expect(importsOf({ path: 'core/x.ts', text }).sort()).toEqual(
      names.map((name) => `core/${name}.ts`).sort(),
    )
  })

  it('reads the scripts of Vue files', () => {
    const text = `<script setup lang="ts">\nimport { a } from '../core/a.js'\n</script>\n<template>import</template>\n`

    expect(importsOf({ path: 'miniapp/web.vue', text })).toEqual(['core/a.ts'])
  })

  it('reports a file outside the known folders', () => {
    expect(findForbiddenImports([{ path: 'miniapp/other/x.ts', text: '' }])).toHaveLength(1)
  })
})
