import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKinesight, type Kinesight, until } from '../e2e/kinesight.ts'
import type { TotalsAnswer } from '../lib/api.ts'

/**
 * Replays real logs at full speed and holds `/api/v1/totals` against sums that awk takes from the files.
 * The logs are not part of the project: without them these tests are skipped.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LOGS = fileURLToPath(new URL('../../shared/data', import.meta.url))
const APACHE = `${LOGS}/weblog/apache.log`
const IMPRESSIONS = `${LOGS}/ipinyou/impressions.tsv`
const CLICKS = `${LOGS}/ipinyou/clicks.tsv`

const haveLogs = [APACHE, IMPRESSIONS, CLICKS].every(existsSync)
const title = haveLogs ? 'real logs' : `real logs (skipped: there are none at ../shared/data)`

const run = promisify(execFile)
const awk = async (program: string, file: string, ...args: string[]) =>
  (await run('awk', [...args, program, file])).stdout.trim().split(' ')

const NO_PAGE =
  'css|js|mjs|map|json|xml|xsl|rss|atom|txt|ico|png|jpg|jpeg|gif|svg|webp|avif|bmp|tif|tiff|woff|woff2|ttf|otf|eot|mp3|mp4|m4a|m4v|webm|ogg|ogv|wav|avi|mov|flv|swf|wasm|pdf|zip|gz|tgz|bz2|xz|tar|rar|7z|jar|exe|msi|dmg|iso|deb|rpm|gem|whl|pcap|csv|log'

/** Requests, and page views: a GET that succeeded (or was cached) of a path that is no asset. */
const COUNT_PAGES = `{
  split($7, path, /[?#]/); n = split(path[1], part, "/"); last = tolower(part[n]); ext = ""
  if (match(last, /\\.[^.]*$/)) ext = substr(last, RSTART + 1)
  method = substr($6, 2)
  good = $9 == 304 || ($9 >= 200 && $9 < 300)
  if (method == "GET" && good && ext !~ /^(${NO_PAGE})$/) views++
} END { print NR, views }`

/** Each id once, and what those cost: the paying price is CNY per thousand, so 1/1000 each. */
const COUNT_IDS = '!seen[$1]++ { n++; cost += $21 } END { printf "%d %d %.3f", NR, n, cost / 1000 }'

describe.skipIf(!haveLogs)(title, () => {
  let kinesight: Kinesight
  beforeAll(async () => {
    kinesight = await createKinesight()
    await kinesight.start()
  })
  afterAll(() => kinesight?.dispose())

  const replay = async (file: string, format: string) => {
    const answer = await fetch(`${kinesight.url}/api/v1/stream`)
    const { name, endpoint } = (await answer.json()) as { name: string; endpoint: string }
    const target = ['--stream', name, '--endpoint', endpoint]
    const options = ['--format', format, '--speed', 'max', ...target]
    const env = { ...process.env, PORT: String(kinesight.port) }
    await run(process.execPath, ['dist/replay.js', file, ...options], { cwd: ROOT, env })
  }
  const readIn = ({ fates }: TotalsAnswer) => fates.applied + fates.duplicate + fates.rejected
  const eventsRead = async () => readIn(await kinesight.totals())

  test('replayed at full speed give the totals that awk finds in them, each doubled id once', async () => {
    const [requests, views] = (await awk(COUNT_PAGES, APACHE)).map(Number)
    const tabs = ['-F', '\t']
    const [shown, shownIds, cost] = await awk(COUNT_IDS, IMPRESSIONS, ...tabs)
    const [clicked, clickedIds] = await awk(COUNT_IDS, CLICKS, ...tabs)
    await replay(APACHE, 'combined')
    await replay(IMPRESSIONS, 'ipinyou')
    await replay(CLICKS, 'ipinyou')
    const read = Number(requests) + Number(views) + Number(shown) + Number(clicked)
    await until(async () => (await eventsRead()) >= read, {
      timeoutMs: 60_000,
      what: `${read} events`,
    })
    const totals = await kinesight.totals()
    expect(totals.events).toEqual({
      request: requests,
      page_view: views,
      ad_impression: Number(shownIds),
      ad_click: Number(clickedIds),
    })
    expect(totals.spend).toEqual({ '2821': { CNY: cost?.replace(/\.?0+$/, '') } })
    const applied = Number(requests) + Number(views) + Number(shownIds) + Number(clickedIds)
    expect(totals.fates).toMatchObject({ applied, duplicate: read - applied, rejected: 0 })
  })

  test('replayed a second time change nothing: every id is known', async () => {
    const before = await kinesight.totals()
    await replay(IMPRESSIONS, 'ipinyou')
    const again = readIn(before) + 10_000
    await until(async () => (await eventsRead()) >= again, {
      timeoutMs: 60_000,
      what: `${again} events`,
    })
    const { events, spend, fates } = await kinesight.totals()
    expect({ events, spend }).toEqual({ events: before.events, spend: before.spend })
    expect(fates.duplicate).toBe(before.fates.duplicate + 10_000)
  })
  test('put as they are, lines of a log count as those that are replayed', async () => {
    const [requests, views] = (await awk(COUNT_PAGES, APACHE)).map(Number)
    const before = await kinesight.totals()
    const lines = (await readFile(APACHE, 'utf8')).trimEnd().split('\n')
    for (let from = 0; from < lines.length; from += 500) {
      await kinesight.putText(lines.slice(from, from + 500).join('\n'))
    }
    const read = readIn(before) + Number(requests) + Number(views)
    await until(async () => (await eventsRead()) >= read, {
      timeoutMs: 60_000,
      what: `${read} events`,
    })
    const { events, fates } = await kinesight.totals()
    expect(events.request).toBe((before.events.request ?? 0) + Number(requests))
    expect(events.page_view).toBe((before.events.page_view ?? 0) + Number(views))
    expect(fates.rejected).toBe(before.fates.rejected)
  })
})
