import { defineConfig } from 'vitest/config'

const project = (name: string, extra: object = {}) => ({
  test: { name, include: [`tests/${name}/**/*.test.ts`], environment: 'node' as const, ...extra },
})

export default defineConfig({
  test: {
    projects: [
      project('unit'),
      project('integration', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('contract', { testTimeout: 30_000, hookTimeout: 60_000 }),
      // Real processes and a server of its own: side by side they would starve each other.
      project('chaos', { testTimeout: 300_000, hookTimeout: 60_000, fileParallelism: false }),
      project('e2e', { testTimeout: 90_000, hookTimeout: 120_000, fileParallelism: false }),
    ],
  },
})
