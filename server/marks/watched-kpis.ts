import type { Kpi } from '../../lib/kpis.ts'
import { WARM_UP_STEPS } from '../insight/baseline.ts'
import type { Change, Mark } from '../insight/detector.ts'
import { type Reading, STEP_MS } from '../insight/reading.ts'
import { createWatch, type Watch } from '../insight/watch.ts'
import type { Cell } from '../window/cell.ts'
import { TOTAL_PRECISION } from '../window/distinct.ts'
import { createEventSize, type EventSize } from './event-size.ts'
import { currenciesIn, perStep, readingOf, type Subject } from './kpi-reading.ts'
import type { Measured } from './measured.ts'

/** Every KPI of the catalog under watch, money in each of its currencies. */
export interface WatchedKpis {
  /** One step, `at` being when it began; what changed. */
  see(cell: Cell | undefined, at: number): SubjectChange[]
  /** A step of the past. */
  remember(cell: Cell | undefined, at: number): void
  /** A time of the past that was `steps` long, of which only the time of day is learned. */
  rememberSeason(cell: Cell | undefined, at: number, steps: number): void
  /** Goes on with a mark that another process found. */
  resume(subject: Subject, mark: Mark): void
  /** Until the first of them can be judged; all of them, as long as there is none. */
  stepsToGo(): number
}

export interface SubjectChange {
  subject: Subject
  change: Change
}

/** Of one KPI; 8 KB each. */
const MAX_CURRENCIES = 4

interface Watched {
  subject: Subject
  watch: Watch
  /** Of money. */
  size: EventSize
}

export function createWatchedKpis({
  catalog,
  measures,
  measuredFrom,
}: Pick<Measured, 'catalog' | 'measures' | 'measuredFrom'>): WatchedKpis {
  const kind = { measures, precision: TOTAL_PRECISION }
  const watched = new Map<Kpi, Map<string, Watched>>(catalog.kpis.map((kpi) => [kpi, new Map()]))

  function admit(subject: Subject): Watched | undefined {
    const { kpi, currency = '' } = subject
    const ofKpi = watched.get(kpi)
    const known = ofKpi?.get(currency)
    if (ofKpi === undefined || known !== undefined) return known
    if (ofKpi.size >= MAX_CURRENCIES) return undefined
    const fresh = { subject, watch: createWatch(), size: createEventSize() }
    ofKpi.set(currency, fresh)
    return fresh
  }

  function admitAll(kpi: Kpi, cell: Cell | undefined): void {
    if (!isMoney(kpi)) admit({ kpi })
    else for (const currency of currenciesIn(kpi, cell, measures)) admit({ kpi, currency })
  }

  function* all(cell: Cell | undefined): Generator<Watched> {
    for (const [kpi, ofKpi] of watched) {
      admitAll(kpi, cell)
      yield* ofKpi.values()
    }
  }

  /** Of those that were measured then: what was not, was not nothing. */
  function* measuredAt(cell: Cell | undefined, at: number): Generator<Watched> {
    for (const one of all(cell)) if (at >= measuredFrom(one.subject.kpi.id)) yield one
  }

  /** Of one step. */
  function stepReading({ subject, size }: Watched, cell: Cell | undefined): Reading {
    const reading = readingOf(subject, cell, kind)
    return 'sum' in reading ? { ...reading, events: size.eventsIn(reading.sum) } : reading
  }

  return {
    see(cell, at) {
      return [...measuredAt(cell, at)].flatMap((one): SubjectChange[] => {
        const { change } = one.watch.see(stepReading(one, cell), at)
        return change.kind === 'none' ? [] : [{ subject: one.subject, change }]
      })
    },
    remember(cell, at) {
      for (const one of measuredAt(cell, at)) one.watch.remember(stepReading(one, cell), at)
    },
    rememberSeason(cell, at, steps) {
      for (const { subject, watch } of measuredAt(cell, at)) {
        const each = perStep(readingOf(subject, cell, kind), steps)
        for (let step = 0; step < steps; step++) watch.rememberSeason(each, at + step * STEP_MS)
      }
    },
    resume: (subject, mark) => admit(subject)?.watch.resume(mark),
    stepsToGo() {
      const each = [...watched.values()].flatMap((ofKpi) => [...ofKpi.values()])
      return Math.min(WARM_UP_STEPS, ...each.map(({ watch }) => watch.stepsToGo()))
    },
  }
}

const isMoney = ({ formula }: Kpi): boolean =>
  formula.kind === 'money' || formula.kind === 'money_per'
