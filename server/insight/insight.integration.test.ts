import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { type BuiltInKpiId, KPI_IDS, KPIS } from '../../lib/kpis.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { seededRandom } from '../embedded/random.ts'
import type { Change, Mark } from './detector.ts'
import { type Explanation, explain } from './explain.ts'
import { createKeyWatch } from './key-watch.ts'
import { STEP_MS } from './reading.ts'
import {
  CAMPAIGNS,
  COUNTRIES,
  createSite,
  type Fault,
  type FaultKind,
  PLACEMENTS,
  type SiteStep,
} from './site.testing.ts'
import { dimensionsOf, READINGS } from './site-kpis.testing.ts'
import { createWatch } from './watch.ts'

/** What the detector finds, how soon, and how often it is wrong: on days of made-up traffic, and on a real log. */

const SEEDS = 20
const FOUND_WITHIN_MS = 30 * SECOND_MS
/** Events per second in all, in the quietest hour: half of them requests, of which 2 % fail. */
const TRAFFIC = 50
/** The rest is chance: a burst as the fault begins, or a placement that had only a handful of requests. */
const MAY_BE_LATE = 0.01

type WatchedId = BuiltInKpiId | 'page_views by country'
interface Seen {
  id: WatchedId
  mark: Mark
  atMs: number
  /** It begins with this step; else it stood before, and this step was away too. */
  begins: boolean
  /** Of the country, where it is one's. */
  key: string
}

/** Every KPI of the site under watch; the marks that each step begins or goes on with. */
function watchSite() {
  const watches = KPI_IDS.map((id) => ({ id, read: READINGS[id], watch: createWatch() }))
  const countries = createKeyWatch()
  return (step: SiteStep, atMs: number): Seen[] => {
    const seen: Seen[] = []
    const add = (id: WatchedId, change: Change | undefined, key = '') => {
      if (change === undefined || change.kind === 'none' || change.kind === 'ended') return
      seen.push({ id, mark: change.mark, atMs, begins: change.kind !== 'grew', key })
    }
    for (const { id, read, watch } of watches) add(id, watch.see(read(step), atMs).change)
    const counts = new Map(step.viewsBy.country.map(({ over }, i) => [COUNTRIES[i] ?? '', over]))
    const country = countries.see(counts, step.pageViews, atMs)
    add('page_views by country', country?.change, country?.key)
    return seen
  }
}

interface Expectation {
  /** KPIs that show the fault; the first of them to be marked finds it. */
  ids: readonly WatchedId[]
  direction: Mark['direction']
  /** The keys that it may be the fault of, with their dimension; none: nobody's. */
  keys?: { dimension: string; keys: readonly string[] }
}

const FAULTS: Record<FaultKind, Expectation> = {
  'placement fails': {
    ids: ['error_rate'],
    direction: 'up',
    keys: { dimension: 'placement', keys: PLACEMENTS },
  },
  'country gone': {
    ids: ['page_views by country'],
    direction: 'down',
    keys: { dimension: 'country', keys: COUNTRIES },
  },
  'campaign overspends': {
    ids: ['spend'],
    direction: 'up',
    keys: { dimension: 'campaign', keys: CAMPAIGNS },
  },
  slow: { ids: ['latency_p50', 'latency_p95', 'latency_p99'], direction: 'up' },
  'half the traffic': { ids: ['page_views', 'requests'], direction: 'down' },
  silence: { ids: ['page_views', 'requests'], direction: 'down' },
}
const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[]

interface Outcome {
  kind: FaultKind
  /** From the fault's beginning to the end of the step that marked it; Infinity: it was not found. */
  delayMs: number
  /** "country DE", or "nothing". */
  named: string
  expected: string
}

const BEFORE_MS = 1.5 * HOUR_MS
const FAULT_MS = 3 * MINUTE_MS
const COMPARED_STEPS = (30 * MINUTE_MS) / STEP_MS

/** A fault at a random moment of the quiet hours, which are the hardest, after an hour and a half of the site. */
function tryFault(kind: FaultKind, seed: number, quietest: number): Outcome {
  const random = seededRandom(seed * 7919 + FAULT_KINDS.indexOf(kind))
  const { keys } = FAULTS[kind]
  const key = keys === undefined ? 0 : Math.floor(random() * keys.keys.length)
  const startMs = Math.floor((5 * HOUR_MS + random() * 3 * HOUR_MS) / STEP_MS) * STEP_MS
  const fromMs = startMs + BEFORE_MS + random() * STEP_MS
  const fault: Fault = { kind, key, fromMs, untilMs: fromMs + FAULT_MS }
  const site = createSite({ random, quietest, faults: [fault] })
  const watch = watchSite()
  const steps: SiteStep[] = []
  const expected = keys === undefined ? 'nothing' : `${keys.dimension} ${keys.keys[key]}`
  for (let atMs = startMs; atMs < fault.untilMs; atMs += STEP_MS) {
    const step = site(atMs)
    steps.push(step)
    const found = watch(step, atMs).find((seen) => isOf(fault, seen))
    if (found === undefined) continue
    return { kind, delayMs: atMs + STEP_MS - fromMs, named: nameOf(found, steps), expected }
  }
  return { kind, delayMs: Number.POSITIVE_INFINITY, named: 'nothing', expected }
}

/** A mark that stood before counts from the first whole step of the fault. */
function isOf({ kind, fromMs }: Fault, { id, mark, atMs, begins }: Seen): boolean {
  const { ids, direction } = FAULTS[kind]
  const during = begins ? atMs + STEP_MS > fromMs : atMs >= fromMs
  return during && ids.includes(id) && mark.direction === direction
}

function nameOf({ id, mark, atMs, key }: Seen, steps: readonly SiteStep[]): string {
  if (id === 'page_views by country') return `country ${key}`
  const away = (atMs - mark.since) / STEP_MS + 1
  const now = steps.slice(-away)
  const before = steps.slice(-away - COMPARED_STEPS, -away)
  const { kind } = KPIS[id].formula
  const found: Explanation | undefined = explain({
    kind: kind === 'ratio' || kind === 'quantile' ? 'ratio' : 'sum',
    lengths: now.length / before.length,
    dimensions: dimensionsOf(id, before, now),
  })
  return found === undefined ? 'nothing' : `${found.dimension} ${found.key}`
}

const tryAll = (quietest: number): Outcome[] =>
  Array.from({ length: SEEDS }, (_, seed) =>
    FAULT_KINDS.map((kind) => tryFault(kind, seed + 1, quietest)),
  ).flat()

const late = (outcomes: readonly Outcome[]) =>
  outcomes.filter(({ delayMs }) => delayMs > FOUND_WITHIN_MS)
const misnamed = (outcomes: readonly Outcome[]) =>
  outcomes.filter(({ named, expected }) => named !== expected)

function delaysOf(outcomes: readonly Outcome[]): string {
  return FAULT_KINDS.map((kind) => {
    const seconds = outcomes
      .filter((each) => each.kind === kind)
      .map(({ delayMs }) => delayMs / SECOND_MS)
      .sort((a, b) => a - b)
    const at = (q: number) => seconds[Math.ceil(q * seconds.length) - 1]?.toFixed(0)
    return `${kind}: ${at(0.5)} s at the median, ${at(0.9)} s at p90, ${at(1)} s at most`
  }).join('\n')
}

describe(`a fault, tried ${SEEDS} times each`, () => {
  it.each([TRAFFIC, 2 * TRAFFIC])(
    'at %s events a second is found within 30 s, and put down to the right key',
    (quietest) => {
      const outcomes = tryAll(quietest)
      console.info(`${quietest} events/s\n${delaysOf(outcomes)}`)
      expect(late(outcomes).length).toBeLessThanOrEqual(outcomes.length * MAY_BE_LATE)
      expect(Math.max(...outcomes.map(({ delayMs }) => delayMs))).toBeLessThan(MINUTE_MS)
      expect(misnamed(outcomes)).toEqual([])
    },
    60_000,
  )
})

describe('clean days', () => {
  const DAYS = 4
  /** By KPI, for each day of each site. */
  const falseMarks = new Map<WatchedId, number[]>()
  beforeAll(() => {
    const ids: WatchedId[] = [...KPI_IDS, 'page_views by country']
    for (const id of ids) falseMarks.set(id, new Array(SEEDS * DAYS).fill(0))
    for (let seed = 0; seed < SEEDS; seed += 1) {
      // Each site begins on another day of the week.
      const startMs = (seed % 7) * DAY_MS
      const site = createSite({ random: seededRandom(1_000 + seed), quietest: TRAFFIC })
      const watch = watchSite()
      for (let atMs = startMs; atMs < startMs + DAYS * DAY_MS; atMs += STEP_MS) {
        const day = seed * DAYS + Math.floor((atMs - startMs) / DAY_MS)
        for (const { id, begins } of watch(site(atMs), atMs)) {
          if (!begins) continue
          const days = falseMarks.get(id) ?? []
          days[day] = (days[day] ?? 0) + 1
        }
      }
    }
    const means = [...falseMarks].map(([id, days]) => `${id} ${mean(days).toFixed(2)}`)
    console.info(`false marks a day: ${means.join(', ')}`)
  }, 120_000)

  it('have fewer than one false mark a day of any KPI', () => {
    for (const [id, days] of falseMarks) expect({ id, aDay: mean(days) }).toSatisfy(underOne)
  })

  it('never have more than three of one KPI in a day', () => {
    const worst = [...falseMarks].map(([id, days]) => ({ id, inADay: Math.max(...days) }))
    expect(worst.filter(({ inADay }) => inADay > 3)).toEqual([])
  })
})

const mean = (numbers: readonly number[]) =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length
const underOne = ({ aDay }: { aDay: number }) => aDay < 1

const LOG = fileURLToPath(new URL('../../../shared/data/weblog/apache.log', import.meta.url))
const haveLog = existsSync(LOG)
const title = haveLog ? 'a real log' : 'a real log (skipped: there is none at ../shared/data)'

/**
 * Requests in each 10 s. The log has one minute of every hour: the minutes are put one after the other, without the last,
 * in which the file is cut off.
 */
function requestsOfLog(): number[] {
  const counts = new Map<string, number>()
  for (const [, tenSeconds = ''] of readFileSync(LOG, 'utf8').matchAll(/\[([^\]]{19})\d /g)) {
    counts.set(tenSeconds, (counts.get(tenSeconds) ?? 0) + 1)
  }
  const minutes = new Set([...counts.keys()].map((each) => each.slice(0, 18)))
  return [...minutes]
    .slice(0, -1)
    .flatMap((minute) => [0, 1, 2, 3, 4, 5].map((ten) => counts.get(`${minute}${ten}`) ?? 0))
}

describe.skipIf(!haveLog)(title, () => {
  const marksOf = (counts: readonly number[]): Mark[] => {
    const watch = createWatch()
    return counts.flatMap((count, i) => {
      const { change } = watch.see({ kind: 'count', count }, i * STEP_MS)
      return change.kind === 'began' ? [change.mark] : []
    })
  }

  it('of 2 requests a second has no mark', () => {
    const counts = requestsOfLog()
    expect(counts.length).toBeGreaterThan(250)
    expect(marksOf(counts)).toEqual([])
  })

  it('has one where it stops, or has three times as much, within 30 s of its beginning', () => {
    const counts = requestsOfLog()
    const at = Math.floor(counts.length / 2)
    for (const times of [0, 3]) {
      const withFault = counts.map((count, i) => (i >= at && i < at + 3 ? count * times : count))
      expect(marksOf(withFault)).toEqual([
        expect.objectContaining({ since: at * STEP_MS, direction: times === 0 ? 'down' : 'up' }),
      ])
    }
  })
})
