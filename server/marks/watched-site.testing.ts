import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import type { StreamEvent } from '../../lib/event.ts'
import type { Health, ReaderState } from '../../lib/frames.ts'
import { BUILT_IN, type Catalog } from '../../lib/kpi-catalog.ts'
import { epochMs, SECOND_MS } from '../../lib/time.ts'
import { createKpiApp } from '../apps/kpi/kpi-app.ts'
import { createMeasuredSteps } from '../apps/kpi/measured-steps.ts'
import { createDamage } from '../damage/damage.ts'
import { poisson, type Random, seededRandom, weighted } from '../embedded/random.ts'
import { openStore } from '../store/open-store.ts'
import { createMarkStore } from './mark-store.ts'
import { createMarkWatch } from './mark-watch.ts'

/** A small site whose events go through the panes and the store as those of a stream do, on a clock of ours. */

export const STREAM = 1
export const START = Date.UTC(2026, 4, 12, 8)

const COUNTRIES = [
  ['US', 50],
  ['DE', 30],
  ['FR', 20],
] as const
const PLACEMENTS = ['top-300x250', 'side-160x600', 'feed', 'footer'] as const
const VIEWS_PER_S = 12
const REQUESTS_PER_S = 15
const FAIL = 0.01

/** What is wrong with the site in a second. */
export type Fault = 'none' | 'placement fails' | 'country gone' | 'silence'

export async function openSite(options: { catalog?: Catalog; seed?: number } = {}) {
  const { catalog = BUILT_IN, seed = 1 } = options
  const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-marks-'))
  const random = seededRandom(seed)
  let store = await openStore(path.join(folder, 'store.db'))
  let now = START
  let newestEventMs: number | null = null
  let source: Health = { kind: 'ok' }
  let reader: ReaderState = { kind: 'reading' }
  let ids = 0
  const ending = new AbortController()
  const said: string[] = []
  const clock = { now: () => now, monotonicMs: () => now }

  async function start() {
    const damage = createDamage(store.db, { clock })
    const app = createKpiApp({ catalog, db: store.db, streamId: STREAM, clock, damage })
    await app.restore()
    const marks = createMarkStore(store.db, { streamId: () => STREAM, damage })
    const watch = createMarkWatch({
      measured: createMeasuredSteps(app.reader),
      store: marks,
      progress: () => ({
        ...{ source, store: { kind: 'ok' }, newestArrivalAt: newestEventMs },
        shards: [
          {
            reader,
            lagMs: 0,
            lastProgressAt: reader.kind === 'reading' ? now : null,
            progress: { finished: false, lastArrivalMs: newestEventMs, newestEventMs },
          },
        ],
      }),
      newId: () => `mark-${++ids}`,
      ending: ending.signal,
      log: pino({ level: 'warn' }, { write: (line) => void said.push(JSON.parse(line).msg) }),
    })
    return { app, marks, watch }
  }
  let parts = await start()

  async function commit(): Promise<void> {
    const work = parts.app.seal()
    await store.db.transaction().execute((tx) => work.write(tx, STREAM))
    work.committed()
  }

  return {
    now: () => now,
    /** Lets time pass, a second after the other. */
    async run(seconds: number, fault: Fault = 'none'): Promise<void> {
      for (let second = 0; second < seconds; second++) {
        const events = eventsOf(random, now, fault)
        if (events.length > 0) newestEventMs = now
        now += SECOND_MS
        parts.app.fold(
          events.map((event) => ({
            ...{
              event,
              shardId: 's',
              sequenceNumber: '1',
              index: 0,
              arrivedAt: now,
              late: false,
              beyond: false,
            },
          })),
        )
        await commit()
        await parts.watch.look(now)
      }
    },
    cell: (spanMs = 0) => parts.watch.cell(now, spanMs),
    stored: () => parts.marks.between({ limit: 100 }),
    set(change: { source?: Health; reader?: ReaderState }): void {
      source = change.source ?? source
      reader = change.reader ?? reader
    },
    /** As a process that is stopped and started again; `awayMs`: what of the time passes meanwhile. */
    async restart(): Promise<void> {
      parts.app.flushNext()
      await commit()
      await store.close()
      store = await openStore(path.join(folder, 'store.db'))
      parts = await start()
    },
    /** As a process that ends: the store is closed under whoever still looks. */
    async end(): Promise<void> {
      ending.abort()
      await store.close()
    },
    look: () => parts.watch.look(now),
    /** Warnings. */
    said: () => said,
    async close(): Promise<void> {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function eventsOf(random: Random, at: number, fault: Fault): StreamEvent[] {
  if (fault === 'silence') return []
  const events: StreamEvent[] = []
  const add = (event: Partial<StreamEvent>) =>
    events.push({ id: 'e', currency: 'USD', time: epochMs(at), ...event } as StreamEvent)
  for (let n = poisson(random, VIEWS_PER_S); n > 0; n--) {
    const country = weighted(random, COUNTRIES, ([, weight]) => weight)[0]
    if (fault === 'country gone' && country === 'DE') continue
    add({ type: 'page_view', country, visitor: `v${Math.floor(random() * 5_000)}` })
  }
  for (let n = poisson(random, REQUESTS_PER_S); n > 0; n--) {
    const placement = PLACEMENTS[Math.floor(random() * PLACEMENTS.length)] ?? 'feed'
    const fails = fault === 'placement fails' && placement === 'top-300x250' ? 0.8 : FAIL
    add({ type: 'request', placement, status: random() < fails ? 503 : 200, durationMs: 40 })
  }
  return events
}
