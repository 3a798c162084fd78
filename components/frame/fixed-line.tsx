import { ChevronLeft, ChevronRight, History } from 'lucide-react'
import { dayTime, rangeWords, zoneName } from '../../lib/format-range.ts'
import { duration } from '../../lib/format-time.ts'
import { isFixed, samePeriod, spanWords } from '../../lib/period.ts'
import { DEFAULT_WINDOW } from '../../lib/windows.ts'
import { useServerNow } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import styles from './fixed-line.module.css'
import { periodAfter, periodBefore } from './period-moves.ts'
import type { ShownRange } from './shown-range.ts'
import { usePeriod } from './url-state.ts'

/** Says plainly that one looks at a stretch of the past, at which, and leads back; nothing where the page is live. */
export function FixedLine({ shown }: { shown: ShownRange | undefined }) {
  const [period, choose] = usePeriod()
  const now = useServerNow(10_000)
  if (!isFixed(period) || now === 0) return null
  const got = shown !== undefined && samePeriod(shown.period, period) ? shown : undefined
  const range = got?.range ?? period
  const notes = got === undefined ? [] : notesOn(got, now)
  const after = periodAfter(period, now)
  return (
    <section className={styles.line} aria-label="Fixed range">
      <History aria-hidden="true" />
      <div className={styles.words}>
        <p className={styles.range}>
          <strong>{rangeWords(range, now)}</strong>
          <span className={styles.zone}>
            , your time ({zoneName()}), {spanWords(range)}
          </span>
        </p>
        {notes.length > 0 && <p className={styles.notes}>{notes.join(' ')}</p>}
      </div>
      <div className={styles.actions}>
        <Button
          kind="quiet"
          size="small"
          square
          icon={<ChevronLeft />}
          aria-label="The period before"
          title="The period before  ←"
          onClick={() => choose(periodBefore(period, now))}
        />
        <Button
          kind="quiet"
          size="small"
          square
          icon={<ChevronRight />}
          aria-label="The period after"
          title="The period after  →"
          disabled={after === undefined}
          onClick={() => after !== undefined && choose(after)}
        />
        <Button
          kind="primary"
          size="small"
          title="Back to live  R"
          onClick={() => choose(DEFAULT_WINDOW)}
        >
          Back to live
        </Button>
      </div>
    </section>
  )
}

function notesOn({ period, range, stepMs, known }: ShownRange, now: number): string[] {
  const notes: string[] = []
  const isCut = range.from > period.from
  if (isCut) notes.push(`What is older than ${dayTime(range.from, now)} is not kept any more.`)
  if (range.to <= known.keptFrom) return ['It is older than all that is kept.']
  if ((!isCut && range.from < period.from) || range.to !== period.to) {
    notes.push(`Shown in whole steps of ${duration(stepMs)}: asked for ${rangeWords(period, now)}.`)
  }
  if (known.since !== null && known.since > range.from && known.since > known.keptFrom) {
    notes.push(`No events are known before ${dayTime(known.since, now)}.`)
  }
  return notes
}
