import path from 'node:path'
import { openStore } from '../../server/store/open-store.ts'
import { settleStream } from '../../server/store/settle-stream.ts'
import { createKinesisSource } from '../../server/stream/read/kinesis-source.ts'
import { fillPanes } from './fill-panes.ts'

/** Makes the store of a stream and fills it with panes; tells how many there are. */
const streamName = process.env.BENCH_STREAM as string
const endpoint = process.env.BENCH_ENDPOINT as string
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
const source = createKinesisSource({ streamName, region: 'us-east-1', endpoint, credentials })
const { createdMs } = await source.describe()
const file = path.join(process.env.BENCH_FOLDER as string, 'kinesight.db')
const now = Date.now()
const store = await openStore(file)
const startAt = { kind: 'trim_horizon' } as const
const place = { name: streamName, place: endpoint }
const { id } = await settleStream(store.db, place, { createdMs, startAt, now })
const hours = Number(process.env.BENCH_SECONDS_HOURS)
const minutesDays = Number(process.env.BENCH_MINUTES_DAYS)
const hoursDays = Number(process.env.BENCH_HOURS_DAYS)
const rows = await fillPanes(store.db, file, { streamId: id, hours, minutesDays, hoursDays, now })
await store.close()
process.send?.({ rows })
process.disconnect?.()
