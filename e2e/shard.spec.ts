import { expect, openLive, pageViews, sharedJourney } from './journey.ts'

const THIRD = 'shardId-000000000002'
/** Of four shards of equal range the third one owns this hash key. */
const KEY_OF_THIRD = (2n ** 127n + 5n).toString()

const journey = sharedJourney((kinesight) =>
  kinesight.put(pageViews(100), { hashKey: KEY_OF_THIRD }),
)

journey(
  'a shard has a page of its own, and the list is as it was on the way back',
  async ({ page, kinesight }) => {
    await openLive(page, '/shards')
    const table = page.getByRole('table', { name: 'Shards' })
    const search = page.getByRole('searchbox', { name: 'Find a shard by its id' })
    await search.fill('00002')
    const row = table.getByRole('row').nth(1)
    await expect(row).toContainText(THIRD)
    await expect(row).toContainText('Reading')

    await row.focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 2, name: THIRD })).toBeVisible()
    expect(new URL(page.url()).pathname).toBe(`/shards/${THIRD}`)
    await expect(page).toHaveTitle(`${THIRD} · Kinesight`)
    const figures = page.getByRole('region', { name: 'Shard in figures' })
    await expect(figures).toContainText(/Records read\s*100/)
    await expect(figures).toContainText(/Events applied\s*100/)
    await expect(page.getByText('Reads new records as they arrive.')).toBeVisible()

    const totals = await kinesight.totals()
    const checkpoint = totals.shards[THIRD]?.checkpoint ?? 'no checkpoint'
    const position = page.getByRole('region', { name: 'Where it stands' })
    await expect(position.getByText(checkpoint, { exact: true })).toBeVisible()
    // A reader that is alive is answered again and again, also where nothing comes.
    await expect(figures).toContainText(/Last progress\s*\d\.\d\s*s ago/)

    await page.keyboard.press('Escape')
    await expect(search).toHaveValue('00002')
    await expect(row).toContainText(THIRD)
    await expect(row).toBeFocused()

    await row.getByRole('link', { name: THIRD }).click()
    await page.getByRole('link', { name: 'All shards' }).click()
    await expect(search).toHaveValue('00002')
  },
)

journey('a shard that does not exist is said to be none', async ({ page }) => {
  await openLive(page, '/shards/shardId-000000000099')
  await expect(page.getByText('There is no shard shardId-000000000099')).toBeVisible()
  await page.getByRole('link', { name: 'All shards' }).click()
  await expect(page.getByRole('table', { name: 'Shards' })).toBeVisible()
})

journey('at 390 px nothing sticks out of the page of a shard', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await openLive(page, `/shards/${THIRD}`)
  await expect(page.getByRole('region', { name: 'What happened' })).toBeVisible()
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(390)
})
