import { expect, journey, kpiTile, openLive, pageViews } from './journey.ts'

const from = (device: string, count: number) =>
  pageViews(count).map((event) => ({ ...event, device }))

journey(
  'a KPI is composed with its figure in sight, and is wherever KPIs are until it is deleted',
  async ({ page, kinesight, complaints }) => {
    await kinesight.put([...from('desktop', 20), ...from('mobile', 10)])
    await openLive(page, '/')
    await page.getByRole('link', { name: '+ KPI' }).click()
    await page.getByRole('button', { name: 'only where' }).click()
    await page.getByLabel('Value').fill('moblie')
    await expect(page.getByText('None of the 30 recent page_view events meets this')).toBeVisible()
    await page.getByRole('button', { name: 'mobile', exact: true }).click()
    const preview = page.getByRole('region', { name: 'Preview' })
    await expect(preview.getByText('10 of 30 recent page_view events match')).toBeVisible()

    await page.getByRole('combobox', { name: 'Shown as' }).click()
    await page.getByRole('option', { name: 'a number over the window' }).click()
    await expect(preview.getByText('10', { exact: true }).first()).toBeVisible()
    await kinesight.put([...from('mobile', 5), ...from('desktop', 5)])
    await expect(preview.getByText('15', { exact: true }).first()).toBeVisible({ timeout: 3_000 })

    // What was composed is there again.
    await page.getByRole('link', { name: 'All KPIs' }).click()
    await expect(page.getByText('No KPI of your own yet')).toBeVisible()
    await page.getByRole('link', { name: 'Compose a KPI' }).click()
    await expect(page.getByRole('button', { name: 'Take mobile away' })).toBeVisible()

    await page.getByRole('button', { name: 'Save KPI' }).click()
    await expect(page.getByText('Give it a name')).toBeVisible()
    await page.getByLabel('Name', { exact: true }).fill('Mobile page views')
    await expect(page.getByText('mobile_page_views', { exact: true })).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page.getByText('Number of page_view (device is mobile)')).toBeVisible()

    await kinesight.put([...from('mobile', 4), ...from('desktop', 4)])
    await page.getByRole('link', { name: 'Mobile page views' }).click()
    await expect(page.getByRole('heading', { level: 2, name: 'Mobile page views' })).toBeVisible()
    await expect(kpiTile(page, 'Mobile page views').getByText('4', { exact: true })).toBeVisible()

    await page.getByRole('link', { name: 'Alerts' }).click()
    await page.getByRole('button', { name: 'New threshold' }).click()
    await page.getByRole('combobox', { name: 'KPI', exact: true }).click()
    await page.getByRole('option', { name: 'Mobile page views', exact: true }).click()
    await page.getByLabel('Value').fill('1000')
    await page.keyboard.press('Enter')
    await expect(page.getByText('Mobile page views over 1 h above 1000')).toBeVisible()

    await page.getByRole('link', { name: 'KPIs', exact: true }).click()
    await page.getByRole('button', { name: 'Delete Mobile page views' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Delete KPI' }).click()
    await expect(dialog.getByText('would have nothing to watch: delete it first')).toBeVisible()
    complaints.splice(0)
    const [rule] = await kinesight.rules()
    await fetch(`${kinesight.url}/api/v1/alerts/rules/${rule?.id}`, { method: 'DELETE' })
    await dialog.getByRole('button', { name: 'Delete KPI' }).click()
    await expect(page.getByText('No KPI of your own yet')).toBeVisible()
    await page.getByRole('link', { name: 'Overview', exact: true }).click()
    await expect(kpiTile(page, 'Page views')).toBeVisible()
    await expect(kpiTile(page, 'Mobile page views')).toBeHidden()
  },
)
