import { ChevronLeft, ChevronRight, History } from 'lucide-react'
import { dayTime, rangeWords, zoneName } from '../../lib/format-range.ts'
import { duration } from '../../lib/format-time.ts'
import { type FixedRange, isFixed, samePeriod, spanWords } from '../../lib/period.ts'
import { DEFAULT_WINDOW } from '../../lib/windows.ts'
import { type CreatedAgain, useCreatedAgain } from '../former/created-again.ts'
import { atServerTime } from '../live/at-server-time.ts'
import { useServerNow } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import styles from './fixed-line.module.css'
import { periodAfter, periodBefore } from './period-moves.ts'
import type { ShownRange } from './shown-range.ts'
import { useIncarnation, usePeriod } from './url-state.ts'

/** Says plainly that one looks at a stretch of the past, at which, and leads back; nothing where the page is live. */
export function FixedLine({ shown }: { shown: ShownRange | undefined }) {
  const [period, choose] = usePeriod()
  const [incarnation, chooseStream] = useIncarnation()
  const again = useCreatedAgain()
  const now = useServerNow(10_000)
  if (!isFixed(period) || now === 0) return null
  const got = shown !== undefined && samePeriod(shown.period, period) ? shown : undefined
  const range = got?.range ?? period
  const other = otherStream(again, incarnation, range)
  const notes = [
    ...(other === undefined ? [] : [streamNote(again, incarnation, now)]),
    ...(got === undefined ? [] : notesOn(got, { now, isBegun: other === undefined })),
  ]
  const after = periodAfter(period, now)
  return (
    <section className={styles.line} aria-label="Fixed range">
      <History aria-hidden="true" />
      <div className={styles.words}>
        <p className={styles.range}>
          {incarnation !== undefined && other !== undefined && <strong>Former stream, </strong>}
          <strong>{rangeWords(range, now)}</strong>
          <span className={styles.zone}>
            , your time ({zoneName()}), {spanWords(range)}
          </span>
        </p>
        {notes.length > 0 && <p className={styles.notes}>{notes.join(' ')}</p>}
      </div>
      <div className={styles.actions}>
        {other !== undefined && (
          <Button size="small" onClick={() => chooseStream(other.number)}>
            {other.words}
          </Button>
        )}
        <Button
          kind="quiet"
          size="small"
          square
          icon={<ChevronLeft />}
          aria-label="The period before"
          title="The period before  ←"
          onClick={() => atServerTime((at) => choose((shown) => periodBefore(shown, at)))}
        />
        <Button
          kind="quiet"
          size="small"
          square
          icon={<ChevronRight />}
          aria-label="The period after"
          title="The period after  →"
          disabled={after === undefined}
          onClick={() => atServerTime((at) => choose((shown) => periodAfter(shown, at) ?? shown))}
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

/** Where the range began before the stream was created again, the stream that the page could show as well. */
function otherStream(
  again: CreatedAgain | undefined,
  incarnation: number | undefined,
  { from }: FixedRange,
): { number: number | undefined; words: string } | undefined {
  if (again === undefined) return undefined
  if (incarnation !== undefined && incarnation < again.number) {
    return { number: undefined, words: 'Show the stream of now' }
  }
  return from < again.at ? { number: again.number - 1, words: 'Show the former stream' } : undefined
}

function streamNote(
  again: CreatedAgain | undefined,
  incarnation: number | undefined,
  now: number,
): string {
  if (again === undefined) return ''
  const when = `The stream was deleted and created again at ${dayTime(again.at, now)}`
  return incarnation === undefined
    ? `${when}: what came before is of the former one, and not in these figures.`
    : `${when}: these are the figures of ${incarnation === again.number - 1 ? 'the one before' : `number ${incarnation} of ${again.number}`}.`
}

function notesOn(
  { period, range, stepMs, known }: ShownRange,
  { now, isBegun }: { now: number; isBegun: boolean },
): string[] {
  const notes: string[] = []
  const isCut = range.from > period.from
  if (isCut) notes.push(`What is older than ${dayTime(range.from, now)} is not kept any more.`)
  if (range.to <= known.keptFrom) return ['It is older than all that is kept.']
  if ((!isCut && range.from < period.from) || range.to !== period.to) {
    notes.push(`Shown in whole steps of ${duration(stepMs)}: asked for ${rangeWords(period, now)}.`)
  }
  if (isBegun && known.since !== null && known.since > range.from && known.since > known.keptFrom) {
    notes.push(`No events are known before ${dayTime(known.since, now)}.`)
  }
  return notes
}
