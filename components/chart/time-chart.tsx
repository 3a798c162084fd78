'use client'

import { useId, useMemo } from 'react'
import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  XAxis,
  YAxis,
} from 'recharts'
import type { Correction } from '../../lib/correction.ts'
import { dayName, rangeDays } from '../../lib/format-range.ts'
import { clock, clockShort } from '../../lib/format-time.ts'
import type { FixedRange } from '../../lib/period.ts'
import { BandFlags, Bands, type ChartBand } from './bands.tsx'
import { type ChartRow, type ChartSeries, chartRows, valueExtent } from './chart-rows.ts'
import { Corrections } from './corrections.tsx'
import { Cursor } from './cursor.tsx'
import { Lacks } from './lacks.tsx'
import { LonePoints } from './lone-points.tsx'
import { type ChartMoment, Moments } from './moments.tsx'
import { AXIS_HEIGHT, axisWidth, type Plot, plotX, RIGHT, TOP } from './plot.ts'
import { type ChartThreshold, ThresholdLabels } from './threshold-labels.tsx'
import {
  axisTimes,
  isDayTick,
  mostTimes,
  needsSeconds,
  valueTicks,
  withoutNoughts,
} from './ticks.ts'
import styles from './time-chart.module.css'
import { useWidth } from './use-width.ts'

export interface TimeChartProps {
  /** Read out, and the tooltip's heading where there is more than one chart: "Page views". */
  label: string
  series: readonly ChartSeries[]
  /** Epoch ms: the axis covers [from, to]. */
  from: number
  to: number
  stepMs: number
  /** Times need their days. */
  dated?: boolean
  /** A value with its unit: "152.3/s". */
  unitFormat: (value: number) => string
  thresholds?: readonly ChartThreshold[]
  /** Spans of time that have a name. */
  bands?: readonly ChartBand[]
  /** Steps that lack something for good. */
  incomplete?: readonly FixedRange[]
  /** From each on something else is drawn. */
  moments?: readonly ChartMoment[]
  /** Steps that late events came to, oldest first; `now` says how long ago. */
  corrections?: readonly Correction[]
  now?: number
  /** px */
  height: number
  /** Steps that end after this time are drawn as unfinished. */
  openFrom?: number | undefined
  /** Areas or bars on top of one another: parts of a whole. */
  stacked?: boolean
  /** The first series against the one marked `before`, for the tooltip: "▲ 4 %". */
  changeText?: (now: number, before: number) => string
}

const COLOURS = [1, 2, 3, 4, 5, 6, 7, 8].map((index) => `var(--c${index})`)
/** How far beyond the values a threshold may lie and still be drawn. */
const THRESHOLD_REACH = 4

/** Values over time, ending at now. Nothing animates; what is unfinished is dotted; a gap is a gap. */
export function TimeChart(props: TimeChartProps) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const drawable = width > 0 && props.to > props.from
  return (
    <div ref={ref} className={styles.chart} style={{ height: props.height }}>
      {drawable && <Drawing {...props} width={width} />}
    </div>
  )
}

function Drawing(props: TimeChartProps & { width: number }) {
  const { series, from, to, stepMs, unitFormat, width, height, openFrom } = props
  const { thresholds = NO_THRESHOLDS, bands = NO_BANDS, stacked = false } = props
  const { corrections = NO_CORRECTIONS, incomplete = NO_LACKS, now = to } = props
  const gradient = useId()
  const coloured = useMemo(() => withColours(series), [series])
  const centred = series.some((each) => each.kind === 'bar')
  const rows = useMemo(
    () => chartRows(coloured, { from, to, stepMs, openFrom, centred }),
    [coloured, from, to, stepMs, openFrom, centred],
  )
  const { top, bottom } = valueExtent(rows, coloured, stacked)
  const reach = Math.max(top, -bottom) * THRESHOLD_REACH
  const near = thresholds.filter(({ value }) => reach === 0 || Math.abs(value) <= reach)
  const limits = near.map(({ value }) => value * 1.05)
  const ticks = valueTicks(Math.max(top, ...limits), Math.min(bottom, ...limits))
  const tickTexts = withoutNoughts(ticks.map(unitFormat))
  const left = axisWidth(tickTexts)
  const plot: Plot = {
    left,
    top: TOP,
    width: width - left - RIGHT,
    height: height - TOP - AXIS_HEIGHT,
    from,
    to,
    min: ticks[0] ?? 0,
    max: ticks.at(-1) ?? 1,
  }
  const times = axisTimes(plot, localOffsetMs)
  const clockText = needsSeconds(to - from, mostTimes(plot.width)) ? clock : clockShort
  const dayText = apartPx(plot, times) < DAY_NAME_PX ? dayOfMonth : dayName
  const timeText = (t: number) =>
    isDayTick(t, to - from, localOffsetMs) ? dayText(t) : clockText(t)
  const barPx = Math.max(1, (plot.width * stepMs) / (to - from) - 1)

  return (
    <>
      <Bands bands={bands} plot={plot} />
      <Lacks
        incomplete={incomplete}
        plot={plot}
        stepMs={stepMs}
        drawnAfterMs={centred ? stepMs / 2 : stepMs}
      />
      <div aria-hidden="true">
        <ComposedChart
          width={width}
          height={height}
          data={rows}
          margin={{ top: TOP, right: RIGHT, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <defs>
            {coloured.map((each, index) => (
              <linearGradient key={each.id} id={`${gradient}${index}`} x1="0" y1="0" x2="0" y2="1">
                <stop offset="0%" stopColor={each.color} stopOpacity={0.2} />
                <stop offset="100%" stopColor={each.color} stopOpacity={0.02} />
              </linearGradient>
            ))}
          </defs>
          <CartesianGrid vertical={false} stroke="var(--grid)" />
          <XAxis
            dataKey="x"
            type="number"
            domain={[from, to]}
            allowDataOverflow
            ticks={times}
            interval={0}
            tickFormatter={timeText}
            height={AXIS_HEIGHT}
            tickLine={false}
            axisLine={{ stroke: 'var(--line-strong)' }}
            tick={AXIS_TEXT}
            tickMargin={6}
          />
          <YAxis
            type="number"
            domain={[plot.min, plot.max]}
            allowDataOverflow
            ticks={ticks}
            interval={0}
            tickFormatter={(_, index: number) => tickTexts[index] ?? ''}
            width={left}
            tickLine={false}
            axisLine={false}
            tick={AXIS_TEXT}
            tickMargin={4}
          />
          {coloured.map((each, index) =>
            drawn(each, { fill: `url(#${gradient}${index})`, barPx, stacked }),
          )}
          {plot.min < 0 && <ReferenceLine y={0} stroke="var(--line-strong)" />}
          {near.map((threshold) => (
            <ReferenceLine
              key={`${threshold.label}${threshold.value}`}
              y={threshold.value}
              stroke={`var(--${threshold.tone})`}
              strokeDasharray="6 4"
            />
          ))}
        </ComposedChart>
      </div>
      {!stacked && <LonePoints rows={rows} series={coloured} plot={plot} />}
      <ThresholdLabels thresholds={thresholds} plot={plot} />
      <Cursor
        label={props.label}
        plot={plot}
        rows={rows}
        series={coloured}
        stepMs={stepMs}
        unitFormat={unitFormat}
        stacked={stacked}
        dated={props.dated ?? false}
        changeText={props.changeText}
        corrections={corrections}
        now={now}
      />
      <Corrections
        corrections={corrections}
        plot={plot}
        stepMs={stepMs}
        drawnAfterMs={centred ? stepMs / 2 : stepMs}
        now={now}
      />
      <BandFlags bands={bands} plot={plot} />
      <Moments moments={props.moments ?? NO_MOMENTS} plot={plot} />
    </>
  )
}

/** "Thu 12 Nov" with the space beside it. */
const DAY_NAME_PX = 84
const dayOfMonth = (t: number): string => rangeDays({ from: t, to: t + 1 })

const apartPx = (plot: Plot, [first, second]: readonly number[]): number =>
  first === undefined || second === undefined
    ? Number.POSITIVE_INFINITY
    : plotX(plot, second) - plotX(plot, first)

const NO_THRESHOLDS: readonly ChartThreshold[] = []
const NO_BANDS: readonly ChartBand[] = []
const NO_MOMENTS: readonly ChartMoment[] = []
const NO_CORRECTIONS: readonly Correction[] = []
const NO_LACKS: readonly FixedRange[] = []
const AXIS_TEXT = { fontSize: 12, fill: 'var(--text-faint)' }

interface Look {
  fill: string
  barPx: number
  stacked: boolean
}

/** A series, and the unfinished piece of it. */
function drawn(series: ChartSeries & { color: string }, { fill, barPx, stacked }: Look) {
  const { id, color, kind, before = false } = series
  const still = { isAnimationActive: false, activeDot: false, legendType: 'none' } as const
  const finished = (row: ChartRow) => (row.open && !before ? null : (row.values[id] ?? null))
  const unfinished = (row: ChartRow) =>
    (row.open || row.meetsOpen) && !before ? (row.values[id] ?? null) : null
  if (kind === 'bar') {
    const stack = stacked ? { stackId: 'stack' } : {}
    const open = (row: ChartRow) => (row.open ? (row.values[id] ?? null) : null)
    return [
      <Bar key={id} dataKey={finished} fill={color} barSize={barPx} {...stack} {...still} />,
      <Bar
        key={`${id}~open`}
        dataKey={open}
        fill={color}
        fillOpacity={0.35}
        barSize={barPx}
        {...stack}
        {...still}
      />,
    ]
  }
  const stroke = { stroke: color, strokeWidth: before ? 1 : 1.75, type: 'monotone' } as const
  const dotted = (
    <Line
      key={`${id}~open`}
      dataKey={unfinished}
      {...stroke}
      strokeDasharray="0.1 4.5"
      strokeLinecap="round"
      strokeWidth={2.25}
      dot={false}
      {...still}
    />
  )
  if (kind === 'line') {
    const line = <Line key={id} dataKey={finished} {...stroke} dot={false} {...still} />
    return before ? [line] : [line, dotted]
  }
  if (stacked) {
    const whole = (row: ChartRow) => row.values[id] ?? null
    return [
      <Area
        key={id}
        dataKey={whole}
        stackId="stack"
        {...stroke}
        fill={color}
        fillOpacity={0.3}
        dot={false}
        {...still}
      />,
    ]
  }
  return [
    <Area
      key={id}
      dataKey={finished}
      {...stroke}
      fill={fill}
      fillOpacity={1}
      dot={false}
      {...still}
    />,
    dotted,
  ]
}

function withColours(series: readonly ChartSeries[]): (ChartSeries & { color: string })[] {
  let next = 0
  return series.map((each) => {
    if (each.color !== undefined) return { ...each, color: each.color }
    if (each.before === true) return { ...each, color: 'var(--ghost)' }
    const color = COLOURS[next % COLOURS.length] ?? 'var(--c1)'
    next += 1
    return { ...each, color }
  })
}

const localOffsetMs = (t: number): number => -new Date(t).getTimezoneOffset() * 60_000
