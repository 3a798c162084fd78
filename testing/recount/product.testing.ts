import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { vi } from 'vitest'
import type { ViewState } from '../../lib/frames.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { DIMENSIONS } from '../../lib/kpis.ts'
import type { View } from '../../lib/view.ts'
import { createLiveCatalog } from '../../server/catalog/live-catalog.ts'
import { readConfig } from '../../server/config.ts'
import { createAdmission, LANES } from '../../server/http/admission.ts'
import { apiRoutes } from '../../server/http/api-routes.ts'
import { createRouter } from '../../server/http/router.ts'
import { createWebServer } from '../../server/http/server.ts'
import { apiContext } from '../../server/parts.ts'
import { createPipeline, type Pipeline } from '../../server/pipeline.ts'
import type { AnswerText, PipelineFrame, PipelinePort } from '../../server/pipeline-port.ts'
import { systemClock } from '../../server/platform/clock.ts'
import { createServerMetrics } from '../../server/platform/metrics.ts'
import { openStore } from '../../server/store/open-store.ts'
import { createKinesisSource } from '../../server/stream/read/kinesis-source.ts'
import { DEFAULT_KEEP } from '../../server/window/retention.ts'
import { startFakeKinesis } from '../fake-kinesis/start-fake-kinesis.ts'

export interface Product {
  /** The body of an answer. */
  get(path: string): Promise<string>
  /** The first frame of a view that has all of it. */
  frame(view: View): Promise<{ now: number; state: ViewState }>
  close(): Promise<void>
}

const log = pino({ level: 'silent' })

/** The product over a stream of these lines, with all of it read: from Kinesis to HTTP, without pages. */
export async function startProduct(lines: readonly string[]): Promise<Product> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-recount-'))
  const storeFile = path.join(folder, 'kinesight.db')
  const [store, reads] = [await openStore(storeFile), await openStore(storeFile)]
  const stream = await startFakeKinesis({ shards: 2 })
  for (const [at, line] of lines.entries()) stream.put(`key-${at % 50}`, line)
  const frames: PipelineFrame[] = []
  let streamId: number | null = null
  const place = { name: 'clickstream', region: 'us-east-1', endpoint: undefined, embedded: true }
  const pipeline = createPipeline(
    {
      ...{ storeFile, stream: place, startedAt: 1, demo: 'off', logLevel: 'silent' },
      startAt: { kind: 'trim_horizon' },
      ...{ kpis: BUILT_IN.kpis, crossed: BUILT_IN.crossed },
      ...{ keep: DEFAULT_KEEP, mainCurrency: undefined },
      read: {
        ...{ mode: 'polling', consumerName: 'kinesight' },
        ...{ bufferBytes: 2 ** 26, rememberedIds: 1_000_000 },
      },
    },
    {
      store,
      source: createKinesisSource({
        ...{ streamName: stream.streamName, region: 'us-east-1', endpoint: stream.endpoint },
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      }),
      ...{ clock: systemClock, random: () => 0, log, newId: () => 'id' },
      onStream: (id) => {
        streamId = id
      },
      onProgress: () => {},
      onFrame: (frame) => frames.push(frame),
    },
  )
  const running = pipeline.run()
  const metrics = createServerMetrics()
  const kpis = createLiveCatalog({ kpis: [], crossed: [] })
  const parts = {
    ...{ store: reads, embedded: undefined },
    pipeline: portOf(pipeline, () => streamId),
  }
  const ports = { clock: systemClock, kpis, newId: () => 'id', metrics, log }
  const web = createWebServer(
    { host: '127.0.0.1', port: 0, dev: false },
    {
      router: createRouter(apiRoutes(apiContext(readConfig({}), parts, ports)), {
        log,
        admission: createAdmission(systemClock, LANES),
      }),
      live: { request: () => {}, upgrade: (_request, socket) => socket.destroy() },
      pages: {
        handle: async (_request, response) => void response.end(),
        upgrade: (_request, socket) => socket.destroy(),
      },
      ...{ clock: systemClock, log, newNonce: () => 'bm9uY2U=', onRequest: metrics.request },
    },
  )
  const port = await web.listen()
  let views = 0

  async function get(path: string): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
    return text
  }

  await vi.waitFor(
    async () => {
      const { fates } = JSON.parse(await get('/api/v1/totals'))
      if (fates.applied < lines.length) throw new Error('not all is committed')
    },
    { timeout: 30_000, interval: 50 },
  )

  async function firstFrame(view: View) {
    const key = `view ${++views}`
    pipeline.watch(key, view)
    const frame = await vi.waitFor(
      () => {
        const found = frames.find((each) => each.kind === 'state' && each.key === key)
        if (found?.kind !== 'state') throw new Error('no frame came')
        return found
      },
      { timeout: 20_000, interval: 10 },
    )
    pipeline.unwatch(key)
    return frame
  }

  return {
    get,
    async frame(view) {
      for (;;) {
        const first = await firstFrame(view)
        // What lists need is waited for a moment: then they come with a later frame.
        const isWhole = DIMENSIONS.every((each) => `list.${each}` in first.state.cells)
        if (view.kind !== 'overview' || isWhole) return first
      }
    },
    async close() {
      await web.close()
      await pipeline.stop()
      await running
      await Promise.all([stream.close(), reads.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What the API asks of it, without a thread between. */
function portOf(pipeline: Pipeline, streamId: () => number | null): PipelinePort {
  const text = (question: Parameters<Pipeline['answer']>[0], signal: AbortSignal) =>
    pipeline.answer(question, signal) as Promise<AnswerText>
  return {
    ...{ streamId, watch: pipeline.watch, unwatch: pipeline.unwatch, onFrame: () => {} },
    ...{ rulesChanged: () => {}, demoChanged: () => {}, catalogChanged: async () => {} },
    kpis: (query, { form, signal }) => text({ kind: 'kpis', query, form }, signal),
    series: (query, { form, signal }) => text({ kind: 'series', query, form }, signal),
    live: () => pipeline.answer({ kind: 'live' }) as Promise<ViewState>,
    shard: (shardId) => pipeline.answer({ kind: 'shard', shardId }) as Promise<ViewState>,
    metrics: () => pipeline.answer({ kind: 'metrics' }) as Promise<string>,
    ...{ health: () => ({ kind: 'ok' as const }), isUp: () => true },
    stop: pipeline.stop,
  }
}
