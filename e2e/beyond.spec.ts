import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, journey, kpiTile, openLive } from './journey.ts'
import type { Kinesight } from './kinesight.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What it printed, of an access log of May 2015. */
async function replay(kinesight: Kinesight, ...options: string[]) {
  const file = path.join(kinesight.dataDir, 'access.log')
  const lines = Array.from(
    { length: 60 },
    (_, n) =>
      `192.0.2.${n} - - [17/May/2015:10:05:${String(n).padStart(2, '0')} +0000] "GET /a HTTP/1.1" 200 5 "-" "Mozilla/5.0"`,
  )
  await writeFile(file, `${lines.join('\n')}\n`)
  const env = { ...process.env, PORT: String(kinesight.port), DATA_DIR: kinesight.dataDir }
  const args = ['dist/replay.js', file, '--format', 'combined', ...options]
  return promisify(execFile)(process.execPath, args, { cwd: ROOT, env })
}

journey(
  'events older than all that is kept are said on Overview and Shards, with the reason',
  async ({ page, kinesight }) => {
    await openLive(page, '/')
    await kinesight.put([
      { type: 'page_view', page: '/old', time: '2021-01-12T10:00:00Z' },
      { type: 'page_view', page: '/older', time: 1_500_000_000 },
      { type: 'page_view', page: '/now', time: Math.floor(Date.now() / 1_000) },
    ])
    const words =
      '2 events are older than the 400 days that Kinesight keeps, so no window shows them; the oldest is of 14 Jul 2017.'
    await expect(page.getByText(words)).toBeVisible()
    await expect(page.getByText('--at now')).toBeVisible()
    const feed = page.getByRole('region', { name: 'Live events' })
    await expect(feed.getByText('12 Jan 2021')).toBeVisible()
    await expect(feed.getByText('too old')).toHaveCount(2)
    await page.goto('/shards')
    await expect(page.getByText(words)).toBeVisible()
    await expect(page.getByText('2 too old')).toBeVisible()
    const { fates } = await kinesight.totals()
    expect(fates).toMatchObject({ applied: 3, rejected: 0, beyond: 2 })
  },
)

journey(
  'a replay says that its log is too old, and moved to the present ends with the page that shows it',
  async ({ page, kinesight }) => {
    const old = await replay(kinesight)
    expect(old.stderr).toContain('All of them are older than the 400 days that Kinesight keeps')
    expect(old.stderr).toContain('replay the file with --at now')
    expect(old.stdout).not.toContain(`http://127.0.0.1:${kinesight.port}`)
    const { stdout } = await replay(kinesight, '--at', 'now')
    const [link] = /http:\S+from=\S+$/m.exec(stdout) ?? []
    await openLive(page, link ?? '')
    await expect(kpiTile(page, 'Visitors').getByText('60', { exact: true })).toBeVisible()
    await expect(page.getByRole('region', { name: 'Fixed range' })).toBeVisible()
  },
)
