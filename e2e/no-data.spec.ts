import type { AlertEvent } from '../lib/alert-rule.ts'
import { expect, impressions, journey, openLive } from './journey.ts'

journey(
  'an alert that ends without a value is no data, in neutral, and not that it fell back',
  async ({ page, kinesight }) => {
    const rule = { kpi: 'ctr', window: '10s', when: 'above', value: '10' }
    const made = await fetch(`${kinesight.url}/api/v1/alerts/rules`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: kinesight.url },
      body: JSON.stringify(rule),
    })
    expect(made.status).toBe(201)
    await openLive(page, '/alerts')
    const clicks = impressions(2, { account: 'acme', cost: '0' })
    await kinesight.put([...clicks, { ...clicks[0], id: 'click', type: 'ad_click' }])
    const banner = page.getByRole('status').filter({ hasText: 'CTR over 10 s above 10 %' })
    await expect(banner).toBeVisible()
    // Ten seconds later there is no impression in the window to divide by, and after five more it ends.
    await expect(banner).toBeHidden({ timeout: 30_000 })

    const row = page.getByRole('table', { name: 'History of alerts' }).getByRole('row').nth(1)
    const ending = row.locator('[data-tone]')
    await expect(ending).toHaveText('No data')
    await expect(ending).toHaveAttribute('data-tone', 'neutral')
    await expect(page.getByText('Fell back')).toBeHidden()
    const answer = await fetch(`${kinesight.url}/api/v1/alerts/events`)
    const { events } = (await answer.json()) as { events: AlertEvent[] }
    expect(events).toMatchObject([{ cleared: 'no_data', value: { value: 0.5 } }])
  },
)
