import type { KpisAnswer } from '../../../lib/api.ts'
import type { KeysQuery } from '../../../lib/kpi-questions.ts'
import { type KpiValue, NO_VALUE } from '../../../lib/kpi-value.ts'
import { type Kpi, type KpiId, OTHER_KEY } from '../../../lib/kpis.ts'
import type { Filter } from '../../../lib/view.ts'
import { cellOf } from '../../window/pane.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { onlyIn, orderFrom } from './currency-choice.ts'
import { gatherKeys } from './gather-keys.ts'
import { keySpace } from './key-space.ts'
import { coveredIn } from './known-time.ts'
import { incompleteIn } from './lost-part.ts'
import type { PaneReader } from './pane-reader.ts'
import { rankedKeys } from './ranking.ts'

/** Rows of all KPIs: a few milliseconds. */
const ROWS_A_TURN = 25

export function everyKpi<T>({ catalog }: PaneReader, value: (kpi: Kpi) => T): Record<KpiId, T> {
  return Object.fromEntries(catalog.kpis.map((kpi) => [kpi.id, value(kpi)])) as Record<KpiId, T>
}

/** Every KPI of the first keys of a dimension, under `of` where there is a filter. No panes are read of a range that is `gone`. */
export async function readKpisBy(
  reader: PaneReader,
  { dimension, rankedBy, limit }: KeysQuery,
  {
    of,
    gone,
    currencyOf,
    now,
    ...range
  }: TimeRange & {
    now: number
    of: Filter | undefined
    gone: boolean
    /** That of the whole. */
    currencyOf(id: KpiId): string | undefined
  },
): Promise<NonNullable<KpisAnswer['by']>> {
  const space = keySpace(dimension, of)
  const since = reader.measuredFrom(space.dimension)
  const measured = since > range.from ? { measuredFrom: since } : {}
  const coveredMs = everyKpi(reader, ({ id }) =>
    coveredIn(reader, range, { dimension: space.dimension, kpi: id, now }),
  )
  if (gone || since >= range.to) {
    return { dimension, rankedBy, coveredMs, rows: [], other: null, keys: 0, ...measured }
  }
  const all = await gatherKeys(reader, range, space, reader.select([rankedBy]))
  const rank = rankedKeys(reader, rankedBy)
  const ranked = rank(all, onlyIn(currencyOf(rankedBy))).slice(0, limit)
  const only = new Set([...ranked.map(space.held), OTHER_KEY])
  const whole = await gatherKeys(reader, range, space, reader.measures.everything, only)
  const valuesOf = (key: string) =>
    everyKpi(reader, ({ id }) =>
      reader.measuredFrom(space.dimension, id) < range.to
        ? reader.value(id, cellOf(whole, key), orderFrom(reader, id, currencyOf(id)))
        : NO_VALUE,
    )
  const rows: { key: string; kpis: Record<KpiId, KpiValue> }[] = []
  for (const key of ranked) {
    rows.push({ key, kpis: valuesOf(key) })
    if (rows.length % ROWS_A_TURN === 0) await reader.turn()
  }
  const { keys, foldedPairs } = space.count(all)
  return {
    dimension,
    rankedBy,
    coveredMs,
    rows,
    other: all.keys.includes(OTHER_KEY) ? valuesOf(OTHER_KEY) : null,
    keys,
    ...(of !== undefined && { foldedPairs }),
    ...measured,
    ...incompleteIn(reader, [range], space.dimension),
  }
}
