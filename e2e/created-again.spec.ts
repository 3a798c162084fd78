import { expect, impressions, journey, kpiTile, longAgo, openLive, pageViews } from './journey.ts'

/** A chart of a day has steps of ten minutes, and of one that is not over nothing is shown. */
const BEFORE = { time: Date.now() - 25 * 60_000 }

/** Visitors are estimated: two of them may be taken for one. */
const ABOUT_90 = /^(88|89|90|91)$/
const ABOUT_30 = /^(29|30)$/

/** The words of the banner that every page has. */
const NEWS = 'The stream was deleted and created again at'

journey(
  'a stream that was created again is told on every page, with the totals before',
  async ({ page, kinesight, complaints }) => {
    await openLive(page, '/?window=1h')
    await kinesight.put([
      longAgo(),
      ...pageViews(80).map((event) => ({ ...event, ...BEFORE })),
      ...impressions(10, { account: 'acme', cost: '1.5' }).map((event) => ({
        ...event,
        ...BEFORE,
      })),
    ])
    await kinesight.putText('no JSON')
    await expect(kpiTile(page, 'Visitors').getByText(ABOUT_90)).toBeVisible()
    await expect(page.getByText(NEWS)).toBeHidden()

    await kinesight.recreateStream(2)
    await kinesight.put(pageViews(30))
    const banner = page.getByRole('status').filter({ hasText: NEWS })
    await expect(banner).toBeVisible({ timeout: 30_000 })
    await expect(banner).toContainText('Before: 91 events and 1 rejected')
    await expect(kpiTile(page, 'Visitors').getByText(ABOUT_30)).toBeVisible()
    await expect(page.getByText(/^before [\d:]+: the former stream, not shown$/)).toBeVisible()

    // Its totals, and its last day in charts.
    await banner.getByRole('button', { name: 'Former totals' }).click()
    const dialog = page.getByRole('dialog', { name: 'Totals of the former stream' })
    await expect(dialog).toContainText('Events applied91')
    await expect(dialog.getByRole('region', { name: 'Spend by account' })).toContainText('$15.00')
    await dialog.getByRole('link', { name: 'Show its last day in charts' }).click()
    await expect(dialog).toBeHidden()
    await expect(kpiTile(page, 'Visitors').getByText(ABOUT_90)).toBeVisible()
    await page.getByRole('button', { name: 'Show the stream of now' }).click()
    await expect(page).not.toHaveURL(/incarnation/)

    // Its dead letters.
    await page.goto('/dead-letters')
    await expect(page.getByText('No dead letters')).toBeVisible()
    await page.getByRole('link', { name: 'Show them' }).click()
    await expect(page.getByText('1 of 92 events read')).toBeVisible()
    await page.getByRole('button', { name: 'Show the stream of now' }).click()
    await expect(page.getByText('No dead letters')).toBeVisible()

    // Put away it stays away; the Shards page goes on saying it.
    await page.getByRole('button', { name: 'Put this away' }).click()
    await openLive(page, '/shards')
    await expect(page.getByText(NEWS)).toBeHidden()
    await expect(page.getByText(/^Created again/)).toBeVisible()
    await page.getByRole('link', { name: 'Former totals' }).click()
    await expect(dialog).toContainText('Events applied91')

    // While the stream is away the API may answer that it is starting.
    complaints.length = 0
  },
)
