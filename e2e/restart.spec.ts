import {
  expect,
  impressions,
  journey,
  kpiTile,
  longAgo,
  openLive,
  pageViews,
  rateText,
} from './journey.ts'

const QUARTER = { seconds: 15 * 60 }

journey(
  'after a SIGKILL and a restart the page comes back by itself with the right numbers',
  async ({ page, kinesight, complaints }) => {
    await openLive(page, '/?window=15m')
    const views = kpiTile(page, 'Page views')
    const spend = kpiTile(page, 'Spend')
    await kinesight.put([
      longAgo(),
      ...pageViews(900),
      ...impressions(10, { account: 'acme', cost: '1.250001' }),
    ])
    await expect(views.getByText(rateText(1, QUARTER))).toBeVisible()
    // 12.50001 in a quarter of an hour.
    await expect(spend.getByText(rateText(50, { ...QUARTER, before: '\\$' }))).toBeVisible()
    await page.evaluate(() => {
      document.documentElement.dataset.sameVisit = 'yes'
    })

    await kinesight.kill()
    await expect(page.getByText('Reconnecting…')).toBeVisible()
    await kinesight.start()
    await expect(page.getByText('Reconnecting…')).toBeHidden({ timeout: 15_000 })
    await expect(views.getByText(rateText(1, QUARTER))).toBeVisible()
    await expect(spend.getByText(rateText(50, { ...QUARTER, before: '\\$' }))).toBeVisible()

    await kinesight.put([
      ...pageViews(900),
      ...impressions(10, { account: 'acme', cost: '1.250001' }),
    ])
    await expect(views.getByText(rateText(2, QUARTER))).toBeVisible()
    await expect(spend.getByText(rateText(100, { ...QUARTER, before: '\\$' }))).toBeVisible()
    // It was the same page all the time.
    await expect(page.locator('html')).toHaveAttribute('data-same-visit', 'yes')

    const totals = await kinesight.totals()
    expect(totals.events).toEqual({ heartbeat: 1, page_view: 1_800, ad_impression: 20 })
    expect(totals.spend).toEqual({ acme: { USD: '25.00002' } })
    expect(totals.fates).toMatchObject({ applied: 1_821, duplicate: 0, rejected: 0 })

    // The browser complains about each attempt to reconnect while nobody was there.
    complaints.length = 0
  },
)
