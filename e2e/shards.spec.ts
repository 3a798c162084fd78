import { expect, journey, openLive, pageViews } from './journey.ts'

/** Of four shards of equal range the third one owns this hash key. */
const KEY_OF_THIRD = (2n ** 127n + 5n).toString()

journey(
  'throughput appears for the shard that was written to, and for no other',
  async ({ page, kinesight }) => {
    await openLive(page, '/shards')
    const rows = page.getByRole('table', { name: 'Shards' }).getByRole('row')
    // The header is a row too.
    await expect(rows).toHaveCount(5)
    for (let index = 1; index <= 4; index++) await expect(rows.nth(index)).toContainText('0/s')

    await kinesight.put(pageViews(100), { hashKey: KEY_OF_THIRD })
    const third = rows.nth(3)
    await expect(third).toContainText('shardId-000000000002')
    await expect(third.getByText(/^[1-9][\d.]*\/s$/)).toBeVisible({ timeout: 3_000 })
    // Over ten seconds, once it has been read for so long.
    await expect(third.getByText('10.0/s', { exact: true })).toBeVisible({ timeout: 15_000 })
    await expect(third.getByRole('meter', { name: /records\/s$/ })).toBeVisible()
    await expect(third).toContainText('100 %')
    for (const index of [1, 2, 4]) {
      await expect(rows.nth(index).getByText('0/s', { exact: true })).toBeVisible()
    }

    const totals = await kinesight.totals()
    const records = Object.entries(totals.shards).map(([id, shard]) => [
      id.slice(-1),
      shard.records,
    ])
    expect(records.sort()).toEqual([
      ['0', 0],
      ['1', 0],
      ['2', 100],
      ['3', 0],
    ])

    await third.click()
    await expect(
      page.getByRole('heading', { level: 2, name: 'shardId-000000000002' }),
    ).toBeVisible()
    await expect(page.getByRole('region', { name: 'Shard in figures' })).toContainText(
      /Records read\s*100/,
    )
    await page.keyboard.press('Escape')
    await expect(rows).toHaveCount(5)
  },
)
