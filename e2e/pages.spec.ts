import type { Page } from '@playwright/test'
import { expect, impressions, openLive, PAGES, pageViews, sharedJourney } from './journey.ts'
import type { Kinesight } from './kinesight.ts'

/** Something to see on every page: views, spend of long names, a threshold that fires, a dead letter. */
async function fill(kinesight: Kinesight): Promise<void> {
  const long = `/shop/${'autumn-collection-'.repeat(8)}?utm_source=newsletter&utm_campaign=${'x'.repeat(80)}`
  await kinesight.put([
    ...pageViews(40, long),
    ...pageViews(40),
    ...impressions(20, {
      account: 'acme-international-holdings-and-partners',
      cost: '12345.678901',
    }),
  ])
  await kinesight.putText('{"type": ')
  const answer = await fetch(`${kinesight.url}/api/v1/alerts/rules`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kpi: 'spend', window: '1h', when: 'above', value: '1' }),
  })
  expect(answer.status).toBe(201)
}

const journey = sharedJourney(fill)

const firing = (page: Page) =>
  page.getByRole('status').filter({ hasText: 'Spend over 1 h above 1 USD' })

journey('no page complains, and each is where the rail says', async ({ page }) => {
  await openLive(page, '/')
  const rail = page.getByRole('navigation', { name: 'Pages' }).getByRole('list')
  for (const { path, name } of PAGES) {
    const link = rail.getByRole('link', { name: new RegExp(`^${name}`) })
    await link.click()
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
    await expect(link).toHaveAttribute('aria-current', 'page')
    expect(new URL(page.url()).pathname).toBe(path)
    await expect(firing(page)).toBeVisible()
    // Opened by its address it is the same.
    await openLive(page, path)
    await expect(firing(page)).toBeVisible()
  }
  await expect(page.getByText('Not JSON').first()).toBeVisible()
})

journey.describe('before its scripts run', () => {
  journey.use({ javaScriptEnabled: false })

  journey('each page is there, with its name and the rail', async ({ page }) => {
    for (const { path, name } of PAGES) {
      await page.goto(path)
      await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
      await expect(page.getByRole('navigation', { name: 'Pages' })).toBeVisible()
      await expect(page.getByRole('banner').getByText('connecting')).toBeVisible()
    }
  })
})

journey('at 390 px nothing sticks out of a page', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  for (const { path, name } of PAGES) {
    await openLive(page, path)
    await expect(firing(page)).toBeVisible()
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width, `${name} is ${width} px wide`).toBeLessThanOrEqual(390)
  }
})

journey('everything can be reached by keyboard', async ({ page }) => {
  const skip = page.getByRole('link', { name: 'Skip to the content' })
  // A busy machine may give the window its focus only after the page was pressed on: then from the start.
  await expect(async () => {
    await openLive(page, '/')
    await page.bringToFront()
    await page.keyboard.press('Tab')
    await expect(skip).toBeFocused({ timeout: 1_000 })
  }).toPass()

  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await expect(page.getByRole('heading', { level: 1, name: 'Shards' })).toBeVisible()
  const row = page.getByRole('table', { name: 'Shards' }).getByRole('row').nth(1)
  await row.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 2, name: 'shardId-000000000000' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(row).toBeFocused()

  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Help' })
  await expect(help).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(help).toBeHidden()

  await page.getByRole('link', { name: 'Spend' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Spend' })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  const tile = page.getByRole('region', { name: 'KPIs' }).getByRole('button', { name: /^CTR/ })
  await tile.focus()
  await page.keyboard.press('Enter')
  await expect(tile).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('heading', { level: 2, name: 'CTR' })).toBeVisible()
})
