import type { SeriesAnswer } from '../../lib/api.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import { createKpiApp } from '../../server/apps/kpi/kpi-app.ts'
import { lookOverDeltas, lookOverPanes } from '../../server/apps/kpi/look-over.ts'
import { bytesOf } from '../../server/damage/bytes-of.ts'
import { createDamage } from '../../server/damage/damage.ts'
import { systemClock } from '../../server/platform/clock.ts'
import type { Store } from '../../server/store/open-store.ts'
import { withChaos } from './chaos-tables.ts'
import { type Damager, sameKey, type Wound } from './damager.testing.ts'
import { type Check, compare } from './verify.ts'
import { SPAN_MS } from './verify-kpis.testing.ts'

const SLICE_MS = DAY_MS / 2

/** What was damaged is named, and nothing else is; and each step that is not marked is exact. */
export async function verifyDamage(db: Store['db'], damager: Damager): Promise<Check[]> {
  const { id: streamId } = await db.selectFrom('stream').select('id').executeTakeFirstOrThrow()
  const damage = createDamage(db, { clock: systemClock })
  const kpi = createKpiApp({ catalog: BUILT_IN, db, streamId, clock: systemClock, damage })
  await kpi.restore()
  await damage.flush()
  // What no question came to is found by whoever looks over all of it.
  const rest = createDamage(db, { clock: systemClock })
  await lookOverPanes({ db, streamId, damage: rest })
  await lookOverDeltas({ db, streamId, damage: rest })
  await rest.flush()
  const next = createKpiApp({ catalog: BUILT_IN, db, streamId, clock: systemClock })
  await next.restore()
  return [
    await named(db, damager),
    await lost(db, damager.wounds),
    await steps(db, next, 'minutes', MINUTE_MS),
    await steps(db, next, 'hours', HOUR_MS),
  ]
}

async function named(db: Store['db'], { wounds, checkpoints, problems }: Damager): Promise<Check> {
  const rows = await db.selectFrom('damaged').select(['source', 'row_key', 'held']).execute()
  const words = (table: string, key: Wound['key'], held: Uint8Array) =>
    [
      `${table} ${JSON.stringify(Object.entries(key).sort())}`,
      Buffer.from(held).toString('base64'),
    ] as const
  const found = rows.map(({ source, row_key, held }) =>
    words(source, JSON.parse(row_key) as Wound['key'], bytesOf(held)),
  )
  const expected = wounds.map(({ table, key, held }) => words(table, key, held))
  const says = `${wounds.length} rows damaged and ${checkpoints} checkpoints, ${rows.length} set aside and named`
  if (problems.length > 0) return { name: 'damage', ok: false, says: problems.join('\n') }
  if (rows.length > wounds.length) {
    return { name: 'damage', ok: false, says: `${says}: ${found.map(([key]) => key).join('; ')}` }
  }
  return compare('damage', expected, found, says)
}

/** A pane that is marked has to be one that something was taken from; one whose row was damaged is marked. */
async function lost(db: Store['db'], wounds: readonly Wound[]): Promise<Check> {
  const name = 'panes marked'
  const rows = await db.selectFrom('lost_pane').selectAll().execute()
  const places = wounds.flatMap((wound) => wound.places)
  const strangers = rows.filter(
    ({ level_ms, dimension, start_ms }) =>
      !places.some(
        (place) =>
          place.levelMs === level_ms &&
          place.from <= start_ms &&
          start_ms < place.to &&
          (place.dimension === undefined || place.dimension === dimension),
      ),
  )
  const unmarked = wounds.filter(
    ({ table, key }) =>
      table === 'pane' &&
      !rows.some(({ level_ms, dimension, start_ms }) =>
        sameKey(key, { level_ms, dimension, start_ms }),
      ),
  )
  if (strangers.length + unmarked.length === 0) return { name, ok: true, says: `${rows.length}` }
  const wrong = { 'marked without damage': strangers, 'not marked': unmarked.map(({ key }) => key) }
  return { name, ok: false, says: JSON.stringify(wrong).slice(0, 2_000) }
}

/** Of what is marked no more may be there than was. */
async function steps(
  db: Store['db'],
  kpi: Pick<ReturnType<typeof createKpiApp>, 'series'>,
  of: string,
  stepMs: number,
): Promise<Check> {
  const rows = await withChaos(db).selectFrom('chaos_minute').selectAll().execute()
  const want = new Map<number, number>()
  for (const { start_ms, n } of rows) {
    const start = start_ms - (start_ms % stepMs)
    want.set(start, (want.get(start) ?? 0) + n)
  }
  const now = systemClock.now()
  // What is not over is left out.
  const end = now - (now % stepMs)
  const points: SeriesAnswer['points'] = []
  // Of a longer span the steps would be longer.
  for (let to = end - SPAN_MS + SLICE_MS; to <= end; to += SLICE_MS) {
    const slice = { kpi: 'page_views', spanMs: SLICE_MS, stepMs, to } as const
    const answer = await kpi.series(slice, now)
    if (answer.stepMs !== stepMs) return { name: of, ok: false, says: `${answer.stepMs} ms a step` }
    points.push(...answer.points)
  }
  const exact = points.filter(({ incomplete }) => incomplete !== true)
  const marked = points.filter(({ incomplete }) => incomplete === true)
  const wanted = (t: number) => want.get(t) ?? 0
  const tooMuch = marked.filter(({ t, value }) => (value.value ?? 0) > wanted(t))
  const says = `${exact.length} exact, ${marked.length} marked`
  return compare(
    `page views, ${of}`,
    [...exact.map(({ t }) => [String(t), wanted(t)] as const), ['more than there was', 0]],
    [
      ...exact.map(({ t, value }) => [String(t), value.value ?? 0] as const),
      ['more than there was', tooMuch.length],
    ],
    says,
  )
}
