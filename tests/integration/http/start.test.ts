import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../../core/config.js'
import { ConfigError } from '../../../core/errors.js'
import { startProcess, within } from '../../support/process.js'

function problemsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map((problem) => problem.variable)
  }
}

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({ host: '127.0.0.1', port: 3000, sandbox: true, llm: null })
  })

  it('takes a variable that is set to nothing as not set', () => {
    expect(readConfig({ PORT: '', TIME_ZONE: ' ' })).toMatchObject({ port: 3000 })
  })

  it('names variables that belong together beside those that are wrong, and shows no password', () => {
    const read = () =>
      readConfig({ PORT: 'abc', LLM_API_KEY: 'key', DATABASE_URL: 'postgres://me:hunter2@host/db' })
    expect(read).toThrowError(/PORT/)
    expect(read).toThrowError(/LLM_BASE_URL/)
    expect(read).toThrowError(/DATABASE_URL/)
    expect(read).not.toThrowError(/hunter2/)
  })

  it('names all variables that are wrong at once', () => {
    const wrong = {
      PORT: '99999',
      DATABASE_URL: 'postgres://x',
      TIME_ZONE: 'Mars/Base',
      LOG_LEVEL: 'loud',
      SANDBOX: 'maybe',
      PUBLIC_URL: 'ftp://x',
      LLM_TIMEOUT_MS: 'soon',
      FAULT_POINT: 'nowhere',
    }
    expect(problemsOf(wrong).toSorted()).toEqual(Object.keys(wrong).toSorted())
  })

  it('wants an address and a key for the model, or neither', () => {
    expect(problemsOf({ LLM_API_KEY: 'key' })).toEqual(['LLM_BASE_URL'])
    expect(problemsOf({ LLM_BASE_URL: 'https://model.example/v1' })).toEqual(['LLM_API_KEY'])
  })
})

describe('a start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-start-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const env = { PORT: '0', DATA_DIR: folder, DEMO: 'off', LOG_LEVEL: 'error' }

  it('stops with a line for each problem, and no stack', async () => {
    const product = startProcess(folder, { ...env, PORT: 'x', LOG_LEVEL: 'loud' })
    expect(await within(20_000, 'stopping', product.ended)).toEqual({ code: 1, signal: null })
    const lines = product.output().trim().split('\n')
    expect(lines.map((line) => line.trim().split(':')[0])).toEqual(['PORT', 'LOG_LEVEL'])
  })

  it('says in one line that the port is in use', async () => {
    const busy = createServer().listen(0, '127.0.0.1')
    await once(busy, 'listening')
    const address = busy.address()
    const port = typeof address === 'object' && address ? String(address.port) : ''
    const product = startProcess(folder, { ...env, PORT: port })
    expect((await within(20_000, 'stopping', product.ended)).code).toBe(1)
    expect(product.output().trim()).toBe(`PORT: port ${port} is in use: choose another one`)
    busy.close()
  })

  it('is ended by SIGTERM in good order', async () => {
    const product = startProcess(folder, env)
    const origin = await product.origin
    expect((await fetch(`${origin}/healthz`)).status).toBe(200)
    product.kill('SIGTERM')
    expect(await within(10_000, 'stopping', product.ended)).toEqual({ code: 0, signal: null })
    expect(product.output()).not.toContain('Error')
  })
})
