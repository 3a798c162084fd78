import path from 'node:path'
import type { Page } from '@playwright/test'
import type { KpiMark } from '../lib/kpi-mark.ts'
import { createDamage } from '../server/damage/damage.ts'
import { createMarkStore } from '../server/marks/mark-store.ts'
import { systemClock } from '../server/platform/clock.ts'
import { openStore } from '../server/store/open-store.ts'
import { expect, journey, openLive, pageViews } from './journey.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const PRESSES = 12

journey.use({ timezoneId: 'Europe/Berlin', locale: 'en-GB' })

const text = (t: number) => new Date(t).toISOString().replace('.000Z', 'Z')
const address = (from: number, to: number) => `/?from=${text(from)}&to=${text(to)}`

function rangeOf(page: Page): { from: number; to: number } {
  const params = new URL(page.url()).searchParams
  return { from: Date.parse(params.get('from') ?? ''), to: Date.parse(params.get('to') ?? '') }
}

journey('arrow keys 110 ms apart lose no press, and neither do clicks', async ({ page }) => {
  const to = Math.floor(Date.now() / HOUR) * HOUR - 2 * DAY
  await openLive(page, address(to - HOUR, to))
  // On a slow machine the page still draws one of the presses before when the next one comes.
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  for (let n = 0; n < PRESSES; n++) await page.keyboard.press('ArrowLeft', { delay: 110 })
  const back = to - PRESSES * HOUR
  await expect.poll(() => rangeOf(page)).toEqual({ from: back - HOUR, to: back })
  const after = page.getByRole('button', { name: 'The period after' })
  for (let n = 0; n < PRESSES; n++) await after.click()
  await expect.poll(() => rangeOf(page)).toEqual({ from: to - HOUR, to })
})

journey('D before the first frame is the day that it is for the server', async ({ page }) => {
  // The browser's clock is 40 days behind, and no frame comes until the key was pressed.
  await page.addInitScript((ms) => {
    const now = Date.now
    Date.now = () => now() - ms
  }, 40 * DAY)
  let letThrough: () => void = () => {}
  const pressed = new Promise<void>((resolve) => {
    letThrough = resolve
  })
  await page.route('**/socket.io/**', async (route) => {
    await pressed
    await route.continue()
  })
  await page.routeWebSocket(/socket\.io/, async (socket) => {
    await pressed
    socket.connectToServer()
  })
  await page.goto('/')
  await expect(page.getByRole('button', { name: /^Period: / })).toBeVisible()
  await page.waitForFunction(() => document.readyState === 'complete')
  await page.keyboard.press('d')
  const address = page.url()
  letThrough()
  await expect.poll(() => rangeOf(page).to).toBeGreaterThan(Date.now() - DAY)
  expect(address).not.toContain('from=')
  expect(rangeOf(page).from).toBeGreaterThan(Date.now() - 1.1 * DAY)
})

journey(
  'a range of the past shows what went wrong then, with its day, and nothing of today',
  async ({ page, kinesight }) => {
    await kinesight.put(pageViews(3))
    await expect.poll(async () => (await kinesight.totals()).events.page_view).toBe(3)
    await kinesight.stop()
    const began = Math.floor(Date.now() / DAY) * DAY - 30 * DAY + 9 * HOUR
    await keepMark(kinesight.dataDir, {
      text: 'Page views stopped',
      began,
      ended: began + 5 * MINUTE,
    })
    const lately = Date.now() - 3 * MINUTE
    await keepMark(kinesight.dataDir, { text: 'Page views 4× usual', began: lately, ended: null })
    await kinesight.start()

    await openLive(page, address(began - HOUR, began + HOUR))
    const then = page.getByRole('region', { name: 'What went wrong then' })
    const day = new Date(began).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
    await expect(then.getByRole('button')).toHaveText(
      new RegExp(`Page views stopped${day}(?: \\d{4})?, \\d\\d:00, for 5 min$`),
    )
    await page.goto(address(began - 5 * DAY, began - 4 * DAY))
    await expect(then).toContainText('No anomaly is known of this range')
    await page.goto('/')
    const now = page.getByRole('region', { name: 'What just went wrong' })
    await expect(now.getByRole('button')).toContainText(/Page views 4× usualsince \d\d:\d\d:\d\d/)
  },
)

journey('the spans that a page names of one range agree', async ({ page, kinesight }) => {
  await kinesight.put([
    ...pageViews(3),
    { id: 'old', type: 'page_view', time: Date.now() - 70 * DAY },
  ])
  await expect.poll(async () => (await kinesight.totals()).events.page_view).toBe(4)
  // It is shown in whole steps of hours: more than was asked for.
  const from = Math.floor(Date.now() / HOUR) * HOUR - 60 * DAY + 20 * MINUTE
  await openLive(page, address(from, from + 59 * DAY + HOUR + 30 * MINUTE))
  const line = page.getByRole('region', { name: 'Fixed range' })
  await expect(line).toContainText('asked for')
  await expect(page.getByTitle(/^against the /).first()).toBeAttached()
  const titles = await page
    .getByTitle(/^against the /)
    .evaluateAll((all) => all.map((one) => one.getAttribute('title')))
  const spoken = `${await line.textContent()} ${titles.join(' ')} ${await page.locator('main').textContent()}`
  const spans = new Set(spoken.match(/\b\d+ d \d+ h\b/g))
  expect([...spans]).toEqual([expect.stringMatching(/^59 d [2-4] h$/)])
})

/** As if it had been found: to find one takes longer than a journey may. */
async function keepMark(dataDir: string, change: Partial<KpiMark>): Promise<void> {
  const store = await openStore(path.join(dataDir, 'kinesight.db'))
  const { id } = await store.db.selectFrom('stream').select('id').executeTakeFirstOrThrow()
  const mark: KpiMark = {
    ...{ id: crypto.randomUUID(), kpi: 'page_views', direction: 'up', factor: 4 },
    ...{ began: 0, ended: 0, ending: 'back', text: '' },
    ...change,
  }
  const { began: since, direction } = mark
  const found = { since, direction, expected: 1, value: 4, factor: 4, score: 6 }
  const damage = createDamage(store.db, { clock: systemClock })
  await createMarkStore(store.db, { streamId: () => id, damage }).put({ mark, found })
  await store.close()
}
