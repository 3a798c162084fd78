import { expect, journey, kpiTile, longAgo, openLive } from './journey.ts'

const sale = (revenue: number, currency: string) => ({
  ...{ id: crypto.randomUUID(), type: 'conversion', account: currency.toLowerCase(), revenue },
  ...{ cost: revenue, currency, campaign: 'spring' },
})

/** 169.99 USD in three, and of more yen and euros one each. */
const SALES = [
  sale(100, 'USD'),
  sale(1_999, 'JPY'),
  sale(60, 'USD'),
  sale(100, 'EUR'),
  sale(9.99, 'USD'),
]

/** A rate is over the time that was: a little less than the hour. */
const IN_DOLLARS = /\$1(69|7\d)\.\d\d\/h ?and €10\d\.\d\d\/h, ¥[12],\d{3}\/h/
const IN_EUROS = /€10\d\.\d\d\/h ?and ¥[12],\d{3}\/h, \$1(69|7\d)\.\d\d\/h/

journey(
  'revenue is in the currency of most events, and the others stand beside it',
  async ({ page, kinesight }) => {
    await kinesight.put([longAgo(), ...SALES])
    await openLive(page, '/?window=1h&kpi=revenue')
    const tile = kpiTile(page, 'Revenue')
    await expect(tile).toContainText(IN_DOLLARS)
    const chart = page.getByRole('region', { name: 'Revenue', exact: true })
    await expect(chart).toContainText(IN_DOLLARS)
    await expect(chart).toContainText('USD only')

    await openLive(page, '/spend?window=1h')
    const totals = page.getByLabel('Spend in total')
    await expect(totals).toContainText('$169.99')
    await expect(totals).toContainText('and €100.00, ¥1,999')
    // By what was spent in the main currency: 1,999 yen are not more than 169.99 dollars.
    const rows = page.getByRole('table', { name: 'Spend by account' }).getByRole('row')
    await expect(rows.nth(1)).toContainText('usd')
    await expect(rows.filter({ hasText: 'jpy' })).toContainText('¥1,999')

    // A page that is open would complain.
    await page.goto('about:blank')
    await kinesight.stop()
    await kinesight.start({ env: { MAIN_CURRENCY: 'eur' } })
    await openLive(page, '/?window=1h&kpi=revenue')
    await expect(kpiTile(page, 'Revenue')).toContainText(IN_EUROS)
  },
)
