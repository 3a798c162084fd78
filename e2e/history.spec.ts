import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import type { KpisAnswer, SeriesAnswer } from '../lib/api.ts'
import { expect, journey, kpiTile, openLive, sharedJourney } from './journey.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

journey.use({ timezoneId: 'Europe/Berlin', locale: 'en-GB' })

/** `count` page views of `page`, spread over the minute that began so long ago. */
const viewsAgo = (ageMs: number, count: number, page = '/docs') =>
  Array.from({ length: count }, () => ({
    id: crypto.randomUUID(),
    type: 'page_view',
    page,
    visitor: crypto.randomUUID(),
    time: Date.now() - ageMs,
  }))

/** A month of a little traffic, the oldest 40 days ago. */
const month = () => [
  ...viewsAgo(40 * DAY, 1),
  ...viewsAgo(20 * DAY, 30),
  ...viewsAgo(6 * DAY, 60, '/pricing'),
  ...viewsAgo(2 * DAY, 120),
  ...viewsAgo(HOUR, 12),
]

const looking = sharedJourney((kinesight) => kinesight.put(month()))

const line = (page: Page) => page.getByRole('region', { name: 'Fixed range' })
const period = (page: Page) => page.getByRole('button', { name: /^Period: / })

looking(
  'a longer window is chosen in the bar, kept by a reload, and left by the way back',
  async ({ page }) => {
    await openLive(page, '/')
    await period(page).click()
    await page.getByRole('dialog', { name: 'Period' }).getByRole('button', { name: '7 d' }).click()
    await expect(page).toHaveURL(/\?window=7d$/)
    const visitors = kpiTile(page, 'Visitors')
    await expect(visitors.getByText(/^19\d$/)).toBeVisible()
    await expect(page.getByText('against the 7 d before')).toBeVisible()
    await page.reload()
    await expect(visitors.getByText(/^19\d$/)).toBeVisible()

    await page.keyboard.press('m')
    await expect(page).toHaveURL(/\?window=30d$/)
    await expect(visitors.getByText(/^22\d$/)).toBeVisible()
    await page.goBack()
    await expect(period(page)).toHaveAccessibleName('Period: 7 d')
    await expect(visitors.getByText(/^19\d$/)).toBeVisible()
    await page.goForward()
    await expect(visitors.getByText(/^22\d$/)).toBeVisible()
  },
)

journey(
  'a range is typed by keyboard, says what is wrong with it, is kept by a reload, and left with one click',
  async ({ page, kinesight }) => {
    await kinesight.put(month())
    await openLive(page, '/?window=1m')
    await page.keyboard.press('c')
    const from = page.getByLabel('From', { exact: true })
    const to = page.getByLabel('To', { exact: true })
    await expect(from).toBeFocused()
    await page.keyboard.type('12112030')
    await page.keyboard.press('Tab')
    await page.keyboard.type('0900')
    await page.keyboard.press('Enter')
    await expect(page.getByText('It has to begin in the past')).toBeVisible()
    await expect(from).toBeFocused()

    await from.fill(local(Date.now() - 7 * DAY))
    await to.fill(local(Date.now() - DAY))
    await to.press('Enter')
    await expect(line(page)).toContainText('your time (Europe/Berlin), 6 d')
    await expect(page).toHaveURL(/\?from=\d{4}-\d\d-\d\dT\d\d:\d\d:00Z&to=\d{4}-.*Z$/)
    const visitors = kpiTile(page, 'Visitors')
    await expect(visitors.getByText(/^1(7[6-9]|8[0-4])$/)).toBeVisible()
    await page.reload()
    await expect(visitors.getByText(/^1(7[6-9]|8[0-4])$/)).toBeVisible()

    // A late event corrects what is shown.
    await kinesight.put(viewsAgo(3 * DAY, 60))
    await expect(visitors.getByText(/^2(3[5-9]|4[0-5])$/)).toBeVisible()

    await line(page).getByRole('button', { name: 'Back to live' }).click()
    await expect(line(page)).toBeHidden()
    await expect(page).not.toHaveURL(/from=/)
  },
)

looking('Esc leaves the fields, and keys choose days and the period before', async ({ page }) => {
  await openLive(page, '/?by=page&key=/docs')
  await page.keyboard.press('c')
  await expect(page.getByLabel('From', { exact: true })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page).toHaveURL(/key=%2Fdocs|key=\/docs/)
  await page.mouse.click(5, 880)
  await page.keyboard.press('e')
  await expect(line(page)).toContainText(/(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ \w+/)
  const yesterday = (await line(page).textContent()) ?? ''
  await page.keyboard.press('ArrowLeft')
  await expect(line(page)).not.toHaveText(yesterday)
  await page.keyboard.press('ArrowRight')
  await expect(line(page)).toHaveText(yesterday)
  await page.keyboard.press('r')
  await expect(line(page)).toBeHidden()
})

looking('the period before is shown or not, as the address says', async ({ page }) => {
  await openLive(page, '/?window=7d')
  await expect(page.getByText('against the 7 d before')).toBeVisible()
  await page.keyboard.press('x')
  await expect(page.getByText('against the 7 d before')).toBeHidden()
  await expect(page).toHaveURL(/compare=off/)
  await page.reload()
  const legend = page.getByRole('button', { name: '7 d before' })
  await expect(legend).toHaveAttribute('aria-pressed', 'false')
  await expect(page.getByText('against the 7 d before')).toBeHidden()
  await legend.click()
  await expect(page.getByText('against the 7 d before')).toBeVisible()
})

looking(
  'what is taken along of a range is the range, with the figures that the page shows',
  async ({ page, context, kinesight }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const hour = Date.now() - (Date.now() % HOUR)
    const [from, to] = [hour - 7 * DAY, hour - DAY].map((t) =>
      new Date(t).toISOString().slice(0, 19),
    )
    await openLive(page, `/?from=${from}Z&to=${to}Z`)
    await expect(kpiTile(page, 'Visitors').getByText(/^1(7[6-9]|8[0-4])$/)).toBeVisible()
    await page.getByRole('button', { name: 'Take this chart along' }).click()
    await page.getByRole('menuitem', { name: 'Copy as curl' }).click()
    const curl = await page.evaluate(() => navigator.clipboard.readText())
    const address = /'(http[^']+)'/.exec(curl)?.[1] ?? ''
    expect(address).toContain(`/series?from=${from}Z&to=${to}Z&step=1h`)
    const series = (await (await fetch(address)).json()) as SeriesAnswer
    expect([series.from, series.to]).toEqual([hour - 7 * DAY, hour - DAY])
    expect(series.points.reduce((sum, { value }) => sum + (value.value ?? 0), 0)).toBe(180)

    const pages = page.getByRole('region', { name: 'Top pages' })
    await pages.getByRole('button', { name: /Take this list along/ }).click()
    const downloading = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'Download CSV', exact: true }).click()
    const file = await readFile(await (await downloading).path(), 'utf8')
    expect(file).toContain(`${from}.000Z,${to}.000Z,key,page,/docs,page_views,,120,`)

    const answer = (await (
      await fetch(`${kinesight.url}/api/v1/kpis?from=${from}Z&to=${to}Z`)
    ).json()) as KpisAnswer
    const perSecond = (answer.kpis.page_views?.value.value ?? 0) / (answer.spanMs / 1_000)
    expect(perSecond).toBeCloseTo(180 / ((6 * DAY) / 1_000))
  },
)

looking('a range before the first event says since when there are some', async ({ page }) => {
  await openLive(page, '/?from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z')
  await expect(page.getByText(/The first event known is of/)).toBeVisible()
  await expect(line(page)).toContainText('No events are known before')
  await expect(kpiTile(page, 'Page views')).toHaveText(/^Page views–– ?\/s/)
})

/** As a field of the browser's zone takes it. */
function local(t: number): string {
  const text = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'short' },
  }).format(t)
  return text.replace(' ', 'T')
}
