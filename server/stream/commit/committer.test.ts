import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../platform/clock.ts'
import { pause } from '../../platform/pause.ts'
import { openStore, type Store } from '../../store/open-store.ts'
import { settleStream } from '../../store/settle-stream.ts'
import { appOf } from '../consumer.testing.ts'
import { createAppRunner } from '../dispatch/app-runner.ts'
import { createBuffer } from '../read/buffer.ts'
import { createPutAgain } from '../records/put-again.ts'
import { createSeenIds } from '../records/seen-ids.ts'
import { newShard } from '../shards/shard-progress.ts'
import type { StreamApp } from '../stream-app.ts'
import { takeLease } from './commit.ts'
import { createCommitter } from './committer.ts'
import { readShards } from './shard-rows.ts'

const log = pino({ level: 'silent' })

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-committer-'))
  store = await openStore(path.join(folder, 'kinesight.db'))
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** All that is on its way to the loop has come; no timer has had its turn. */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve))

async function committer(app: StreamApp = appOf('app', () => {})) {
  const { db } = store
  const { id } = await settleStream(
    db,
    { name: 'clicks', place: 'test' },
    { createdMs: 0, startAt: { kind: 'trim_horizon' }, now: 0 },
  )
  const ending = new AbortController()
  let commits = 0
  const made = createCommitter({
    db,
    apps: createAppRunner([app], {
      clock: systemClock,
      log,
      careful: false,
      poisoned: () => {},
    }),
    seen: createSeenIds(),
    putAgain: createPutAgain({ maxUnits: 1_000 }),
    buffer: createBuffer(2 ** 20),
    forgetBefore: () => 0,
    clock: systemClock,
    pause,
    random: () => 0,
    log,
    signal: ending.signal,
  })
  made.onCommit(() => commits++)
  const shard = newShard({
    shardId: 'shardId-0',
    parents: [],
    hashFrom: '0',
    hashTo: '1',
    closed: false,
  })
  return {
    ...{ made, shard, commits: () => commits, end: () => ending.abort() },
    lease: await takeLease(db, id),
    stored: async () => (await readShards(db, id, 0)).map(({ progress }) => progress.checkpoint),
  }
}

test('told to end while news wait for their time, it commits them at once, and once', async () => {
  const { made, shard, lease, commits, end, stored } = await committer()
  shard.checkpoint = '7'
  made.changed(shard)
  const running = made.run(lease)
  await settled()
  end()
  await running
  expect(commits()).toBe(1)
  expect(await stored()).toEqual(['7'])
})

test('told to end in the midst of a commit, it commits once more what came meanwhile', async () => {
  const { made, shard, lease, commits, end, stored } = await committer()
  shard.checkpoint = '7'
  made.changed(shard)
  made.onCommit(() => {
    if (commits() > 1) return
    shard.checkpoint = '8'
    made.changed(shard)
    end()
  })
  await made.run(lease)
  expect(commits()).toBe(2)
  expect(await stored()).toEqual(['8'])
})

test('without news it goes on committing for an app that has writing left, and only for that', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    let left = 3
    let seals = 0
    const app = {
      ...appOf(
        'app',
        () => {},
        () => seals++,
      ),
      owes: () => left > 0,
    }
    const { made, shard, lease, commits, end } = await committer({
      ...app,
      seal: () => ({ ...app.seal(), committed: () => left-- }),
    })
    const running = made.run(lease)
    await vi.advanceTimersByTimeAsync(60_000)
    expect({ seals, left }).toEqual({ seals: 3, left: 0 })
    // Nothing new is there to be told of.
    expect(commits()).toBe(0)
    shard.checkpoint = '7'
    made.changed(shard)
    await vi.advanceTimersByTimeAsync(1_000)
    expect({ seals, commits: commits() }).toEqual({ seals: 4, commits: 1 })
    end()
    await running
  } finally {
    vi.useRealTimers()
  }
})
