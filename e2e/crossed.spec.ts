import { expect, impressions, journey, kpiTile, longAgo, openLive, rateText } from './journey.ts'

journey(
  'an account and a device restrict the KPIs together, and each can be lifted',
  async ({ page, kinesight }) => {
    // Over one minute $1 is $60 an hour.
    await kinesight.put([
      longAgo(),
      ...impressions(30, { account: 'acme', device: 'mobile', cost: '0.01' }),
      ...impressions(10, { account: 'acme', device: 'desktop', cost: '0.01' }),
      ...impressions(20, { account: 'lumen', device: 'mobile', cost: '0.03' }),
    ])
    await openLive(page, '/?window=1m&kpi=spend')
    const anHour = (dollars: number) => rateText(dollars, { before: '\\$' })
    const spend = (dollars: number) => kpiTile(page, 'Spend').getByText(anHour(dollars))
    await expect(spend(60)).toBeVisible()

    await list('Accounts')
    await row('acme').click()
    await expect(spend(24)).toBeVisible()
    await list('Devices')
    await expect(page.getByText('of account acme')).toBeVisible()
    await expect(row('mobile')).toContainText(anHour(18))
    await expect(row('desktop')).toContainText(anHour(6))

    await row('mobile').click()
    await expect(spend(18)).toBeVisible()
    await expect(page).toHaveURL(/by=account&key=acme&by2=device&key2=mobile/)
    await expect(page.getByText('of device mobile')).toBeVisible()
    await expect(row('lumen')).toContainText(anHour(36))
    // What is put is on the page at once.
    await kinesight.put(impressions(5, { account: 'acme', device: 'mobile', cost: '0.01' }))
    await expect(spend(21)).toBeVisible()

    // Under the pointer Esc would close the figure's tooltip first.
    await page.mouse.move(0, 0)
    await expect(page.getByRole('tooltip')).toHaveCount(0)
    await page.keyboard.press('Escape')
    await expect(spend(27)).toBeVisible()
    await row('mobile').click()
    await page.getByRole('button', { name: 'Take the filter on account acme away' }).click()
    await expect(spend(57)).toBeVisible()
    await expect(page).toHaveURL(/by=device&key=mobile$/)

    async function list(name: string) {
      await page.getByRole('button', { name, exact: true }).click()
    }
    function row(key: string) {
      return page.locator('li').getByRole('button').filter({ hasText: key })
    }
  },
)

journey(
  'of two clicks that come faster than the page follows both count',
  async ({ page, kinesight }) => {
    await kinesight.put([
      longAgo(),
      ...impressions(30, { account: 'acme', device: 'mobile', cost: '0.01' }),
      ...impressions(20, { account: 'lumen', device: 'mobile', cost: '0.03' }),
    ])
    await openLive(page, '/?window=1h&kpi=spend&by=account&key=acme')
    await page.getByRole('button', { name: 'Devices', exact: true }).click()
    const mobile = page.locator('li').getByRole('button').filter({ hasText: 'mobile' })
    const away = page.getByRole('button', { name: 'Take the filter on account acme away' })
    await expect(mobile).toContainText('$0.30')
    const [one, other] = [await mobile.elementHandle(), await away.elementHandle()]
    await page.evaluate(
      (both) => {
        for (const each of both) (each as HTMLElement).click()
      },
      [one, other],
    )
    await expect(page).toHaveURL(/by=device&key=mobile$/)
    await expect(kpiTile(page, 'Spend').getByText('$0.90', { exact: true })).toBeVisible()
  },
)

journey('a rule can watch two filters together', async ({ page, kinesight }) => {
  await openLive(page, '/alerts')
  await page.getByRole('button', { name: 'New threshold' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'New threshold' })
  await choose('KPI', 'Spend')
  await choose('Of what', 'account')
  await dialog.getByLabel('Which account').fill('acme')
  await choose('And what', 'device')
  await dialog.getByLabel('Which device').fill('mobile')
  await choose('Window', '10 s')
  await dialog.getByLabel('Value').fill('5')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()

  const sentence = 'Spend of account acme and device mobile over 10 s above 5 USD'
  const banner = page.getByRole('status').filter({ hasText: sentence })
  await kinesight.put(impressions(9, { account: 'acme', device: 'desktop', cost: '1' }))
  await kinesight.put(impressions(5, { account: 'acme', device: 'mobile', cost: '1' }))
  await expect(page.getByText(sentence).first()).toBeVisible()
  await expect(banner).toBeHidden()
  await kinesight.put(impressions(1, { account: 'acme', device: 'mobile', cost: '1' }))
  await expect(banner).toBeVisible({ timeout: 5_000 })

  async function choose(label: string, option: string) {
    await dialog.getByRole('combobox', { name: label, exact: true }).click()
    await page.getByRole('option', { name: option, exact: true }).click()
  }
})
