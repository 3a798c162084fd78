import './node-version.mjs'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { CHROMIUM_ARGS, ensureChromium } from './chromium.mjs'
import { say } from './say.mjs'

const PAGES = ['', 'shards', 'spend', 'alerts', 'kpis', 'dead-letters']
const SIZES = [
  { name: 'desktop', width: 1440, height: 900 },
  { name: 'phone', width: 390, height: 844 },
]
const SCHEMES = ['light', 'dark']
/** Figures roll, charts settle, a few frames arrive. */
const SETTLE_MS = 3_000

const [url, folder, only] = process.argv.slice(2)
if (folder === undefined) {
  say('npm run screenshots -- URL FOLDER [PAGE]   such as http://127.0.0.1:3000 shots overview')
  process.exit(1)
}

mkdirSync(folder, { recursive: true })
const { chromium } = await import('playwright-core')
const browser = await chromium.launch({
  executablePath: await ensureChromium(),
  args: CHROMIUM_ARGS,
})
try {
  for (const { name: size, ...viewport } of SIZES) {
    for (const colorScheme of SCHEMES) {
      const phone = size === 'phone'
      const context = await browser.newContext({
        viewport,
        colorScheme,
        ...(phone && { isMobile: true, hasTouch: true, deviceScaleFactor: 2 }),
      })
      for (const place of PAGES) {
        const name = place === '' ? 'overview' : place
        if (only !== undefined && only !== name) continue
        const page = await context.newPage()
        // Not "networkidle": the live connection never is.
        await page.goto(`${url.replace(/\/$/, '')}/${place}`, { waitUntil: 'load' })
        await page.waitForTimeout(SETTLE_MS)
        const file = path.join(folder, `${name}-${size}-${colorScheme}.png`)
        await page.screenshot({ path: file })
        say(file)
        await page.close()
      }
      await context.close()
    }
  }
} finally {
  await browser.close()
}
