import { type KeyboardEvent, type MouseEvent, useState } from 'react'
import type { Correction } from '../../lib/correction.ts'
import { stepTimes } from '../../lib/format-range.ts'
import { type ChartRow, type ChartSeries, rowAt } from './chart-rows.ts'
import { chartSummary } from './chart-summary.ts'
import { lateWords } from './correction-runs.ts'
import { type Plot, plotX, plotY, timeAt } from './plot.ts'
import styles from './time-chart.module.css'

/** `hover` stays under the pointer while time moves on; `pinned` and `keys` stay at their time. */
type At = { kind: 'hover'; x: number } | { kind: 'pinned' | 'keys'; t: number } | null

interface CursorProps {
  label: string
  plot: Plot
  rows: readonly ChartRow[]
  series: readonly (ChartSeries & { color: string })[]
  stepMs: number
  unitFormat: (value: number) => string
  stacked: boolean
  /** Times need their days. */
  dated: boolean
  changeText?: ((now: number, before: number) => string) | undefined
  corrections: readonly Correction[]
  now: number
}

/** What the chart says at a time: by the pointer, pinned by a click, or step by step with the arrow keys. */
export function Cursor(props: CursorProps) {
  const { label, plot, rows, series, stepMs, unitFormat } = props
  const [at, setAt] = useState<At>(null)
  const t = at === null ? null : at.kind === 'hover' ? timeAt(plot, at.x) : at.t
  const row = t === null || t < plot.from || t > plot.to ? undefined : rowAt(rows, t, stepMs)

  const place = (event: MouseEvent<HTMLDivElement>) =>
    event.clientX - event.currentTarget.getBoundingClientRect().left
  const inside = (x: number) => x >= plot.left && x <= plot.left + plot.width

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const next = keyTarget(event.key, row, rows)
    if (event.key === 'Escape' && at !== null) setAt(null)
    else if (event.key === 'Enter' && row !== undefined) {
      setAt({ kind: at?.kind === 'pinned' ? 'keys' : 'pinned', t: row.x })
    } else if (next !== undefined) setAt({ kind: 'keys', t: next.x })
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a chart that is stepped through has no element of its own
    <div
      className={styles.cursor}
      role="group"
      aria-roledescription="chart"
      aria-label={chartSummary(label, rows, series, unitFormat)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys step through the values
      tabIndex={0}
      onPointerMove={(event) => {
        if (at?.kind === 'pinned' || event.pointerType === 'touch') return
        const x = place(event)
        setAt(inside(x) ? { kind: 'hover', x } : null)
      }}
      onPointerLeave={() => {
        if (at?.kind === 'hover') setAt(null)
      }}
      onClick={(event) => {
        const x = place(event)
        // By the click's own place: a tap comes without a move before it.
        const meant = inside(x) ? rowAt(rows, timeAt(plot, x), stepMs) : undefined
        if (at?.kind === 'pinned' || meant === undefined) setAt(null)
        else setAt({ kind: 'pinned', t: meant.x })
      }}
      onBlur={() => {
        if (at?.kind === 'keys') setAt(null)
      }}
      onKeyDown={onKeyDown}
    >
      {row !== undefined && <Reading {...props} row={row} pinned={at?.kind === 'pinned'} />}
      <span className="visually-hidden" aria-live="polite">
        {row !== undefined && at?.kind === 'keys' ? spoken(row, props) : ''}
      </span>
    </div>
  )
}

function Reading({
  plot,
  row,
  series,
  stepMs,
  unitFormat,
  stacked,
  dated,
  changeText,
  corrections,
  now: shownNow,
  pinned,
}: CursorProps & { row: ChartRow; pinned: boolean }) {
  const x = plotX(plot, row.x)
  const flip = x > plot.left + plot.width / 2
  const main = series.find((each) => each.before !== true)
  const before = series.find((each) => each.before === true)
  const now = main === undefined ? null : (row.values[main.id] ?? null)
  const then = before === undefined ? null : (row.values[before.id] ?? null)
  const correction = corrections.find(({ t }) => t === row.t)
  return (
    <>
      <span className={styles.hair} style={{ left: x, top: plot.top, height: plot.height }} />
      {!stacked &&
        series.map(({ id, color, kind }) => {
          const value = row.values[id]
          if (value === null || value === undefined || kind === 'bar') return null
          const style = { left: x, top: plotY(plot, value), background: color }
          return <span key={id} className={styles.dot} style={style} />
        })}
      <div
        className={styles.reading}
        data-pinned={pinned || undefined}
        style={flip ? { right: `calc(100% - ${x - 12}px)` } : { left: x + 12 }}
      >
        <div className={styles.when}>
          {stepTimes(row.t, stepMs, { dated })}
          {row.open && <span className={styles.open}>still coming in</span>}
        </div>
        <table className={styles.values}>
          <tbody>
            {readingOrder(series).map(({ id, label, color }) => (
              <tr key={id}>
                <td>
                  <span className={styles.swatch} style={{ background: color }} />
                  {label}
                </td>
                <td className={styles.value}>{valueText(row.values[id], unitFormat)}</td>
              </tr>
            ))}
            {changeText !== undefined && now !== null && then !== null && (
              <tr>
                <td>Change</td>
                <td className={styles.value}>{changeText(now, then)}</td>
              </tr>
            )}
          </tbody>
        </table>
        {correction !== undefined && (
          <div className={styles.corrected}>Corrected: {lateWords(correction, shownNow)}</div>
        )}
      </div>
    </>
  )
}

/** What is now, then what was before. */
const readingOrder = <Each extends ChartSeries>(series: readonly Each[]): Each[] => [
  ...series.filter((each) => each.before !== true),
  ...series.filter((each) => each.before === true),
]

const valueText = (value: number | null | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? '–' : format(value)

function keyTarget(key: string, row: ChartRow | undefined, rows: readonly ChartRow[]) {
  const index = row === undefined ? rows.length : rows.indexOf(row)
  switch (key) {
    case 'ArrowLeft':
      return rows[Math.max(0, index - 1)]
    case 'ArrowRight':
      return rows[Math.min(rows.length - 1, index + 1)]
    case 'Home':
      return rows[0]
    case 'End':
      return rows.at(-1)
    default:
      return undefined
  }
}

function spoken(
  row: ChartRow,
  { series, stepMs, unitFormat, dated, corrections, now }: CursorProps,
): string {
  const values = series.map(({ id, label }) => {
    const value = row.values[id]
    return `${label} ${value === null || value === undefined ? 'no value' : unitFormat(value)}`
  })
  const correction = corrections.find(({ t }) => t === row.t)
  const more = correction === undefined ? [] : [`corrected: ${lateWords(correction, now)}`]
  return `${stepTimes(row.t, stepMs, { dated })}: ${[...values, ...more].join(', ')}`
}
