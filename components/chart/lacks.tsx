import type { FixedRange } from '../../lib/period.ts'
import styles from './lacks.module.css'
import { type Plot, plotX } from './plot.ts'

interface LacksProps {
  /** Steps that lack something for good. */
  incomplete: readonly FixedRange[]
  plot: Plot
  /** How long after its beginning a step is drawn. */
  drawnAfterMs: number
  stepMs: number
}

/** Hatched where steps lack something: from the point before the first of them to the point of the last. */
export function Lacks({ incomplete, plot, drawnAfterMs, stepMs }: LacksProps) {
  const shift = drawnAfterMs - stepMs
  return incomplete
    .map(({ from, to }) => ({ from: from + shift, to: to + shift }))
    .filter(({ from, to }) => from < plot.to && to > plot.from)
    .map(({ from, to }) => {
      const left = Math.max(plot.left, plotX(plot, from))
      const right = plotX(plot, Math.min(plot.to, to))
      return (
        <span
          key={from}
          className={styles.lack}
          style={{ left, top: plot.top, width: Math.max(3, right - left), height: plot.height }}
        />
      )
    })
}

/** For legends. */
export const LackSample = () => <i className={styles.sample} />
