import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HOUR_MS } from '../../lib/time.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { createDamage } from './damage.ts'
import { createDamageWatch } from './damage-watch.ts'
import { differences } from './sums.ts'

const STREAM = 1

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-sums-'))
  store = await openStore(path.join(folder, 'kinesight.db'))
  const run = (text: string) => sql.raw(text).execute(store.db)
  for (const [shard, applied, duplicate, rejected] of [
    ['a', 7, 1, 2],
    ['b', 3, 0, 1],
  ]) {
    await run(`insert into shard (stream_id, shard_id, parents, hash_from, hash_to, closed, finished, applied, duplicate, rejected)
      values (1, '${shard}', '[]', '0', '1', 0, 0, ${applied}, ${duplicate}, ${rejected})`)
  }
  await run(
    `insert into lease (stream_id, epoch, applied, duplicate, rejected) values (1, 1, 10, 1, 3)`,
  )
  await run(
    `insert into event_total values (1, 'page_view', 8), (1, 'purchase', 2), (2, 'of another', 9)`,
  )
  await run(`insert into dead_letter_count values (1, 'not_json', 3)`)
  await run(
    `insert into money_total values (1, 'cost', 'acme', 'USD', 12, 500000), (1, 'revenue', '', 'JPY', -3, -1)`,
  )
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const found = () => differences(store.db, STREAM)
const change = (text: string) => sql.raw(text).execute(store.db)

describe('sums that have to agree', () => {
  test('do, where nothing was changed, also of a stream that has nothing yet', async () => {
    expect(await found()).toEqual([])
    expect(await differences(store.db, 9)).toEqual([])
  })

  test('do not, where the row of what the commits added up is gone', async () => {
    await change('delete from lease')
    expect(await found()).toEqual([
      'The shards have 10 applied events together, and the commits have added up 0.',
      'The shards have 1 duplicate events together, and the commits have added up 0.',
      'The shards have 3 rejected events together, and the commits have added up 0.',
    ])
  })

  test('name money of no account', async () => {
    await change(`update money_total set micros = -3000000 where currency = 'JPY'`)
    expect(await found()).toEqual([
      'A sum of money is none: revenue of no account in JPY is -3 and -3000000 micro-units.',
    ])
  })

  test.each<[string, string, RegExp[]]>([
    [
      'a row of a shard is gone',
      "delete from shard where shard_id = 'b'",
      [
        /The shards have 7 applied events together, and the commits have added up 10\./,
        /2 rejected .* added up 3/,
        /7 events were applied, and 10 are counted by type\./,
        /2 events were rejected, and 3 are counted by reason\./,
      ],
    ],
    [
      'a count of a shard is another one',
      "update shard set duplicate = 5 where shard_id = 'b'",
      [/6 duplicate .* added up 1/],
    ],
    [
      'a type is gone',
      "delete from event_total where type = 'purchase'",
      [/10 events were applied, and 8 are counted by type\./],
    ],
    [
      'a type counts too much',
      "update event_total set n = 9 where type = 'page_view'",
      [/10 events were applied, and 11 are counted by type\./],
    ],
    [
      'a count is half of one',
      "update event_total set n = 8.5 where type = 'page_view'",
      [/A count by type is none: page_view is 8\.5\./],
    ],
    [
      'a reason is gone',
      'delete from dead_letter_count',
      [/3 events were rejected, and 0 are counted by reason/],
    ],
    [
      'money is no whole number',
      "update money_total set micros = 0.5 where account = 'acme'",
      [/A sum of money is none: cost of acme in USD is 12 and 0\.5 micro-units\./],
    ],
    [
      'money has too many micro-units',
      'update money_total set micros = 1000000',
      [/cost of acme in USD is 12 and 1000000 micro-units, and 1 more are none/],
    ],
    ['money is text', "update money_total set units = 'x'", [/is x and 500000 micro-units/]],
    [
      'money is in no currency',
      "update money_total set currency = 'U$D' where account = 'acme'",
      [/in U\$D is/],
    ],
  ])('%s: it is said', async (_, damage, words) => {
    await change(damage)
    const said = await found()
    for (const word of words) expect(said.join('\n')).toMatch(word)
    if (words.length > 0) expect(said.length).toBeGreaterThanOrEqual(words.length)
  })
})

describe('events that the totals could not take in', () => {
  const letter = (app: string) =>
    change(`insert into dead_letter (stream_id, shard_id, sequence_number, event_index, arrived_ms, reason, app, detail, data, bytes)
      values (1, 'a', '1', 0, 1, 'app_failed', '${app}', '', x'', 0)`)

  test('are in no type: their letters say so', async () => {
    await change("update event_total set n = 1 where type = 'purchase'")
    await change("insert into dead_letter_count values (1, 'app_failed', 1)")
    await letter('totals')
    expect(await found()).toEqual([])
  })

  test('of another app are in the types all the same', async () => {
    await change("update event_total set n = 1 where type = 'purchase'")
    await change("insert into dead_letter_count values (1, 'app_failed', 1)")
    await letter('kpi')
    expect(await found()).toEqual(['10 events were applied, and 9 are counted by type.'])
  })

  test('and whose letters made room may be of either', async () => {
    await change("update event_total set n = 1 where type = 'purchase'")
    await change("insert into dead_letter_count values (1, 'app_failed', 3)")
    expect(await found()).toEqual([])
    await change("delete from event_total where type = 'page_view'")
    expect(await found()).toEqual([
      '10 events were applied, and 1 are counted by type, where at most 3 could not be taken in.',
    ])
  })
})

test('they are compared at the start and once an hour, and a difference stays with since when', async () => {
  let now = 1_000
  const clock = { now: () => now, monotonicMs: () => now }
  const logged: unknown[] = []
  const log = { warn: () => {}, error: (fields: unknown) => void logged.push(fields) } as never
  const damage = createDamage(store.db, { clock })
  const watch = createDamageWatch(store, { streamId: STREAM, damage, clock, log })
  const texts = () => watch.cell().differences
  await watch.look()
  expect(texts()).toEqual([])
  await change('delete from dead_letter_count')
  now += HOUR_MS / 2
  await watch.look()
  expect(texts()).toEqual([])
  now += HOUR_MS / 2
  await watch.look()
  const said = {
    since: 1_000 + HOUR_MS,
    text: '3 events were rejected, and 0 are counted by reason.',
  }
  expect(texts()).toEqual([said])
  now += HOUR_MS
  await watch.look()
  expect(texts()).toEqual([said])
  expect(logged).toHaveLength(1)
  await change("insert into dead_letter_count values (1, 'not_json', 3)")
  now += HOUR_MS
  await watch.look()
  expect(texts()).toEqual([])
})
