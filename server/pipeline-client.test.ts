import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { KpisAnswer, SeriesAnswer } from '../lib/api.ts'
import type { StatusCell } from '../lib/frames.ts'
import { BUILT_IN, createCatalog } from '../lib/kpi-catalog.ts'
import type { Kpi } from '../lib/kpis.ts'
import { MINUTE_MS } from '../lib/time.ts'
import { type FakeKinesis, startFakeKinesis } from '../testing/fake-kinesis/start-fake-kinesis.ts'
import { createRuleStore } from './alerts/rule-store.ts'
import { AS_JSON, answerOf } from './answer-of.testing.ts'
import { catalogVersion } from './catalog/catalog-version.ts'
import { startPipeline } from './pipeline-client.ts'
import type { PipelineFrame, PipelinePort } from './pipeline-port.ts'
import { systemClock } from './platform/clock.ts'
import { openStore, type Store } from './store/open-store.ts'
import { readShards } from './stream/commit/shard-rows.ts'
import { DEFAULT_KEEP } from './window/retention.ts'

/** Real worker threads, made of the worker's source, beside a Kinesis of our own. */
const ROOT = process.cwd()
const bundled = mkdtempSync(path.join(ROOT, 'node_modules', '.pipeline-client-'))
const WORKER = path.join(bundled, 'pipeline-worker.js')
const CHANGES = 20
const EVENTS_A_CHANGE = 100

let folder: string
let store: Store
let stream: FakeKinesis
let pipeline: PipelinePort
let frames: { at: number; frame: PipelineFrame }[]
let said: string[]
let put = 0

beforeAll(async () => {
  await build({
    entryPoints: [path.join(ROOT, 'server/pipeline-worker.ts')],
    outfile: WORKER,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  })
})
afterAll(() => rmSync(bundled, { recursive: true, force: true }))

beforeEach(async () => {
  frames = []
  said = []
  put = 0
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-client-'))
  const storeFile = path.join(folder, 'kinesight.db')
  store = await openStore(storeFile)
  stream = await startFakeKinesis({ shards: 2 })
  pipeline = startPipeline(
    {
      storeFile,
      stream: {
        name: stream.streamName,
        region: 'us-east-1',
        endpoint: stream.endpoint,
        embedded: true,
      },
      startAt: { kind: 'trim_horizon' },
      startedAt: systemClock.now(),
      kpis: kpisWith(taps('Taps')),
      crossed: BUILT_IN.crossed,
      keep: DEFAULT_KEEP,
      mainCurrency: undefined,
      read: {
        mode: 'polling',
        consumerName: 'kinesight',
        bufferBytes: 2 ** 26,
        rememberedIds: 100_000,
      },
      demo: 'off',
      logLevel: 'silent',
    },
    {
      workerUrl: pathToFileURL(WORKER),
      clock: systemClock,
      random: () => 0,
      log: pino(
        { level: 'info' },
        { write: (line: string) => void said.push((JSON.parse(line) as { msg: string }).msg) },
      ),
      onFenced: (message) => said.push(message),
    },
  )
  pipeline.onFrame((frame) => frames.push({ at: systemClock.monotonicMs(), frame }))
})
afterEach(async () => {
  await pipeline.stop()
  await stream.close()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const taps = (label: string, type = 'tap', fields: Partial<Kpi> = {}): Kpi => ({
  ...{ id: 'taps', label, formula: { kind: 'count', of: { type } } },
  ...{ unit: 'per_second', better: 'none', help: 'Taps.', ...fields },
})
const kpisWith = (...own: Kpi[]) => [...BUILT_IN.kpis, ...own]

function putEvents(count: number): void {
  for (let n = 0; n < count; n++, put++) {
    stream.put(`key-${put}`, JSON.stringify({ id: `e-${put}`, type: 'tap', country: 'FR' }))
  }
}

const until = (check: () => Promise<void> | void) =>
  vi.waitFor(check, { timeout: 30_000, interval: 20 })
const committed = async () => {
  const shards = await readShards(store.db, 1, 0)
  return shards.reduce((sum, { progress }) => sum + progress.fates.applied, 0)
}
const allCommitted = () => until(async () => expect(await committed()).toBe(put))
const reached = () => until(() => expect(pipeline.streamId()).toBe(1))
const statusOf = async (): Promise<StatusCell> => (await pipeline.live()).cells.status
const kpisOver = (spanMs: number) => answerOf<KpisAnswer>(pipeline.kpis({ spanMs }, AS_JSON))
const seriesOf = (kpi: string) =>
  answerOf<SeriesAnswer>(pipeline.series({ kpi, spanMs: MINUTE_MS, stepMs: 1_000 }, AS_JSON))
const tapsIn = async () => (await kpisOver(15 * MINUTE_MS)).kpis.taps?.value.value ?? null
const replaced = () => said.filter((text) => text === 'pipeline goes on with another catalog')

function largestGapMs(): number {
  const gaps = frames.slice(1).map(({ at }, n) => at - (frames[n]?.at ?? at))
  return Math.max(...gaps)
}

/** A change after each frame while events come in; returns how many were committed by the last one. */
async function changeUnderLoad(kpisOf: (n: number) => readonly Kpi[]): Promise<number> {
  for (let n = 0; n < CHANGES; n++) {
    putEvents(EVENTS_A_CHANGE)
    void pipeline.catalogChanged(kpisOf(n))
    const framesBefore = frames.length
    await until(() => expect(frames.length).toBeGreaterThan(framesBefore))
  }
  return committed()
}

describe('twenty changes under load', () => {
  test('of what a KPI is called: no pipeline is replaced, every event is committed, frames go on', async () => {
    await reached()
    pipeline.watch('overview', { kind: 'overview', window: '5m', kpi: 'taps' })
    const meanwhile = await changeUnderLoad((n) => kpisWith(taps(`Taps ${n}`)))
    expect(meanwhile).toBeGreaterThan(put / 2)
    await allCommitted()
    expect(await tapsIn()).toBe(CHANGES * EVENTS_A_CHANGE)
    expect(replaced()).toEqual([])
    expect(largestGapMs()).toBeLessThan(3_000)
    const named = createCatalog(kpisWith(taps(`Taps ${CHANGES - 1}`)))
    expect((await statusOf()).catalog).toBe(catalogVersion(named))
  })

  test('of its formula: they are gathered, every event is committed once, frames and answers go on', async () => {
    await reached()
    pipeline.watch('overview', { kind: 'overview', window: '5m', kpi: 'page_views' })
    let asking = true
    const answers = (async () => {
      for (let asked = 0; ; asked++) {
        if (!asking) return asked
        await kpisOver(MINUTE_MS)
      }
    })()
    await changeUnderLoad((n) => kpisWith(taps('Taps', `tap_${n}`)))
    const last = kpisWith(taps('Taps', 'tap'))
    await pipeline.catalogChanged(last)
    await allCommitted()
    await until(async () =>
      expect((await statusOf()).catalog).toBe(catalogVersion(createCatalog(last))),
    )
    asking = false
    expect(await answers).toBeGreaterThan(0)
    expect(replaced().length).toBeGreaterThan(0)
    expect(replaced().length).toBeLessThan(CHANGES)
    expect(largestGapMs()).toBeLessThan(3_000)
    const totals = await store.db.selectFrom('event_total').selectAll().execute()
    expect(totals).toMatchObject([{ type: 'tap', n: put }])
  })
})

test('another unit is shown at once, and no pipeline is replaced for it', async () => {
  await reached()
  putEvents(10)
  await allCommitted()
  await pipeline.catalogChanged(kpisWith(taps('Taps', 'tap', { unit: 'count' })))
  expect((await seriesOf('taps')).unit).toBe('count')
  expect(replaced()).toEqual([])
})

test('the former goes on until the new one is ready, and what asks for the new KPI waits for it', async () => {
  await reached()
  putEvents(10)
  await allCommitted()
  const fault = { kind: 'error', type: 'InternalFailure', message: 'not now' } as const
  stream.faults.next({ call: 'DescribeStreamSummary', times: 1_000, fault })
  const orders = taps('Orders', 'tap', { id: 'orders' })
  void pipeline.catalogChanged(kpisWith(taps('Taps'), orders))
  let isAnswered = false
  const series = seriesOf('orders').finally(() => {
    isAnswered = true
  })
  for (let n = 0; n < 5; n++) {
    putEvents(20)
    await allCommitted()
    expect(await tapsIn()).toBe(put)
  }
  expect([isAnswered, replaced()]).toEqual([false, []])
  stream.faults.clear()
  expect((await series).kpi).toBe('orders')
  expect(replaced()).toHaveLength(1)
})

test('a new KPI is measured when its change is taken over', async () => {
  await reached()
  putEvents(10)
  await allCommitted()
  await pipeline.catalogChanged(
    kpisWith(taps('Taps'), taps('French', 'tap', { id: 'french', formula: FRENCH })),
  )
  putEvents(30)
  await allCommitted()
  await until(async () => {
    const { kpis } = await kpisOver(15 * MINUTE_MS)
    expect([kpis.taps?.value.value, kpis.french?.value.value]).toEqual([40, 30])
  })
})
const FRENCH: Kpi['formula'] = {
  kind: 'count',
  of: { type: 'tap', where: [{ field: 'country', is: ['FR'] }] },
}

test('an answer that has begun comes to its end from the one that is replaced', async () => {
  await reached()
  putEvents(10)
  await allCommitted()
  const asked = { kpi: 'taps', spanMs: 60 * MINUTE_MS, stepMs: 1_000 }
  const { pieces } = await pipeline.series(asked, AS_JSON)
  let text = ''
  for await (const piece of pieces) {
    // It is half sent when another one takes over.
    if (text === '') await pipeline.catalogChanged(kpisWith(taps('Taps', 'no_tap')))
    text += piece
  }
  expect(replaced()).toHaveLength(1)
  expect(text.length).toBeGreaterThan(60_000)
  expect((JSON.parse(text) as SeriesAnswer).points).toHaveLength(3_600)
  await pipeline.catalogChanged(kpisWith(taps('Taps')))
  expect(replaced()).toHaveLength(2)
})

test('a rule that is deleted while the pipeline is replaced ends its alert', async () => {
  await reached()
  let ids = 0
  const rules = createRuleStore(store.db, {
    ...{ streamId: () => 1, clock: systemClock, newId: () => `rule-${++ids}` },
  })
  const rule = await rules.create({ kpi: 'taps', window: '5m', when: 'above', value: '5' })
  pipeline.rulesChanged()
  putEvents(10)
  await until(async () => expect(await rules.openEvents()).toHaveLength(1))
  const replacing = pipeline.catalogChanged(kpisWith(taps('Taps', 'no_tap')))
  await rules.remove(rule?.id ?? '')
  pipeline.rulesChanged()
  await replacing
  await until(async () => expect(await rules.openEvents()).toEqual([]))
  expect(await rules.events({ limit: 9 })).toMatchObject([{ cleared: 'rule_deleted' }])
  expect((await pipeline.live()).cells.firing).toEqual([])
})

test('a stop while it is replaced ends all threads', async () => {
  await reached()
  putEvents(100)
  void pipeline.catalogChanged(kpisWith(taps('Taps', 'no_tap')))
  await pipeline.stop()
  expect(await committed()).toBeLessThanOrEqual(put)
})
