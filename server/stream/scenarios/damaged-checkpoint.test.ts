import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { until } from '../consumer.testing.ts'
import type { Consumer } from '../consumer.ts'
import { ledgerOf, NONE_AMISS, worlds } from './scenario.testing.ts'

const open = worlds()
const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`)
const SHARD_0 = 'shardId-000000000000'
const LAST_KEY = (2n ** 128n - 1n).toString()
const SHARD_1 = 'shardId-000000000001'

type OpenWorld = Awaited<ReturnType<typeof open>>

/** Two shards with records in both that are all in the store, and nobody who reads. */
async function readWorld() {
  const world = await open()
  const put = ledgerOf(world)
  const consumer = await world.start()
  for (const key of keys) put.put(key, 5)
  await put.settled()
  await world.stop(consumer)
  return { world, put }
}

const checkpointOf = async ({ store: { db } }: OpenWorld, shardId: string) =>
  (
    await db
      .selectFrom('shard')
      .select('checkpoint')
      .where('shard_id', '=', shardId)
      .executeTakeFirst()
  )?.checkpoint ?? ''

const rowOf = ({ store: { db } }: OpenWorld, shardId: string) =>
  db.selectFrom('shard').selectAll().where('shard_id', '=', shardId).executeTakeFirstOrThrow()

const damage = ({ store: { db } }: OpenWorld, column: string, value: unknown) =>
  sql`update shard set ${sql.ref(column)} = ${value} where shard_id = ${SHARD_0}`.execute(db)

/** As a version left it that kept no checksums. */
const forgetChecksums = ({ store: { db } }: OpenWorld) =>
  db.updateTable('shard').set({ crc: null }).execute()

const readers = (consumer: Consumer) =>
  Object.fromEntries(
    consumer.readings().shards.map(({ progress, reader }) => [progress.shardId, reader]),
  )

/** One digit up: a number as good as any other. */
const near = (checkpoint: string) => (BigInt(checkpoint) + 10n ** 9n).toString()

describe('I19: a checkpoint that does not belong to its shard', () => {
  test.each<[string, string, (world: OpenWorld) => Promise<unknown>, RegExp]>([
    ['is no number', 'checkpoint', async () => 'garbage', /"garbage" is not a sequence number/],
    ['is bytes', 'checkpoint', async () => new Uint8Array([1, 2]), /not a sequence number/],
    ['is that of another shard', 'checkpoint', (world) => checkpointOf(world, SHARD_1), /checksum/],
    [
      'is one digit off',
      'checkpoint',
      async (world) => near(await checkpointOf(world, SHARD_0)),
      /checksum/,
    ],
    ['is gone', 'checkpoint', async () => null, /checksum/],
    ['lies inside a record it does not lie in', 'sub_sequence', async () => 3, /checksum/],
    ['counts what was not', 'applied', async () => 7, /checksum/],
    [
      'has half of a count',
      'records',
      async () => 2.5,
      /"records" in the store is not a whole number/,
    ],
    ['has no parents to read', 'parents', async () => '["shardId', /"parents"/],
    ['has a range that is none', 'hash_from', async () => 'x', /"hash_from"/],
    ['says that the shard is finished', 'finished', async () => 1, /checksum/],
  ])(
    '%s: that shard stops and says what to do, the others are read on, nothing is lost or doubled',
    async (_, column, damagedBy, problem) => {
      const { world, put } = await readWorld()
      await damage(world, column, await damagedBy(world))
      const found = await rowOf(world, SHARD_0)
      const before = await world.totals()
      const consumer = await world.start()
      world.fake.put('extra', '{"type":"other"}', { explicitHashKey: LAST_KEY })
      await until(async () => expect(await world.totals()).toEqual({ ...before, other: 1 }))
      expect(readers(consumer)).toMatchObject({
        [SHARD_0]: { kind: 'stopped', problem: expect.stringMatching(problem) },
        [SHARD_1]: { kind: 'reading' },
      })
      expect(readers(consumer)[SHARD_0]).toMatchObject({
        remedy: expect.stringContaining('put back a backup'),
      })
      await until(() =>
        expect(consumer.readings().source).toMatchObject({
          kind: 'trouble',
          problem: expect.stringContaining(SHARD_0),
          remedy: expect.stringContaining('put back a backup'),
        }),
      )
      // What is not read falls behind.
      world.clock.skewMs = 60_000
      expect(consumer.readings().behindMs).toBeGreaterThanOrEqual(60_000)
      await world.stop(consumer)
      expect(await rowOf(world, SHARD_0)).toEqual(found)
      expect((await put.difference()).lost).toEqual([])
    },
  )
})

describe('a checkpoint that a version without checksums wrote', () => {
  test.each<[string, (world: OpenWorld) => Promise<unknown>, RegExp]>([
    ['is no number', async () => 'garbage', /"garbage" is not a sequence number/],
    ['is before the shard', async () => '17', /17 is before its first sequence number, 49/],
    ['is that of another shard', (world) => checkpointOf(world, SHARD_1), /encodes another shard/],
    ['is gone', async () => null, /no checkpoint, though 4\d records of it are in the numbers/],
  ])(
    '%s: that shard stops, the others are read on, nothing is lost or doubled',
    async (_, damagedBy, problem) => {
      const { world, put } = await readWorld()
      await damage(world, 'checkpoint', await damagedBy(world))
      await forgetChecksums(world)
      const found = await rowOf(world, SHARD_0)
      const before = await world.totals()
      const consumer = await world.start()
      world.fake.put('extra', '{"type":"other"}', { explicitHashKey: LAST_KEY })
      await until(async () => expect(await world.totals()).toEqual({ ...before, other: 1 }))
      await until(() =>
        expect(readers(consumer)[SHARD_0]).toMatchObject({
          kind: 'stopped',
          problem: expect.stringMatching(problem),
          remedy: expect.stringContaining('put back a backup'),
        }),
      )
      await world.stop(consumer)
      expect(await rowOf(world, SHARD_0)).toEqual(found)
      expect((await put.difference()).lost).toEqual([])
    },
  )

  test('is after the end of its shard, which is closed: it stops, and its children wait', async () => {
    const { world, put } = await readWorld()
    const children = world.fake.split(SHARD_0)
    for (const key of keys) put.put(key, 1)
    await damage(
      world,
      'checkpoint',
      (BigInt(await checkpointOf(world, SHARD_0)) + 10n ** 12n).toString(),
    )
    await forgetChecksums(world)
    const consumer = await world.start()
    await until(() =>
      expect(readers(consumer)).toMatchObject({
        [SHARD_0]: { kind: 'stopped', problem: expect.stringMatching(/after its last/) },
        [children[0]]: { kind: 'waiting_for_parents', parents: [SHARD_0] },
        [children[1]]: { kind: 'waiting_for_parents', parents: [SHARD_0] },
      }),
    )
  })

  test('is right: it is gone on from, once the shards are listed, and has a checksum then', async () => {
    const { world, put } = await readWorld()
    await forgetChecksums(world)
    world.fake.faults.next({ call: 'ListShards', fault: { kind: 'cut', when: 'before' }, times: 2 })
    const consumer = await world.start()
    for (const key of keys) put.put(key, 3)
    await put.settled()
    await world.stop(consumer)
    expect(await put.difference()).toEqual(NONE_AMISS)
    const rows = await world.store.db.selectFrom('shard').select('crc').execute()
    expect(rows).toEqual([{ crc: expect.any(Number) }, { crc: expect.any(Number) }])
  })

  test('is right and refused for a while: no older position stands in for it', async () => {
    const { world, put } = await readWorld()
    await forgetChecksums(world)
    world.fake.faults.next({
      call: 'GetShardIterator',
      shardId: SHARD_0,
      times: 3,
      fault: {
        kind: 'error',
        type: 'InvalidArgumentException',
        message: 'StartingSequenceNumber is invalid.',
      },
    })
    const consumer = await world.start({ timesAsFast: 20 })
    await until(() => expect(readers(consumer)[SHARD_0]?.kind).toBe('stopped'))
    for (const key of keys) put.put(key, 3)
    await put.settled()
    expect(readers(consumer)[SHARD_0]?.kind).toBe('reading')
  })
})

test('a child that was begun is read on, though the row of its parent is damaged', async () => {
  const { world, put } = await readWorld()
  const consumer = await world.start()
  const [child] = world.fake.split(SHARD_0)
  for (const key of keys) put.put(key, 3)
  await put.settled()
  await world.stop(consumer)
  await damage(world, 'finished', 0)
  const second = await world.start()
  for (const key of keys) put.put(key, 3)
  await put.settled()
  await until(() =>
    expect(readers(second)).toMatchObject({
      [SHARD_0]: { kind: 'stopped' },
      [child]: { kind: 'reading' },
    }),
  )
})
