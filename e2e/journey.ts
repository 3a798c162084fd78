import { test as base, expect, type Page, type TestInfo } from '@playwright/test'
import { createKinesight, type Kinesight } from './kinesight.ts'

/** The pages, as the rail names them. */
export const PAGES = [
  { path: '/', name: 'Overview' },
  { path: '/shards', name: 'Shards' },
  { path: '/spend', name: 'Spend' },
  { path: '/alerts', name: 'Alerts' },
  { path: '/kpis', name: 'KPIs' },
  { path: '/dead-letters', name: 'Dead letters' },
] as const

/**
 * A journey: a Kinesight of its own, started, and a page for it. It fails if the page has complained by
 * the end: one that expects complaints empties `complaints`.
 */
export const journey = base.extend<{ kinesight: Kinesight; complaints: string[] }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures from the pattern
  kinesight: async ({}, use, info) => {
    const kinesight = await createKinesight()
    try {
      await kinesight.start()
      await use(kinesight)
    } finally {
      await showOutput(kinesight, info)
      await kinesight.dispose()
    }
  },

  baseURL: async ({ kinesight }, use) => {
    await use(kinesight.url)
  },

  complaints: [
    async ({ page }, use) => {
      const complaints = collectComplaints(page)
      await use(complaints)
      expect(complaints, 'what the page complained about').toEqual([])
    },
    { auto: true },
  ],
})

/**
 * Journeys of a file that share one Kinesight: for those that only look at it, so that none sees what another one did.
 * The first that runs starts it, and fills it by `fill`.
 */
export function sharedJourney(fill: (kinesight: Kinesight) => Promise<void> = async () => {}) {
  let kinesight: Kinesight | undefined
  let ready: Promise<void> | undefined
  const startAndFill = async (fresh: Kinesight) => {
    await fresh.start()
    await fill(fresh)
  }
  journey.afterAll(async () => kinesight?.dispose())
  return journey.extend({
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures from the pattern
    kinesight: async ({}, use, info) => {
      kinesight ??= await createKinesight()
      try {
        ready ??= startAndFill(kinesight)
        await ready
        await use(kinesight)
      } finally {
        await showOutput(kinesight, info)
      }
    },
  })
}

async function showOutput(kinesight: Kinesight, info: TestInfo): Promise<void> {
  if (info.status === info.expectedStatus) return
  await info.attach('server output', { body: kinesight.output() })
  console.log(`The server printed:\n${kinesight.output()}`)
}

/** Errors that the page prints, throws, or meets while loading; grows as they come. */
function collectComplaints(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`)
  })
  return complaints
}

export { expect }

/**
 * An event of two hours ago, of no KPI. A rate is over the time that the stream has had: with this in it,
 * over the whole window.
 */
export const longAgo = () => ({
  id: crypto.randomUUID(),
  type: 'heartbeat',
  time: Date.now() - 2 * 3_600_000,
})

/**
 * What a rate of `amount` over a window of so many seconds reads: its last second is not over, and the rate is over the
 * time that was. `before`: what stands in front of the number.
 */
export function rateText(amount: number, { seconds = 60, before = '' } = {}): RegExp {
  const most = Math.round((amount * seconds * 100) / (seconds - 1))
  const least = Math.round(amount * 100)
  const all = Array.from({ length: most - least + 1 }, (_, n) => ((least + n) / 100).toFixed(2))
  return new RegExp(`(?<![\\d.,])${before}(?:${all.join('|')})(?![\\d.])`)
}

/** `count` page views now, each by another visitor. Ids are new with each call. */
export function pageViews(count: number, page = '/pricing') {
  const run = crypto.randomUUID().slice(0, 8)
  return Array.from({ length: count }, (_, index) => ({
    id: `${run}-${index}`,
    type: 'page_view',
    visitor: `v-${run}-${index}`,
    page,
    referrer: 'https://example.org/',
  }))
}

/** `count` ad impressions now, each of `cost`. */
export function impressions(
  count: number,
  ad: { account: string; cost: string; campaign?: string; device?: string },
) {
  const run = crypto.randomUUID().slice(0, 8)
  return Array.from({ length: count }, (_, index) => ({
    id: `${run}-${index}`,
    type: 'ad_impression',
    visitor: `v-${run}-${index}`,
    campaign: 'spring',
    ...ad,
  }))
}

/** Ready to be looked at: live data has arrived. */
export async function openLive(page: Page, path: string): Promise<void> {
  await page.goto(path)
  // Not only that it no longer connects: of a page that is not there yet that is true, too.
  const light = page.getByRole('banner').getByText(/^(live|quiet|waiting)$/)
  await expect(light).toBeVisible()
  await expect(page.locator('main')).not.toBeEmpty()
}

/** A KPI's tile in the strip of the overview. */
export const kpiTile = (page: Page, label: string) =>
  page
    .getByRole('region', { name: 'KPIs' })
    .getByRole('button')
    .filter({ has: page.getByText(label, { exact: true }) })
