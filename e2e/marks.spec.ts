import path from 'node:path'
import type { KpiMark } from '../lib/kpi-mark.ts'
import { createDamage } from '../server/damage/damage.ts'
import { createMarkStore } from '../server/marks/mark-store.ts'
import { systemClock } from '../server/platform/clock.ts'
import { openStore } from '../server/store/open-store.ts'
import { expect, journey, kpiTile, longAgo, openLive, pageViews } from './journey.ts'

const MINUTE_MS = 60_000

/** As if it had been found: to find one takes longer than a journey may. */
async function keepMark(dataDir: string, change: Partial<KpiMark>): Promise<void> {
  const store = await openStore(path.join(dataDir, 'kinesight.db'))
  const { id } = await store.db.selectFrom('stream').select('id').executeTakeFirstOrThrow()
  const mark: KpiMark = {
    ...{ id: crypto.randomUUID(), kpi: 'page_views', direction: 'up', factor: 4 },
    ...{ began: Date.now() - 3 * MINUTE_MS, ended: Date.now() - 2 * MINUTE_MS, ending: 'back' },
    text: 'Page views 4× usual',
    ...change,
  }
  const { began: since, direction } = mark
  const found = { since, direction, expected: 1, value: 4, factor: 4, score: 6 }
  const damage = createDamage(store.db, { clock: systemClock })
  await createMarkStore(store.db, { streamId: () => id, damage }).put({ mark, found })
  await store.close()
}

journey('a quiet site says so in one line', async ({ page, kinesight }) => {
  await openLive(page, '/')
  const panel = page.getByRole('region', { name: 'What just went wrong' })
  await expect(panel).toContainText('Learns what is usual once events come')
  await kinesight.put(pageViews(3))
  await expect(panel).toContainText(/Learning what is usual: \d min to go/)
})

journey(
  'what just went wrong is in the line, on the tile and in the chart, and a click shows its key',
  async ({ page, kinesight }) => {
    await kinesight.put([longAgo(), ...pageViews(30, '/pricing'), ...pageViews(10, '/docs')])
    await expect.poll(async () => (await kinesight.totals()).events.page_view).toBe(40)
    await kinesight.stop()
    const cause = { dimension: 'page', key: '/pricing', share: 0.92 } as const
    const text = 'Page views 4× usual: 92 % from page /pricing'
    await keepMark(kinesight.dataDir, { cause, text })
    await keepMark(kinesight.dataDir, { kpi: 'visitors', text: 'Visitors 3× usual' })
    const lasting = { kpi: 'ctr', text: 'CTR stopped', ended: null, ending: null } as const
    await keepMark(kinesight.dataDir, { ...lasting, began: Date.now() - MINUTE_MS })
    await kinesight.start()

    await openLive(page, '/?window=5m&kpi=ctr')
    const panel = page.getByRole('region', { name: 'What just went wrong' })
    await expect(panel.getByRole('button', { name: 'CTR stopped' })).toBeVisible()
    await expect(kpiTile(page, 'CTR')).toContainText('Unusual now: CTR stopped')
    await panel.getByRole('button', { name: '1 more' }).click()
    const fault = panel.getByRole('button', { name: text })
    await expect(fault).toContainText('also Visitors')

    await fault.click()
    await expect(page).toHaveURL(/by=page&key=%2Fpricing/)
    await expect(page.getByRole('region', { name: 'Page views' })).toContainText('/pricing')
    const flag = page.getByRole('button', { name: text, exact: true })
    await flag.focus()
    await expect(page.getByText(text).last()).toBeVisible()
  },
)
