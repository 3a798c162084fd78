import { RefreshCw } from 'lucide-react'
import { Tooltip } from '../ui/tooltip.tsx'
import styles from './moments.module.css'
import { type Plot, plotX } from './plot.ts'

/** A moment from which on something else is drawn. */
export interface ChartMoment {
  /** Epoch ms. */
  at: number
  text: string
  /** In a few words, with its time. */
  caption: (time: string) => string
}

/** A line through the whole height where a moment lies, with its words by pointer and by keyboard. */
export function Moments({ moments, plot }: { moments: readonly ChartMoment[]; plot: Plot }) {
  return moments
    .filter(({ at }) => at > plot.from && at < plot.to)
    .map(({ at, text }) => (
      <span
        key={at}
        className={styles.moment}
        style={{ left: plotX(plot, at), top: plot.top, height: plot.height }}
      >
        <Tooltip content={text} side="bottom">
          <button type="button" className={styles.sign} aria-label={text}>
            <RefreshCw aria-hidden="true" />
          </button>
        </Tooltip>
      </span>
    ))
}
