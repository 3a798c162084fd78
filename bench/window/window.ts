import type { StreamEvent } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { epochMs, HOUR_MS } from '../../lib/time.ts'
import { WINDOWS, type WindowId } from '../../lib/windows.ts'
import type { FrozenPane } from '../../server/window/codec.ts'
import { decompose, type PaneRef } from '../../server/window/decompose.ts'
import { MAX_QUERY_KEYS } from '../../server/window/levels.ts'
import { createMeasureSet } from '../../server/window/measures.ts'
import { keyedPane, TOTAL_KEY, totalPane } from '../../server/window/pane.ts'
import type { PaneDimension } from '../../server/window/pane-dimension.ts'
import { createPending } from '../../server/window/pending.ts'
import { createPins } from '../../server/window/pins.ts'
import { createPyramid } from '../../server/window/pyramid.ts'
import { createRetention } from '../../server/window/retention.ts'
import { createSlidingCell } from '../../server/window/sliding-cell.ts'
import { createSlidingKeys } from '../../server/window/sliding-keys.ts'
import { type TimeRange, windowRange } from '../../server/window/window-range.ts'

const slides = Number(process.env.BENCH_SLIDES)
const adds = Number(process.env.BENCH_ADDS)
const rounds = Number(process.env.BENCH_ROUNDS)

const PAGES = 2_000
const VISITORS = 50_000
const START = epochMs(Date.parse('2026-01-01T12:00:00Z'))
/** What comes in before it is sealed, while adding. */
const SEAL_EVERY = 5_000

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Processor time of the work, the collector's too, µs. */
function cpuMicros(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** A pyramid over a store that is a map, and the windows of one page over it. */
function createBench() {
  const measures = createMeasureSet(BUILT_IN.kpis)
  const pins = createPins()
  const options = { measures, pins, retention: createRetention(), crossed: BUILT_IN.crossed }
  const pyramid = createPyramid({ ...options, maxRestingBytes: 128 * 1_024 * 1_024 })
  const pending = createPending(options)
  const stored = new Map<string, FrozenPane>()
  const nameOf = ({ level, start }: PaneRef, dimension: PaneDimension) =>
    `${level} ${dimension} ${start}`
  const keys = createSlidingKeys({ pyramid, pins, dimension: 'page' })
  const cell = createSlidingCell({ pyramid, subject: { dimension: '', key: TOTAL_KEY } })
  let ordinal = 1

  function bringIn(refs: readonly PaneRef[], dimension: PaneDimension): void {
    for (const ref of pyramid.missing(refs, dimension)) {
      pyramid.load({ ...ref, dimension }, stored.get(nameOf(ref, dimension)))
    }
  }

  return {
    add: (event: StreamEvent, now: number) => pending.add(event, now, now),
    seal: (now: number) => pyramid.apply(pending.take(), ordinal++, now),
    /** As the store is written now and then: all that is closed is at rest. */
    flush(now: number) {
      pyramid.rollUp(now, now + HOUR_MS, Number.POSITIVE_INFINITY)
      const limits = { minAgeMs: () => 0, atMs: now, maxUnwritten: 0 }
      const captured = pyramid.capture({ ...limits, maxBytes: Number.POSITIVE_INFINITY })
      for (const one of captured) stored.set(nameOf(one, one.dimension), one.frozen)
      pyramid.settle(captured, now)
    },
    load(range: TimeRange) {
      bringIn(keys.needs(range), 'page')
      bringIn(cell.needs(range), '')
    },
    slide(range: TimeRange): number {
      keys.moveTo(range)
      cell.moveTo(range)
      return keys.pane().keys.length + (cell.cell()?.counts[0] ?? 0)
    },
    loadAll({ from, to }: TimeRange) {
      bringIn(decompose(from, to), 'page')
      bringIn(decompose(from, to), '')
    },
    /** The same figures from all panes of the window. */
    read({ from, to }: TimeRange): number {
      const pages = keyedPane(measures, MAX_QUERY_KEYS)
      const total = totalPane(measures)
      const additive = { ...measures.everything, distinct: [], quantiles: [] }
      pyramid.read(decompose(from, to), 'page', pages, additive)
      pyramid.read(decompose(from, to), '', total, measures.everything)
      return pages.keys.length + (total.counts[0] ?? 0)
    },
    hold: () => pyramid.hold(),
    close() {
      keys.close()
      cell.close()
    },
  }
}

function pageView(n: number, pages: number, time: number): StreamEvent {
  return {
    id: '',
    type: n % 5 === 0 ? 'request' : 'page_view',
    time: epochMs(time),
    currency: 'USD',
    page: `/products/${n % pages}`,
    visitor: `visitor-${(n * 7_919) % VISITORS}`,
    ...(n % 5 === 0 && { durationMs: 10 + (n % 400), status: 200 }),
  } as StreamEvent
}

/** As they come from a parser: texts that were put together of two have to be copied when they are first read. */
const parsed = (events: readonly StreamEvent[]): StreamEvent[] => JSON.parse(JSON.stringify(events))

/** Every pane that enters or leaves holds all pages. */
function slideMicros(id: WindowId) {
  const window = WINDOWS[id]
  const bench = createBench()
  let n = 0
  const fill = (from: number, now: number) => {
    for (let at = 0; at < PAGES; at++) {
      bench.add(pageView(n++, PAGES, from + (at * window.slideMs) / PAGES), now)
    }
    bench.seal(now)
  }
  const first = windowRange(window, START)
  for (let at = first.from; at < first.to; at += window.slideMs) fill(at, first.to - 1)
  bench.flush(START)
  bench.load(first)
  bench.slide(first)
  const slid: number[] = []
  const read: number[] = []
  for (let step = 1; step <= slides; step++) {
    const range = {
      from: first.from + step * window.slideMs,
      to: first.to + step * window.slideMs,
    }
    fill(range.to - window.slideMs, range.to - 1)
    bench.flush(range.to)
    const release = bench.hold()
    bench.load(range)
    slid.push(cpuMicros(() => bench.slide(range)))
    bench.loadAll(range)
    read.push(cpuMicros(() => bench.read(range)))
    release()
  }
  return { slid: median(slid), most: Math.max(...slid), read: median(read) }
}

/** An event into the panes of all dimensions; `isOpen`: and into the windows of a page that somebody looks at. */
function addMicros(pages: number, isOpen: boolean): number {
  const bench = createBench()
  const range = windowRange(WINDOWS['5m'], START)
  if (isOpen) {
    bench.load(range)
    bench.slide(range)
  } else bench.close()
  let micros = 0
  for (let n = 0; n < adds; n += SEAL_EVERY) {
    const events = parsed(
      Array.from({ length: SEAL_EVERY }, (_, at) =>
        pageView(((n + at) * 7_368_787) % 1_000_003, pages, START + ((n + at) % 1_000)),
      ),
    )
    micros += cpuMicros(() => {
      for (const event of events) bench.add(event, START)
      bench.seal(START)
    })
  }
  return micros / adds
}

function report(): void {
  const slideRatios: number[] = []
  const addRatios = { alone: [] as number[], watched: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    const short = slideMicros('10s')
    const long = slideMicros('24h')
    for (const [id, { slid, most, read }] of Object.entries({ '10 s': short, '24 h': long })) {
      const times = (read / slid).toFixed(1)
      console.log(
        `slide  ${id}: ${slid} µs, at most ${most} µs; all its panes read anew ${read} µs, ${times} × as much`,
      )
    }
    const ratio = long.slid / short.slid
    slideRatios.push(ratio)
    console.log(`       24 h to 10 s: ${ratio.toFixed(2)} (ceiling 1.5)`)
    for (const isOpen of [false, true]) {
      const [few, many] = [addMicros(10, isOpen), addMicros(1_000_000, isOpen)]
      addRatios[isOpen ? 'watched' : 'alone'].push(many / few)
      const where = isOpen ? 'with a page open' : 'nobody looks on'
      console.log(
        `add    ${where}: 10 keys ${few.toFixed(2)} µs, 1,000,000 keys ${many.toFixed(2)} µs an event: ${(many / few).toFixed(2)} (ceiling 3)`,
      )
    }
  }
  const [slide, alone, watched] = [slideRatios, addRatios.alone, addRatios.watched].map((ratios) =>
    median(ratios).toFixed(2),
  )
  console.log(
    `median of ${rounds} rounds: slide ${slide}, add ${alone}, with a page open ${watched}`,
  )
}

report()
