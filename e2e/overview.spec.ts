import { expect, journey, kpiTile, longAgo, openLive, pageViews, rateText } from './journey.ts'

journey(
  'an event that is put moves the KPI on the page within 2 s',
  async ({ page, kinesight }) => {
    await openLive(page, '/?window=1m')
    await expect(page.getByText('Waiting for the first event')).toBeVisible()
    await kinesight.put([longAgo(), ...pageViews(60)])
    const views = kpiTile(page, 'Page views')
    await expect(views.getByText(rateText(1))).toBeVisible()

    await kinesight.put(pageViews(60))
    await expect(views.getByText(rateText(2))).toBeVisible({ timeout: 2_000 })
    // An estimate: 0.8 % standard error.
    await expect(kpiTile(page, 'Visitors').getByText(/^1(1[6-9]|2[0-4])$/)).toBeVisible()
  },
)

journey(
  'a page in the list restricts the KPIs to it, and Esc lifts that',
  async ({ page, kinesight }) => {
    await kinesight.put([longAgo(), ...pageViews(60, '/pricing'), ...pageViews(120, '/docs')])
    await openLive(page, '/?window=1m')
    const views = kpiTile(page, 'Page views')
    await expect(views.getByText(rateText(3))).toBeVisible()

    await page
      .getByRole('region', { name: 'Top pages' })
      .getByRole('button', { name: '/docs' })
      .click()
    await expect(views.getByText(rateText(2))).toBeVisible()
    // Under the pointer Esc would close the figure's tooltip first.
    await page.mouse.move(0, 0)
    await expect(page.getByRole('tooltip')).toHaveCount(0)
    await page.keyboard.press('Escape')
    await expect(views.getByText(rateText(3))).toBeVisible()
  },
)

journey('strings from events are words on the page, never markup', async ({ page, kinesight }) => {
  const hostile = '<img src=x onerror="document.title=1">'
  await kinesight.put(pageViews(3, hostile))
  await openLive(page, '/')
  await expect(page.getByText(hostile).first()).toBeVisible()
  expect(await page.locator('img[src="x"]').count()).toBe(0)
  expect(await page.title()).toContain('Overview')
})
