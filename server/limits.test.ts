import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { durationText, parseDuration } from '../lib/duration.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/time.ts'
import { readConfig } from './config.ts'
import { LANES } from './http/admission.ts'
import { LEVELS } from './window/levels.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Bounds that stand in a table of the code: each number of it has a line on the page. */
const TABLES = {
  'server/http/admission.ts LANES': LANES,
  'server/window/levels.ts LEVELS': LEVELS.map(({ keys }) => ({ keys })),
}

/** Bounds that nobody meets, by why: a new one has a line here or on the page. */
const NOT_MET: Record<string, readonly string[]> = {
  'how work is cut into turns: the figures are the same': [
    'server/apps/kpi/kpi-app.ts MAX_RESTING_BYTES',
    'server/apps/kpi/pane-log.ts MAX_COMMIT_BYTES',
    'server/apps/kpi/pane-log.ts MAX_COMPLETED',
    'server/apps/kpi/pane-log.ts MAX_CROWDED_COMMIT_BYTES',
    'server/apps/kpi/pane-log.ts MAX_DELETED_DELTAS',
    'server/apps/kpi/pane-log.ts MAX_ROLLED_UP',
    'server/apps/kpi/pane-log.ts MAX_UNWRITTEN',
    'server/apps/kpi/readings.ts MAX_POINTS',
    'server/apps/kpi/recent-events.ts MAX_STAGED',
    'server/former-kpis.ts MAX_RESTING_BYTES',
    'server/platform/turns.ts LONGEST_WAIT_EVERY',
    'server/store/prepared.ts MAX_KEPT',
    'server/stream/commit/committer.ts MAX_COMMIT_EVERY_MS',
    'server/stream/dispatch/app-runner.ts KEPT_EVENTS',
    'server/stream/dispatch/app-time.ts MAX_BATCH',
    'server/stream/records/decoded-text.ts MAX_TEXT_AT_ONCE_BYTES',
    'server/stream/records/scan/log.ts MAX_UNUSUAL_LINES',
    'server/stream/records/scan/pool.ts MAX_TEXTS_OF_EVENT',
    'server/stream/records/scan/source.ts MAX_BYTES',
    'server/stream/records/seen-ids.ts MAX_EXPECTED',
    'server/stream/records/unfold.ts MAX_CHUNK_BYTES',
    'server/stream/records/unfold.ts MAX_MEMBERS_APART',
    'server/view-sources.ts LISTS_PATIENCE_MS',
    'server/window/dimension-ids.ts MAX_KEY_IDS',
    'server/window/key-pool.ts MAX_GENERATION',
    'server/window/keys.ts MAX_REMEMBERED',
    'server/window/measures.ts MAX_TYPES',
    'server/window/quantile.ts MAX_LIST',
    'server/window/touches.ts MAX_TOUCHES',
    'lib/scanned-event.ts MAX_POOLED_TEXTS',
  ],
  'room in the file that stays to be used again (ADR 41)': [
    'server/store/give-back.ts KEPT_FREE_SHARE',
  ],
  'beyond what Kinesis does': [
    'server/embedded/kinesis-rewrite.ts MAX_READ_BYTES',
    'server/embedded/kinesis-rewrite.ts MAX_READ_RECORDS',
    'server/embedded/replay-run.ts MAX_KEY_LENGTH',
    'server/stream/read/buffer.ts MAX_ANSWER_BYTES',
    'server/stream/read/cbor-cursor.ts MAX_DEPTH',
    'server/stream/read/kinesis-consumer.ts MAX_LOOKS',
    'server/stream/read/kinesis-event-frames.ts MAX_FRAME_BYTES',
    'server/stream/read/kinesis-kept-sockets.ts MAX_SOCKETS',
    'server/stream/read/kinesis-listing.ts MAX_ATTEMPTS',
    'server/stream/read/kinesis-listing.ts MAX_IDLE_PAGES',
    'server/stream/read/kinesis-records.ts MOST_BEHIND_MS',
    'server/stream/read/number-order.ts MAX_DIGITS',
    'server/stream/read/subscription.ts MAX_IN_USE',
  ],
  'how something is shown, the whole of it one step away': [
    'components/chart/plot.ts TOP',
    'components/compose/seen-words.ts MAX_INSTEAD',
    'components/dead-letters/preview.ts MOST',
    'components/former/former-dialog.tsx MOST_ROWS',
    'components/frame/address-ahead.ts SETTLES_WITHIN_MS',
    'components/frame/use-shortcuts.ts WAIT_MS',
    'components/kpi/use-chart-height.ts MOST',
    'components/live/at-server-time.ts MAX_WAITING',
    'components/live/server-clock.ts KEPT',
    'components/shards/stream-notices.tsx MOST',
    'components/shards/stream-notices.tsx MOST_NAMED',
    'components/shards/throughput-series.ts LONGEST_SPAN',
    'components/shards/throughput-series.ts MOST_LINES',
    'lib/counting-change.ts MOST_CHANGES',
    'lib/format-money.ts MOST_NAMED',
    'server/apps/kpi/feed.ts MAX_TEXT',
    'server/apps/kpi/preview-figures.ts MAX_ROWS',
    'server/apps/kpi/recent-events.ts MAX_PROP_LENGTH',
    'server/apps/kpi/recent-fields.ts MAX_SAMPLES',
    'server/apps/kpi/recent-fields.ts MAX_SAMPLE_FIELDS',
    'server/apps/kpi/recent-fields.ts MAX_VALUE_LENGTH',
    'server/apps/kpi/spark-step.ts LONGEST',
    'server/apps/kpi/spark-step.ts MAX_POINTS',
    'server/marks/kept-marks.ts REMEMBERED_MS',
    'server/stream/records/combined/misfit.ts MAX_EXCERPT',
    'server/stream/records/parse-event.ts MAX_EXCERPT',
  ],
  'the same bound as another one, or longer than anything there is': [
    'components/compose/events-fields.tsx MAX_CONDITIONS',
    'components/compose/kpi-draft.ts MAX_ID',
    'components/compose/values-field.tsx MAX_TEXTS',
    'lib/view.ts MAX_KPI_ID_LENGTH',
    'lib/view.ts MAX_INCARNATION',
    'server/push/hub.ts MAX_INSTANCE_LENGTH',
  ],
  'a part of a rule of statistics, or of a guess at what bytes are': [
    'lib/hot-key.ts MOST',
    'server/damage/sums.ts MAX_UNITS',
    'server/insight/detector.ts MOST_OF_A_STEP',
    'server/marks/event-size.ts MOST',
    'server/marks/mark-watch.ts MAX_BEHIND_MS',
    'server/marks/settled.ts MOST_DELAY_MS',
    'server/pipeline-deaths.ts MANY_WITHIN_MS',
    'server/stream/records/guess-data.ts MAX_FIELDS',
    'server/stream/records/guess-data.ts MAX_FIELD_NUMBER',
    'server/stream/records/guess-data.ts MAX_UNFOLDED',
    'server/stream/records/guess-data.ts MAX_VARINT_BYTES',
    'server/stream/records/id-table.ts MAX_LOAD',
    'server/stream/shards/top-keys.ts KEY_COUNTERS',
  ],
  'the end of the process, or of demo traffic': [
    'server/embedded/demo-traffic.ts MAX_GAP_MS',
    'server/embedded/demo-traffic.ts PATIENCE_MS',
    'server/embedded/embedded-stream.ts STOP_WITHIN_MS',
    'server/embedded/embedded-worker.ts CLOSE_WITHIN_MS',
    'server/embedded/replay-run.ts LONGEST_WAIT_MS',
    'server/main.ts STOP_WITHIN_MS',
  ],
}

const BOUND =
  /^(?:export )?const ((?:MAX|MOST|LONGEST|KEPT|REMEMBERED|KEEP_MARKS|TOP)(?:_[A-Z_]+)?|(?!DEFAULT_)[A-Z_]+_(?:LIMIT|TIMEOUT_MS|WITHIN_MS|PATIENCE_MS|COUNTERS)|(?:PATIENCE|LINGER|STALLED|WAIT)_MS|BURST)(?:: [^=]+)? = (.+)$/
const UNITS: Record<string, number> = { SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS }

/** Names with their numbers, such as `server/push/hub.ts MAX_VIEWS`: products of numbers and units of time. */
function boundsOfTheCode(): Map<string, number> {
  const bounds = new Map<string, number>()
  for (const file of sources()) {
    const inFile: Record<string, number> = { ...UNITS }
    for (const line of readFileSync(path.join(ROOT, file), 'utf8').split('\n')) {
      const [, name, text] = BOUND.exec(line) ?? []
      const value = productOf(text ?? '', inFile)
      if (name === undefined || Number.isNaN(value)) continue
      inFile[name] = value
      bounds.set(`${file} ${name}`, value)
    }
  }
  return bounds
}

function productOf(text: string, known: Readonly<Record<string, number>>): number {
  const factors = text.split(' * ').map((factor) => {
    const digits = factor.replaceAll('_', '').replace(/n$/, '')
    return known[factor] ?? (/^\d+(\.\d+)?(e\d+)?$/.test(digits) ? Number(digits) : Number.NaN)
  })
  return factors.reduce((product, factor) => product * factor, 1)
}

const sources = (): string[] =>
  ['app', 'components', 'lib', 'server'].flatMap((room) =>
    readdirSync(path.join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .map((file) => `${room}/${file.replaceAll('\\', '/')}`)
      .filter(
        (file) =>
          /\.tsx?$/.test(file) && !/\.(test|testing)\.|\/test-server|\/scenarios\//.test(file),
      ),
  )

function boundsOfTables(): Map<string, number> {
  const bounds = new Map<string, number>()
  const add = (name: string, value: unknown): void => {
    if (typeof value === 'number') bounds.set(name, value)
    else for (const [key, each] of Object.entries(Object(value))) add(`${name}.${key}`, each)
  }
  for (const [name, table] of Object.entries(TABLES)) add(name, table)
  return bounds
}

const PAGE = readFileSync(path.join(ROOT, 'docs/limits.md'), 'utf8')
const cells = PAGE.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))

/** What the page says, by name. */
const onPage = cells.flatMap(([, , bound = '', , name = '']) =>
  /^`.* .*`$/.test(name) ? [[name.slice(1, -1), bound] as const] : [],
)

const MIB = 1_024 * 1_024

function boundText(name: string, value: number): string {
  if (/BYTES$/.test(name)) return value % MIB === 0 ? `${value / MIB} MiB` : `${value / 1_024} KiB`
  if (!/(_MS|Ms)$/.test(name)) return value.toLocaleString('en')
  const [, count, unit = ''] = /^(\d+)(\D)$/.exec(durationText(value)) ?? []
  return `${count} ${unit === 'm' ? 'min' : unit}`
}

describe('docs/limits.md', () => {
  const inCode = new Map([...boundsOfTheCode(), ...boundsOfTables()])
  const notMet = Object.values(NOT_MET).flat()

  it('finds the bounds of the code', () => {
    expect(inCode.get('server/push/hub.ts MAX_MESSAGE_BYTES')).toBe(16_384)
    expect(inCode.get('server/marks/mark-store.ts KEEP_MARKS_MS')).toBe(30 * DAY_MS)
    expect(inCode.get('server/http/admission.ts LANES.large.running')).toBe(2)
    expect(inCode.size).toBeGreaterThan(150)
  })

  it('names no bound that is not in the code, and each with its number', () => {
    const wanted = onPage.map(([name]) => {
      const value = inCode.get(name)
      return [name, value === undefined ? 'is not in the code' : boundText(name, value)]
    })
    expect(onPage).toEqual(wanted)
    expect(new Set(onPage.map(([name]) => name)).size).toBe(onPage.length)
  })

  it('names every bound of the code but those that nobody meets', () => {
    const told = new Set([...onPage.map(([name]) => name), ...notMet])
    const missing = [...inCode.keys()].filter((name) => !told.has(name))
    expect(missing, 'give it a line in docs/limits.md, or in NOT_MET with the reason').toEqual([])
    const both = onPage.filter(([name]) => notMet.includes(name))
    const gone = notMet.filter((name) => !inCode.has(name))
    expect([both, gone], 'on both lists, or no longer there').toEqual([[], []])
  })

  it('has no number in a schema that is no named bound', () => {
    const unnamed = sources().flatMap((file) => {
      if (!/^(lib|server\/(http|push))\//.test(file)) return []
      const text = readFileSync(path.join(ROOT, file), 'utf8')
      return [...text.matchAll(/\)\.(?:max|length)\([\d_]+/g)].map(([found]) => `${file} ${found}`)
    })
    expect(unnamed).toEqual([])
  })

  const settings = cells.flatMap(([, name = '', least = '', most = '']) =>
    /^`[A-Z_]+`$/.test(name) ? [[name.slice(1, -1), least, most] as const] : [],
  )
  const takes = (name: string, text: string) => () => readConfig({ [name]: text })

  it.each(settings)('%s is taken from %s to %s, and no further', (name, least, most) => {
    const step = (text: string, by: number): string => {
      const ms = parseDuration(text)
      return ms === undefined ? String(Number(text) + by) : `${ms / SECOND_MS + by}s`
    }
    if (least !== '') {
      expect(takes(name, least)).not.toThrow()
      expect(takes(name, step(least, -1))).toThrow(`${name} must be at least ${least}`)
    }
    if (most !== '') {
      expect(takes(name, most)).not.toThrow()
      expect(takes(name, step(most, 1))).toThrow(`${name} must be at most ${most}`)
    }
  })

  it('names each end of a setting that a message of the code names', () => {
    const text = readFileSync(path.join(ROOT, 'server/config.ts'), 'utf8')
    const ends = [...text.matchAll(/'([A-Z_]+) must be at (least|most) (\d+)/g)]
    expect(ends.length).toBeGreaterThan(3)
    for (const [, name, end, value] of ends) {
      const [, least, most] = settings.find(([setting]) => setting === name) ?? []
      expect([name, end, end === 'least' ? least : most]).toEqual([name, end, value])
    }
  })
})
