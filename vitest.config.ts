import { defineConfig } from 'vitest/config'

const INTEGRATION = '**/*.integration.test.ts'
const SCENARIOS = 'server/stream/scenarios/**'
const NEVER = ['**/node_modules/**', '**/dist/**', '**/.next/**', 'data/**', 'e2e/**']

export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{lib,server,components,app,scripts,testing,bench}/**/*.test.{ts,tsx}'],
          exclude: [...NEVER, INTEGRATION, SCENARIOS],
          // What hangs is ended; what is slow on a busy machine is not.
          testTimeout: 60_000,
          // Starting a worker and loading all modules for each file took two thirds of the time.
          isolate: false,
          // Modules are shared, so the viewer's zone is the same for all: one that changes its offset.
          env: { TZ: 'Europe/Berlin' },
        },
      },
      {
        // What a consumer must survive, each against a Kinesis that misbehaves so: seconds apiece.
        test: {
          name: 'scenarios',
          include: [`${SCENARIOS}/*.test.ts`],
          exclude: NEVER,
          testTimeout: 60_000,
          isolate: false,
          sequence: { groupOrder: 1 },
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
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
