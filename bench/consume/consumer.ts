import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { createKpiApp } from '../../server/apps/kpi/kpi-app.ts'
import { createTotalsApp } from '../../server/apps/totals/totals-app.ts'
import { systemClock } from '../../server/platform/clock.ts'
import { openStore } from '../../server/store/open-store.ts'
import { settleStream } from '../../server/store/settle-stream.ts'
import { createConsumer } from '../../server/stream/consumer.ts'
import { createKinesisSource } from '../../server/stream/read/kinesis-source.ts'
import { subscribedFeeds } from '../../server/stream/read/subscribed-feed.ts'
import { report } from './report.ts'

/** The whole consumer as the product runs it: read, decode, de-duplicate, fold into all KPIs, commit. */
const clock = systemClock
const total = Number(process.env.BENCH_SHARDS) * Number(process.env.BENCH_RECORDS)
const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-bench-'))
const store = await openStore(path.join(folder, 'kinesight.db'))
const source = createKinesisSource({
  streamName: process.env.BENCH_STREAM as string,
  region: 'us-east-1',
  endpoint: process.env.BENCH_ENDPOINT as string,
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
})
const { createdMs } = await source.describe()
const stream = await settleStream(
  store.db,
  { name: 'bench', place: 'bench' },
  { createdMs, startAt: { kind: 'trim_horizon' }, now: clock.now() },
)
const kpi = createKpiApp({ catalog: BUILT_IN, db: store.db, streamId: stream.id, clock })
const consumer = createConsumer(stream, {
  db: store.db,
  source,
  apps: [createTotalsApp(), kpi],
  read: { mode: 'polling', consumerName: 'bench', bufferBytes: 64 * 2 ** 20 },
  subscribed: subscribedFeeds({ source, random: Math.random }),
  clock,
  random: Math.random,
  log: pino({ level: 'warn' }, pino.destination(2)),
})
const progress = report(total)
const finished = new Promise<void>((resolve) => {
  consumer.onCommit(() => {
    const { applied } = consumer.readings().fates
    progress.at(applied)
    if (applied === total) resolve()
  })
})
await consumer.start()
await Promise.race([finished, consumer.failed])
const rows = await store.db.selectFrom('event_total').select('n').execute()
const committed = rows.reduce((sum, { n }) => sum + n, 0)
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
progress.done(committed === total)
