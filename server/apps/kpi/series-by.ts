import type { SeriesAnswer, SeriesPoint } from '../../../lib/api.ts'
import type { KeysQuery } from '../../../lib/kpi-questions.ts'
import { NO_VALUE } from '../../../lib/kpi-value.ts'
import { type KpiId, OTHER_KEY } from '../../../lib/kpis.ts'
import type { Filter } from '../../../lib/view.ts'
import type { Cell } from '../../window/cell.ts'
import type { CurrencyChoice } from '../../window/kpi-of-cell.ts'
import { cellOf, keyedPane, type Pane } from '../../window/pane.ts'
import { coveredPart } from './covered-part.ts'
import { gatherKeys, panesOf, readInTurns } from './gather-keys.ts'
import { type KeySpace, keySpace } from './key-space.ts'
import { lateOf, latePart } from './late-of.ts'
import { lostPart } from './lost-part.ts'
import type { PaneReader } from './pane-reader.ts'
import { rankedKeys, sumOfKeys } from './ranking.ts'

/** A series that is to be taken apart by key. */
export interface WholeSeries {
  kpi: KpiId
  stepMs: number
  /** The steps of which there are panes, oldest first. */
  steps: readonly number[]
  /** All steps. */
  points: readonly SeriesPoint[]
  now: number
  choice: CurrencyChoice
  /** The currency that keys are ranked in; `total`: all keys together. */
  rankIn(total: Cell): CurrencyChoice
  /** Only keys under this. */
  of: Filter | undefined
}

/**
 * A series for each of the first keys, and one for all others together. The others are merged key by key, so they are
 * as exact as one key is, whatever the KPI.
 */
export async function readSeriesBy(
  reader: PaneReader,
  { dimension, limit, rankedBy }: KeysQuery,
  whole: WholeSeries,
): Promise<NonNullable<SeriesAnswer['by']>> {
  const { stepMs, points } = whole
  const space = keySpace(dimension, whole.of)
  const since = reader.measuredFrom(space.dimension, whole.kpi)
  const steps = whole.steps.filter((t) => t + stepMs > since)
  const [from = 0, last = -stepMs] = [steps[0], steps.at(-1)]
  const range = { from, to: last + stepMs }
  const all = await gatherKeys(reader, range, space, reader.select([rankedBy]))
  const rank = rankedKeys(reader, rankedBy)
  const keys = rank(all, whole.rankIn(sumOfKeys(all))).slice(0, limit)
  const late = lateOf(reader, whole.kpi)
  const values = new Map<number, Map<string, StepOfKey>>()
  await readSteps(reader, { ...whole, steps, space, keys: new Set(keys) }, (t, sum) => {
    const step = { from: t, to: t + stepMs }
    const lost = lostPart(reader, step, space.dimension)
    const of = (key: string): [string, StepOfKey] => {
      const cell = cellOf(sum, key)
      return [
        key,
        {
          value: reader.value(whole.kpi, cell, whole.choice),
          ...latePart(late(cell), step),
          ...lost,
        },
      ]
    }
    values.set(t, new Map([...keys, OTHER_KEY].map(of)))
  })
  const at = { dimension: space.dimension, kpi: whole.kpi, now: whole.now }
  const covered = new Map(
    points.map(({ t }) => [t, coveredPart(reader, { from: t, to: t + stepMs }, at)]),
  )
  const pointsOf = (key: string): SeriesPoint[] =>
    points.map(({ t, open }) => ({
      t,
      open,
      ...covered.get(t),
      ...(values.get(t)?.get(key) ?? { value: NO_VALUE }),
    }))
  const count = space.count(all)
  return {
    dimension,
    rankedBy,
    series: keys.map((key) => ({ key, points: pointsOf(key) })),
    other: all.keys.length > keys.length ? pointsOf(OTHER_KEY) : null,
    keys: count.keys,
    ...(whole.of !== undefined && { foldedPairs: count.foldedPairs }),
    ...(since > (points[0]?.t ?? since) && { measuredFrom: since }),
  }
}

type StepOfKey = Omit<SeriesPoint, 't' | 'open' | 'coveredMs'>

/** Gives for each step a pane with a row for each of `keys`, and one for all others. */
async function readSteps(
  reader: PaneReader,
  series: WholeSeries & { space: KeySpace; keys: ReadonlySet<string> },
  use: (t: number, sum: Pane) => void,
): Promise<void> {
  const { steps, stepMs, space, keys } = series
  const selection = reader.select([series.kpi])
  const panes = steps.flatMap((t) =>
    panesOf({ from: t, to: t + stepMs }).map((pane) => ({ ...pane, t })),
  )
  const apart = (held: string): string | undefined => {
    const key = space.listed(held)
    return key === undefined || keys.has(key) ? key : OTHER_KEY
  }
  const newSum = () => keyedPane(reader.measures, keys.size + 1)
  let sum = newSum()
  await readInTurns(reader, space, panes, (pane, add) => {
    add(sum, selection, apart)
    if (pane.to < pane.t + stepMs) return
    use(pane.t, sum)
    sum = newSum()
  })
}
