import { Flag } from 'lucide-react'
import { Tooltip } from '../ui/tooltip.tsx'
import styles from './bands.module.css'
import { type Plot, plotX } from './plot.ts'

/** A span of time that has a name: "Error rate 4× usual". */
export interface ChartBand {
  id: string
  /** Epoch ms. */
  from: number
  /** null: it lasts. */
  to: number | null
  text: string
}

/** The spans behind the lines; what lies outside the chart is left out. */
export function Bands({ bands, plot }: { bands: readonly ChartBand[]; plot: Plot }) {
  return within(bands, plot).map(({ id, from, to }) => {
    const left = Math.max(plot.left, plotX(plot, from))
    const right = plotX(plot, Math.min(plot.to, to ?? plot.to))
    return (
      <span
        key={id}
        className={styles.band}
        data-cut={from < plot.from || undefined}
        style={{ left, top: plot.top, width: Math.max(2, right - left), height: plot.height }}
      />
    )
  })
}

/** A flag where each span begins, with its words by pointer and by keyboard. */
export function BandFlags({ bands, plot }: { bands: readonly ChartBand[]; plot: Plot }) {
  return within(bands, plot).map(({ id, from, text }) => (
    <Tooltip key={id} content={text} side="bottom">
      <button
        type="button"
        className={styles.flag}
        style={{ left: Math.max(plot.left, plotX(plot, from)), top: plot.top }}
        aria-label={text}
      >
        <Flag aria-hidden="true" />
      </button>
    </Tooltip>
  ))
}

const within = (bands: readonly ChartBand[], plot: Plot): ChartBand[] =>
  bands.filter(({ from, to }) => from < plot.to && (to ?? plot.to) > plot.from)
