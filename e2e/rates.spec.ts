import type { Page } from '@playwright/test'
import { expect, journey, openLive } from './journey.ts'

const WINDOWS = ['1m', '1h', '7d', '30d']

/** 10 page views a second over the last 40 s. */
function youngStream() {
  const now = Date.now()
  return Array.from({ length: 400 }, (_, n) => ({
    id: crypto.randomUUID(),
    type: 'page_view',
    page: '/pricing',
    time: now - 40_000 + n * 100,
  }))
}

const chart = (page: Page) => page.getByRole('region', { name: 'Page views', exact: true })

/** What the chosen KPI says, with its unit: "9.81/s". */
async function perSecond(page: Page): Promise<number> {
  const text = await chart(page)
    .getByRole('heading')
    .locator('xpath=following-sibling::*[1]')
    .textContent()
  return text?.includes('/s') === true ? Number.parseFloat(text) : Number.NaN
}

journey(
  'a young stream has one rate over all windows, and the page says what it is over',
  async ({ kinesight, page }) => {
    const began = Date.now() - 40_000
    await kinesight.put(youngStream())
    for (const window of WINDOWS) {
      await openLive(page, `/?window=${window}`)
      if (window !== '1m') await expect(chart(page)).toContainText('since the first event')
      await expect
        .poll(async () => (await perSecond(page)) * ((Date.now() - began) / 1_000))
        // Nothing comes any more, so the same 400 are over ever more seconds.
        .toBeGreaterThan(340)
      expect((await perSecond(page)) * ((Date.now() - began) / 1_000)).toBeLessThan(460)
    }
  },
)

journey(
  'where the server hangs the open step is not drawn as if it were over',
  async ({ complaints, kinesight, page }) => {
    await kinesight.put(youngStream())
    await page.clock.install()
    await openLive(page, '/?window=1h')
    const drawn = page.getByRole('group', { name: /^Page views:/ })
    await expect(drawn).toHaveAccessibleName(/last \S+\/s/)
    kinesight.signal('SIGSTOP')
    // What was on its way is there, and figures have rolled.
    await page.clock.runFor(2_000)
    const rate = await perSecond(page)
    const line = await drawn.getAttribute('aria-label')
    // Two steps of the chart: the browser's clock goes on, and nothing is heard.
    await page.clock.runFor(40_000)
    expect(await perSecond(page)).toBe(rate)
    expect(await drawn.getAttribute('aria-label')).toBe(line)
    kinesight.signal('SIGCONT')
    complaints.length = 0
  },
)
