import { defineConfig } from '@playwright/test'
import { CHROMIUM_ARGS, findChromium } from './scripts/chromium.mjs'

// A hint for developers, repeated by every client that a journey makes.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

const executablePath = findChromium()
if (executablePath === undefined) {
  throw new Error(
    'No Chromium found: run "npm test", which installs one, or set KINESIGHT_CHROMIUM',
  )
}

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  workers: 1,
  retries: 0,
  timeout: 60_000,
  globalTimeout: 1_200_000,
  expect: { timeout: 10_000 },
  outputDir: 'test-results',
  forbidOnly: true,
  use: {
    headless: true,
    viewport: { width: 1440, height: 900 },
    // Without pictures, which cost a twelfth of the time.
    trace: { mode: 'retain-on-failure', screenshots: false },
    launchOptions: { executablePath, args: [...CHROMIUM_ARGS] },
  },
})
