import type { Page } from '@playwright/test'
import type { SeriesAnswer } from '../lib/api.ts'
import { clock } from '../lib/format-time.ts'
import { expect, journey, longAgo, openLive, pageViews } from './journey.ts'

const MINUTE_MS = 60_000
/** Of the chart over 15 min. */
const STEP_MS = 5_000
const MOST_STEPS = 180

/** Five minutes ago, in the middle of its step. */
const fiveMinutesAgo = () => {
  const t = Date.now() - 5 * MINUTE_MS
  return t - (t % STEP_MS) + STEP_MS / 2
}

const timed = (events: ReturnType<typeof pageViews>, time: number) =>
  events.map((event) => ({ ...event, time }))

const chart = (page: Page, label: string) =>
  page.getByRole('group', { name: new RegExp(`^${label}:`) })

/** By the arrow keys, until the chart says what there was at this time. */
async function stepTo(page: Page, label: string, time: number): Promise<void> {
  const step = clock(time - (time % STEP_MS))
  await chart(page, label).focus()
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    await page.keyboard.press('ArrowLeft')
    if ((await chart(page, label).textContent())?.includes(`${step} – `)) return
  }
  throw new Error(`the chart has no step at ${step}`)
}

journey(
  'an event that comes five minutes late changes its step within 2 s, and the step is marked',
  async ({ page, kinesight }) => {
    // So many that they are counted by the second.
    await kinesight.put([longAgo(), ...pageViews(120)])
    await openLive(page, '/?window=15m')
    const views = chart(page, 'Page views')
    await expect(views).toHaveAccessibleName(/highest \S+\/s/)
    const mark = page.getByRole('button', { name: /^Corrected after it was over/ })
    await expect(mark).toHaveCount(0)

    const time = fiveMinutesAgo()
    await stepTo(page, 'Page views', time)
    await page.keyboard.press('Enter')
    await expect(views).toContainText('Page views0/s')
    await expect(views).not.toContainText('Corrected')

    await kinesight.put(timed(pageViews(15, '/docs'), time))
    await expect(views).toContainText('3.00/s', { timeout: 2_000 })
    await expect(views).toContainText(/Corrected: 15 late events, the last [\d.]+ s ago/)
    await expect(mark).toHaveAccessibleName(/: 15 late events/)
    await mark.focus()
    await expect(page.getByText(/^Corrected after it was over: 15 late events/)).toBeVisible()
    await page.keyboard.press('Escape')
    await views.focus()
    await mark.hover()
    await expect(page.getByText(/^Corrected after it was over: 15 late events/)).toBeVisible()
    await expect(page.getByRole('region', { name: 'Page views' })).toContainText('corrected')

    // Of clicks there was none that came late.
    await page.goto('/?window=15m&kpi=ctr')
    await expect(page.getByRole('region', { name: 'CTR' })).toBeVisible()
    await expect(mark).toHaveCount(0)

    const answer = await fetch(
      `${kinesight.url}/api/v1/kpis/page_views/series?window=15m&step=5s&filter=page:/docs`,
    )
    const { points } = (await answer.json()) as SeriesAnswer
    expect(points.filter(({ late }) => late !== undefined)).toMatchObject([
      { t: time - (time % STEP_MS), value: { value: 15 }, late: 15 },
    ])
  },
)

journey('the spend chart marks what was corrected, too', async ({ page, kinesight }) => {
  const impression = { type: 'ad_impression', account: 'acme', cost: '2.50' }
  await kinesight.put([
    longAgo(),
    { id: 'now', ...impression },
    { id: 'late', ...impression, time: fiveMinutesAgo() },
  ])
  await openLive(page, '/spend?window=15m')
  await expect(
    page.getByRole('button', { name: /^Corrected after it was over: 1 late event, / }),
  ).toBeVisible()
})
