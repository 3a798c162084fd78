import { useState } from 'react'
import { count, percent } from '../../lib/format.ts'
import { inSentence, kpiFigure } from '../../lib/format-kpi.ts'
import { moment } from '../../lib/format-time.ts'
import type { ListCell, ListRow } from '../../lib/frames.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import { DIMENSION_LABELS, type Dimension, type Kpi } from '../../lib/kpis.ts'
import { type Period, spanWords } from '../../lib/period.ts'
import { rateUnit } from '../../lib/rate-unit.ts'
import { textInWords } from '../../lib/shown-text.ts'
import type { Filter } from '../../lib/view.ts'
import { shownPeriod } from '../frame/shown-range.ts'
import { useKpi } from '../live/catalog.ts'
import { serverNow, useArrived, useCell } from '../live/store.ts'
import { TakeAlong } from '../take-along/take-along.tsx'
import { barPart } from '../ui/bar-part.ts'
import { classNames } from '../ui/class-names.ts'
import { Empty } from '../ui/empty.tsx'
import { Figure } from '../ui/figure.tsx'
import { MiddleCut } from '../ui/middle-cut.tsx'
import { Others } from '../ui/others.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { useHeldOrder } from './held-order.ts'
import styles from './ranked-list.module.css'
import type { RateTime } from './rate-time.ts'
import { useRateTimeFrom } from './use-covered.ts'

interface RankedListProps {
  dimension: Dimension
  kpi: Kpi
  period: Period
  filters: readonly Filter[]
  /** `of`: what the list is restricted to. */
  onPick: (picked: Filter, of?: Filter) => void
}

const SHOWN = 8

/** The first keys of a dimension. A click filters; while the pointer is here nobody changes places. */
export function RankedList(props: RankedListProps) {
  const { dimension, period } = props
  const cell = useCell(`list.${dimension}`)
  if (cell === undefined) {
    return (
      <div className={styles.list}>
        <SkeletonRows count={SHOWN} />
      </div>
    )
  }
  if (cell.rows.length === 0) {
    return <NoRows dimension={dimension} period={period} cell={cell} />
  }
  return <Rows {...props} cell={cell} />
}

/** Events may well name keys: only what the list is ranked by did not happen. */
function NoRows({
  dimension,
  period,
  cell,
}: Pick<RankedListProps, 'dimension' | 'period'> & { cell: ListCell }) {
  const by = inSentence(useKpi(cell.rankedBy).label)
  const keys = DIMENSION_LABELS[dimension].many.replace('Top ', '').toLowerCase()
  const of = cell.of === undefined ? '' : ` ${ofText(cell.of)}`
  const span = spanWords(shownPeriod(period, useCell('chart')))
  return (
    <div className={styles.list}>
      <Empty
        title={`No ${keys} with ${by}${of} in these ${span}`}
        reason={
          <>
            Events name theirs in the field <code>{dimension}</code>.
          </>
        }
      />
    </div>
  )
}

function Rows({
  dimension,
  kpi,
  period,
  filters,
  onPick,
  cell,
}: RankedListProps & { cell: ListCell }) {
  const [held, setHeld] = useState(false)
  const rankedBy = useKpi(cell.rankedBy)
  const arrived = useArrived()
  const shown = shownPeriod(period, useCell('chart'))
  const over = useRateTimeFrom(cell.knownFrom)
  const overChosen = useRateTimeFrom(cell.chosenFrom ?? cell.knownFrom)
  const rows = useHeldOrder(cell.rows.slice(0, SHOWN), held)
  const ofRow = (row: ListRow) => ownAmount(row.value, cell.total.currency)
  const top = Math.max(...cell.rows.map((row) => ofRow(row) ?? 0))
  const topChosen = Math.max(...cell.rows.map((row) => row.chosen?.value ?? 0))
  // Events of a type may not carry this dimension at all: a column of noughts says nothing.
  const twoValues = kpi.id !== rankedBy.id && rows.some(({ chosen }) => chosen?.value)
  const scope = scopeText(cell, filters, dimension)
  const isPicked = (key: string) =>
    filters.some((filter) => filter.dimension === dimension && filter.key === key)
  const hold = { onPointerEnter: () => setHeld(true), onPointerLeave: () => setHeld(false) }
  return (
    <div
      className={classNames(styles.list, !arrived && styles.stale)}
      data-two={twoValues || undefined}
      {...hold}
    >
      <div className={styles.head}>
        <span className={styles.scope} title={scope}>
          {scope}
        </span>
        {twoValues && (
          <span className={styles.number} title={kpi.label}>
            {kpi.label}
          </span>
        )}
        <span className={styles.number}>{rankedBy.label}</span>
      </div>
      <ul>
        {rows.map((row) => (
          <li key={row.key}>
            <button
              type="button"
              className={styles.row}
              aria-pressed={isPicked(row.key)}
              onClick={() => onPick({ dimension, key: row.key }, cell.of)}
            >
              <span
                className={styles.bar}
                style={{ width: `${barPart(ofRow(row), top) * 100}%` }}
              />
              <MiddleCut text={row.key} tail={8} className={styles.key ?? ''} />
              {twoValues && (
                <Value
                  kpi={kpi}
                  value={row.chosen ?? { value: null }}
                  top={topChosen}
                  over={overChosen}
                  soft
                />
              )}
              <Value
                kpi={rankedBy}
                value={row.value}
                top={top}
                over={over}
                share={share(row, cell)}
              />
            </button>
          </li>
        ))}
      </ul>
      <div className={styles.foot}>
        <p>{footText(cell, rows.length)}</p>
        <TakeAlong
          shown={{
            kind: 'list',
            dimension,
            rankedBy: cell.rankedBy,
            period: shown,
            limit: SHOWN,
            of: cell.of,
          }}
          label={`Take this list along: ${DIMENSION_LABELS[dimension].many}`}
        />
      </div>
    </div>
  )
}

/** null: it is in another currency, and cannot be put beside the others. */
const ownAmount = (value: KpiValue, currency: string | undefined): number | null =>
  value.currency === currency ? value.value : null

/** `top`: the largest of the list, whose unit all have. */
function Value({
  kpi,
  value,
  top,
  over,
  share,
  soft = false,
}: {
  kpi: Kpi
  value: KpiValue
  top: number
  over: RateTime
  share?: string | undefined
  soft?: boolean
}) {
  const { ms } = over
  const { text, unit, exact, others } = kpiFigure(kpi, value, ms, rateUnit(top, ms))
  return (
    <span className={classNames(styles.number, soft && styles.soft)}>
      <Figure
        text={text}
        unit={unit}
        size={13}
        exact={share === undefined ? exact : `${exact}, ${share}`}
      />
      <Others of={others} below brief />
    </span>
  )
}

/** Credits are no part of what was spent, and beside them a row may have more than all together. */
function share(row: ListRow, cell: ListCell): string | undefined {
  const all = cell.total.value
  if (all === null || all <= 0 || row.value.value === null) return undefined
  if (row.value.currency !== cell.total.currency) return undefined
  if (row.value.value < 0 || row.value.value > all) return undefined
  return `${percent(row.value.value / all)} of ${cell.of === undefined ? 'all' : textInWords(cell.of.key)}`
}

const ofText = ({ dimension, key }: Filter): string =>
  `of ${DIMENSION_LABELS[dimension].one} ${textInWords(key, { most: 40 })}`

/** What the list is about, where that is not what the chart shows. */
function scopeText(
  { of, measuredFrom, incomplete }: ListCell,
  filters: readonly Filter[],
  dimension: Dimension,
): string {
  const since =
    measuredFrom === undefined ? '' : `, measured since ${moment(measuredFrom, serverNow())}`
  const lack = incomplete === undefined ? '' : 'incomplete'
  if (of !== undefined) return [`${ofText(of)}${since}`, lack].filter(Boolean).join(', ')
  const elsewhere = filters.some((filter) => filter.dimension !== dimension)
  return [elsewhere ? 'all events' : '', lack].filter(Boolean).join(', ')
}

function footText(cell: ListCell, shown: number): string {
  const rest = cell.keys - shown
  // Of which key they are is not known.
  if (cell.foldedPairs) return rest > 0 ? `and over ${count(rest)} more` : 'and perhaps light ones'
  if (rest > 0) return `and ${count(rest)} more`
  return cell.other === undefined ? '' : 'and others, counted together'
}
