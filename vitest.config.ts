import { defineConfig } from 'vitest/config'

const INTEGRATION = '**/*.integration.test.ts'
const NEVER = ['**/node_modules/**', '**/dist/**', '**/.next/**', 'data/**', 'e2e/**']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{lib,server,components,app,scripts,testing}/**/*.test.{ts,tsx}'],
          exclude: [...NEVER, INTEGRATION],
          testTimeout: 10_000,
        },
      },
      {
        // Starts what is in dist/: `npm test` builds it first.
        test: {
          name: 'integration',
          include: [INTEGRATION],
          exclude: NEVER,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Each file runs whole processes, and small machines have two cores.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
