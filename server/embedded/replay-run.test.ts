import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { EventInput } from '../../lib/event.ts'
import { epochMs } from '../../lib/time.ts'
import type { PutEntry, SendRecords } from './put-records.ts'
import { seededRandom } from './random.ts'
import { parseCombinedLine } from './replay-combined.ts'
import { parseEvents } from './replay-events.ts'
import type { LineParser } from './replay-line.ts'
import { type LogLine, MAX_LINE_BYTES, readLines } from './replay-lines.ts'
import { replay } from './replay-run.ts'
import { shownText } from './replay-shown.ts'
import { summaryText } from './replay-summary.ts'
import { type Survey, surveyFile, surveyText } from './replay-survey.ts'
import type { At, Speed } from './replay-time.ts'

const START = Date.UTC(2026, 1, 3, 9)

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function file(content: string | Buffer): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-replay-'))
  folders.push(folder)
  const name = path.join(folder, 'events.log')
  writeFileSync(name, content)
  return name
}

interface Put {
  /** ms after the start. */
  atMs: number
  key: string
  text: string
}

/** Replays to a stream in memory whose time passes only by waiting. */
async function run(
  content: string,
  change: {
    parse?: LineParser
    speed?: Speed
    at?: At
    send?: SendRecords
    signal?: AbortSignal
    keptFrom?: number
  } = {},
) {
  let nowMs = 0
  const puts: Put[] = []
  const accept: SendRecords = async (entries) =>
    entries.map(({ partitionKey, data }) => {
      puts.push({ atMs: nowMs, key: partitionKey, text: Buffer.from(data).toString() })
      return undefined
    })
  const result = await replay({
    lines: readLines(file(content)),
    parse: change.parse ?? parseEvents,
    speed: change.speed ?? 'max',
    at: change.at ?? 'original',
    ...(change.keptFrom !== undefined && { keptFrom: change.keptFrom }),
    send: change.send ?? accept,
    clock: { now: () => epochMs(START + nowMs), monotonicMs: () => nowMs },
    random: seededRandom(1),
    wait: async (ms) => {
      nowMs += ms
    },
    signal: change.signal ?? new AbortController().signal,
    onProgress: () => {},
  })
  const events = puts.flatMap(({ text }) => JSON.parse(text) as EventInput | EventInput[])
  return { ...result, puts, events }
}

const line = (id: string, secondsLater: number, more: EventInput | object = {}): string =>
  JSON.stringify({ id, type: 'click', time: START - 86_400_000 + secondsLater * 1_000, ...more })

describe('events are put as they are', () => {
  test('to the byte, one line a record, keyed by visitor, session or id', async () => {
    const lines = [
      '{"type": "a",  "visitor":"v", "unknown": 1.50}',
      '[{"type":"b","session":"s"},{"type":"c"}]',
      '{"type":"d","id":"i"}',
      '{"type":"e"}',
    ]
    const { puts, tally, end } = await run(`${lines.join('\n')}\r\n\n`)
    expect(puts.map(({ text }) => text)).toEqual(lines)
    expect(puts.map(({ key }) => key)).toEqual(['v', 's', 'i', 'line 4'])
    expect(end).toEqual({ kind: 'done' })
    expect(tally).toMatchObject({ records: 4, blank: 1, skipped: 0 })
    expect([...tally.all.byType]).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
      ['d', 1],
      ['e', 1],
    ])
  })

  test('what the consumer would reject is skipped, by line number and with the field', async () => {
    const { tally, puts } = await run(
      ['{"type":"a"}', '{torn', '{"no":"type"}', '{"type":"a","cost":"1.2345678"}', '[]'].join(
        '\n',
      ),
    )
    expect(puts).toHaveLength(1)
    expect(tally.firstSkipped.map(({ line: number }) => number)).toEqual([2, 3, 4, 5])
    const reasons = tally.firstSkipped.map(({ reason }) => reason)
    expect(reasons[0]).toBe('not JSON')
    expect(reasons[1]).toMatch(/^type/)
    expect(reasons[2]).toMatch(/^cost/)
  })

  test('a line that is too long for a record, by itself or with its key, is skipped', async () => {
    const ofBytes = (bytes: number) => {
      const around = JSON.stringify({ type: 'a', visitor: 'v', props: { text: '' } }).length
      const text = 'x'.repeat(bytes - around)
      return JSON.stringify({ type: 'a', visitor: 'v', props: { text } })
    }
    const { tally, puts } = await run(
      [ofBytes(MAX_LINE_BYTES + 1), ofBytes(MAX_LINE_BYTES), ofBytes(MAX_LINE_BYTES - 1)].join(
        '\n',
      ),
    )
    expect(puts.map(({ text }) => text.length)).toEqual([MAX_LINE_BYTES - 1])
    expect(tally.firstSkipped.map(({ line: number }) => number)).toEqual([1, 2])
  })
})

describe('sums', () => {
  test('are exact, by account and currency, and say what repeats an id', async () => {
    const lines = [
      line('1', 0, { account: 'a', cost: '0.1' }),
      line('2', 0, { account: 'a', cost: '0.2' }),
      line('3', 0, { account: 'a', cost: '0.000001', currency: 'EUR' }),
      line('1', 1, { account: 'a', cost: '0.1' }),
      line('4', 0, { revenue: '7' }),
    ]
    const { tally, puts } = await run(lines.join('\n'))
    expect(puts).toHaveLength(5)
    expect(tally.all.cost).toEqual(
      new Map([
        [
          'a',
          new Map([
            ['USD', 400_000n],
            ['EUR', 1n],
          ]),
        ],
      ]),
    )
    expect(tally.repeated.cost).toEqual(new Map([['a', new Map([['USD', 100_000n]])]]))
    const text = summaryText(tally, 'clicks', 1_000)
    expect(text).toContain('Put 5 records with 5 events on clicks in 1.0 s')
    expect(text).toMatch(/a +0\.4 USD +once each id: 0\.3/)
    expect(text).toMatch(/a +0\.000001 EUR\n/)
    expect(text).toMatch(/\(no account\) +7 USD/)
    expect(text).toContain('1 events repeat an id')
  })

  test('count each record once, however often parts of a call fail', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 1_200 }), async (seed, count) => {
        const random = seededRandom(seed)
        const accepted: PutEntry[] = []
        const { tally, end } = await run(
          Array.from({ length: count }, (_, n) => line(`${n}`, n)).join('\n'),
          {
            send: async (entries) => {
              expect(entries.length).toBeLessThanOrEqual(500)
              return entries.map((entry) => {
                if (random() < 0.3) return 'ProvisionedThroughputExceededException'
                accepted.push(entry)
                return undefined
              })
            },
          },
        )
        expect(end).toEqual({ kind: 'done' })
        expect(tally.records).toBe(count)
        expect(new Set(accepted.map((entry) => Buffer.from(entry.data).toString())).size).toBe(
          count,
        )
      }),
      { numRuns: 15 },
    )
  })

  test('leave out what was not put when it gives up or is stopped', async () => {
    const lines = Array.from({ length: 600 }, (_, n) => line(`${n}`, n)).join('\n')
    let calls = 0
    const failing: SendRecords = async (entries) => {
      calls += 1
      return entries.map((_, index) => (calls === 1 && index < 20 ? undefined : 'InternalFailure'))
    }
    const gaveUp = await run(lines, { send: failing })
    expect(gaveUp.end).toEqual({ kind: 'gave_up', problem: 'InternalFailure' })
    expect(gaveUp.tally.records).toBe(20)

    const stopping = new AbortController()
    const stopped = await run(lines, {
      signal: stopping.signal,
      send: async (entries) => {
        stopping.abort()
        return entries.map(() => undefined)
      },
    })
    expect(stopped.end).toEqual({ kind: 'stopped' })
    expect(stopped.tally.records).toBe(500)
  })
})

describe('time', () => {
  const lines = [line('a', 0), line('b', 120), line('c', 60), line('d', 180)].join('\n')
  const times = (events: EventInput[]) => events.map(({ time }) => (Number(time) - START) / 1_000)

  test('the log’s spacing is kept, divided by the speed; a step back goes out at once', async () => {
    const { puts, events } = await run(lines, { speed: 60, at: 'now' })
    expect(puts.map(({ atMs }) => Math.round(atMs / 1_000))).toEqual([0, 2, 2, 3])
    expect(times(events)).toEqual([0, 2, 1, 3])
  })

  test('nothing that is shifted lies in the future when it is put', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 1, maxLength: 30 }),
        async (seconds) => {
          const { puts, events } = await run(
            seconds.map((second, n) => line(`${n}`, second)).join('\n'),
            { speed: 10, at: 'now' },
          )
          events.forEach((event, index) => {
            expect(Number(event.time) - START).toBeLessThanOrEqual((puts[index]?.atMs ?? 0) + 20)
          })
        },
      ),
      { numRuns: 30 },
    )
  })

  test('at full speed shifted events carry the moment they are put', async () => {
    const { events } = await run(lines, { at: 'now' })
    expect(times(events)).toEqual([0, 0, 0, 0])
  })

  test('the log’s own times stay at any speed', async () => {
    const { puts, events } = await run(lines, { speed: 60 })
    expect(puts.at(-1)?.atMs).toBeGreaterThan(2_900)
    expect(times(events)).toEqual([0, 120, 60, 180].map((second) => second - 86_400))
  })

  test('shifted events get new ids in every run, and a doubled id stays doubled', async () => {
    const doubled = [line('a', 0), line('a', 1), line('b', 2)].join('\n')
    const { events, tally } = await run(doubled, { at: 'now' })
    const ids = events.map(({ id }) => id)
    expect(ids[0]).toBe(ids[1])
    expect(ids[0]).toMatch(/^a@/)
    expect(ids[2]).not.toBe(ids[0])
    expect(tally.repeated.events).toBe(1)
    const long = await run(line('x'.repeat(128), 0), { at: 'now' })
    expect(long.events[0]?.id).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('a log that is older than what is kept', () => {
  const DAY_MS = 86_400_000
  const watcher = {
    origin: 'http://127.0.0.1:3000',
    dataDir: '/data',
    kept: { forMs: 400 * DAY_MS, from: START - DAY_MS },
  }
  const old = [line('a', -5), line('b', -1)].join('\n')
  const mixed = [line('a', -5), line('b', 65), '{"type":"c"}'].join('\n')
  const surveyed = (content: string) =>
    surveyFile(readLines(file(content)), parseEvents, {
      keptFrom: watcher.kept.from,
      signal: new AbortController().signal,
    })

  test('is told before it is put: from when to when it is, and how much of it no page will show', async () => {
    const survey = await surveyed(old)
    expect(survey).toEqual({
      ...{ events: 2, beyond: 2 },
      ...{ from: watcher.kept.from - 5_000, to: watcher.kept.from - 1_000 },
    })
    expect(surveyText(survey as Survey, watcher.kept)).toBe(
      '2 events, of 2026-02-02T08:59:55Z to 2026-02-02T08:59:59Z\n' +
        'All of them are older than the 400 days that Kinesight keeps, which began at 2026-02-02T09:00:00Z: that will be in the totals, and on no page.\n',
    )
    const both = (await surveyed(mixed)) as Survey
    expect(both).toMatchObject({ events: 2, beyond: 1 })
    expect(surveyText(both, watcher.kept)).toContain('\n1 of them is older')
    const young = (await surveyed(line('b', 65))) as Survey
    expect(surveyText(young, watcher.kept)).toBe(
      '1 event, of 2026-02-02T09:01:05Z to 2026-02-02T09:01:05Z\n',
    )
    expect(await surveyed('{"type":"c"}\nhello')).toBeUndefined()
  })

  test('ends with the page that shows what is shown, and says what is not', async () => {
    const { from: keptFrom } = watcher.kept
    const past = await run(old, { keptFrom })
    expect(shownText(past.tally, watcher)).toMatch(/^\nAll of them are older.*--at now.*\n$/)
    const { tally } = await run(mixed, { keptFrom })
    expect(tally).toMatchObject({ beyond: 1, shown: { from: START - DAY_MS + 65_000, to: START } })
    expect(shownText(tally, watcher)).toMatch(/^\n1 of them is older.*\nSee the others: /)
    expect(shownText(tally, watcher)).toContain(
      'http://127.0.0.1:3000/?from=2026-02-02T09:01:00Z&to=2026-02-03T09:01:00Z\n',
    )
    const now = await run(old, { keptFrom, at: 'now' })
    expect(shownText(now.tally, watcher)).toBe(
      '\nSee them: http://127.0.0.1:3000/?from=2026-02-03T09:00:00Z&to=2026-02-03T09:01:00Z\n',
    )
  })

  test('counts only what was put, and what is from the future when it came', async () => {
    const future = await run(line('a', 2 * 86_400))
    expect(future.tally.shown).toEqual({ from: START, to: START })
    const none = await run('{torn')
    expect(none.tally.shown).toBeUndefined()
    expect(shownText(none.tally, watcher)).toBe('')
  })
})

test('sums take a currency in any case for one', async () => {
  const { tally } = await run(
    [
      line('1', 0, { cost: '1', currency: 'eur' }),
      line('2', 0, { cost: '2', currency: 'EUR' }),
    ].join('\n'),
  )
  expect(tally.all.cost).toEqual(new Map([['', new Map([['EUR', 3_000_000n]])]]))
})

test('lines are the file’s, wherever its pieces are cut', async () => {
  const text = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 50 })
  await fc.assert(
    fc.asyncProperty(text, async (strings) => {
      const expected = strings.map((string) => string.replaceAll(/[\r\n]/g, '') + 'é'.repeat(9_000))
      const got: LogLine[] = []
      let bytes = 0
      const content = Buffer.from(expected.map((each) => `${each}\n`).join(''))
      for await (const read of readLines(file(content))) {
        got.push(...read.lines)
        bytes = read.bytes
      }
      expect(got.map((each) => each.text)).toEqual(expected)
      expect(got.map((each) => each.number)).toEqual(expected.map((_, index) => index + 1))
      expect(bytes).toBe(content.length)
    }),
    { numRuns: 20 },
  )
})

test('of a log, lines without a visitor go anywhere, and it is said what was passed over and what does not fit', async () => {
  const logLine = (client: string, more = '') =>
    `${client} [17/May/2015:10:05:03 +0000] "GET /a.css HTTP/1.1" 200 5 "-" "-"${more}`
  const lines = [
    logLine('shop.example:443 203.0.113.7 - -', ' "-" 0.215'),
    logLine('- - -', ' 1834'),
    logLine('10.0.0.1 - -', ' "203.0.113.8"'),
    logLine('203.0.113.7 - ann smith'),
  ]
  const { puts, tally } = await run(lines.join('\n'), { parse: parseCombinedLine })
  expect(puts.map(({ key }) => key)).toEqual(['203.0.113.7', 'line 2', '203.0.113.8'])
  const text = summaryText(tally, 'clicks', 1_000)
  expect(text).toContain('Of 1 line further fields were passed over\n')
  expect(text).toContain(
    'line 4: user of the log line must be one word, a dash, or in quotes; it is ann smith',
  )
})
