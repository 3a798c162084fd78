import type { Correction } from '../../lib/correction.ts'
import { Tooltip } from '../ui/tooltip.tsx'
import { correctionRuns, runWords } from './correction-runs.ts'
import styles from './corrections.module.css'
import { type Plot, plotX } from './plot.ts'

/** Marks nearer than this are one. */
const NEAR_PX = 12
/** What is drawn of one step, and what lies around it for the pointer. */
const SHAPE_PX = 8
const AROUND_PX = 6

interface CorrectionsProps {
  corrections: readonly Correction[]
  plot: Plot
  stepMs: number
  /** How long after its beginning a step is drawn. */
  drawnAfterMs: number
  now: number
}

/** Marks under the axis where steps were corrected after they had been shown as finished. */
export function Corrections({ corrections, plot, stepMs, drawnAfterMs, now }: CorrectionsProps) {
  const nearMs = Math.max(stepMs, (NEAR_PX / plot.width) * (plot.to - plot.from))
  const within = corrections.filter(
    ({ t }) => t + drawnAfterMs >= plot.from && t + drawnAfterMs <= plot.to,
  )
  return correctionRuns(within, nearMs).map((run) => {
    const [from, to] = [run.first, run.last].map((t) => plotX(plot, t + drawnAfterMs)) as [
      number,
      number,
    ]
    const words = runWords(run, now)
    const around = SHAPE_PX / 2 + AROUND_PX
    return (
      <Tooltip key={run.first} content={words} side="bottom">
        <button
          type="button"
          className={styles.mark}
          style={{
            left: from - around,
            width: to - from + 2 * around,
            top: plot.top + plot.height,
          }}
          aria-label={words}
        >
          <span className={styles.shape} />
        </button>
      </Tooltip>
    )
  })
}

/** For legends. */
export const CorrectionSample = () => <i className={styles.sample} />
