import { expect, impressions, journey, openLive } from './journey.ts'

journey(
  'a threshold that is set in the form fires on every page and clears by itself',
  async ({ page, kinesight }) => {
    await openLive(page, '/spend')
    await page.getByRole('button', { name: 'New threshold' }).click()
    const dialog = page.getByRole('dialog', { name: 'New threshold' })
    // Only money goes below 0.
    await choose('KPI', 'Page views')
    await dialog.getByLabel('Value').fill('-3')
    await dialog.getByRole('button', { name: 'Set threshold' }).click()
    await expect(dialog.getByText('must not be negative')).toBeVisible()
    await choose('KPI', 'Spend')
    await choose('Of what', 'account')
    await dialog.getByLabel('Which account').fill('acme')
    await choose('Window', '10 s')
    await choose('Above or below', 'above')
    await dialog.getByLabel('Value').fill('5')
    await page.keyboard.press('Enter')
    await expect(dialog).toBeHidden()

    const sentence = 'Spend of account acme over 10 s above 5 USD'
    await expect(page.getByText(sentence)).toBeVisible()
    expect(await kinesight.rules()).toMatchObject([
      { kpi: 'spend', window: '10s', when: 'above', value: '5', sample: false },
    ])
    await kinesight.put(impressions(5, { account: 'other', cost: '100' }))
    await kinesight.put(impressions(4, { account: 'acme', cost: '1.25' }))
    // Exactly 5 is not above 5.
    await expect(page.getByRole('status').filter({ hasText: sentence })).toBeHidden()

    await kinesight.put(impressions(1, { account: 'acme', cost: '0.01' }))
    const banner = page.getByRole('status').filter({ hasText: sentence })
    await expect(banner).toBeVisible({ timeout: 3_000 })
    await page.getByRole('link', { name: 'Dead letters' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Dead letters' })).toBeVisible()
    await expect(banner).toBeVisible()

    // Ten seconds later nothing of it is in the window any more, and after five more it clears.
    await expect(banner).toBeHidden({ timeout: 30_000 })
    await page.getByRole('link', { name: 'Alerts' }).click()
    await expect(page.getByText(sentence).first()).toBeVisible()
    await expect(page.getByText('Fine', { exact: true })).toBeVisible()

    async function choose(label: string, option: string) {
      await dialog.getByRole('combobox', { name: label, exact: true }).click()
      await page.getByRole('option', { name: option, exact: true }).click()
    }
  },
)
