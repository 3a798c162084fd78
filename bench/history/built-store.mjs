import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

/** Fills `folder` with the store of the fake's stream, by the bundle in `outdir`. Resolves with how many panes it has. */
export async function buildStore(fake, outdir, folder, { hours, minutesDays, hoursDays }) {
  const child = fork(path.join(outdir, 'build-store.js'), {
    env: {
      ...process.env,
      BENCH_FOLDER: folder,
      BENCH_SECONDS_HOURS: String(hours),
      BENCH_MINUTES_DAYS: String(minutesDays),
      BENCH_HOURS_DAYS: String(hoursDays),
      BENCH_ENDPOINT: fake.endpoint,
      BENCH_STREAM: fake.streamName,
    },
  })
  const failed = once(child, 'exit').then(() => Promise.reject(new Error('no store was built')))
  const [{ rows }] = await Promise.race([once(child, 'message'), failed])
  failed.catch(() => {})
  return rows
}
