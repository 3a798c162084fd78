import { ChevronDown, CircleCheck, Hourglass, TriangleAlert } from 'lucide-react'
import { Fragment, useId, useMemo, useState } from 'react'
import { dayTime } from '../../lib/format-range.ts'
import { duration, exactTime, moment } from '../../lib/format-time.ts'
import { markParts } from '../../lib/kpi-mark.ts'
import { isFixed, type Period } from '../../lib/period.ts'
import { HOUR_MS } from '../../lib/time.ts'
import { useCatalog } from '../live/catalog.ts'
import { useCell, useServerNow, useShownNow } from '../live/store.ts'
import { EventText } from '../ui/event-text.tsx'
import { alsoMoved, type Fault, faultsOf, since } from './faults.ts'
import styles from './marks-panel.module.css'
import { watchWords } from './watch-words.ts'

/** More nobody reads: the API has them all. */
const MOST_LISTED = 12

/**
 * What just went wrong, in one line that is always there: the newest fault, and on demand those of the last hour. Beside a
 * range of the past it is what went wrong in that.
 */
export function MarksPanel({ period, onShow }: { period: Period; onShow: (fault: Fault) => void }) {
  const cell = useCell('marks')
  const waiting = useCell('status')?.newestArrivalAt === null
  const now = useShownNow(10_000)
  const [open, setOpen] = useState(false)
  const id = useId()
  const marks = cell?.marks
  const then = isFixed(period)
  const faults = useMemo(() => {
    const all = faultsOf(marks ?? [])
    return then ? all : since(all, now - HOUR_MS)
  }, [marks, now, then])
  const [newest, ...others] = lastingFirst(faults)
  return (
    <section className={styles.panel} aria-labelledby={id}>
      <div className={styles.line}>
        <h2 id={id} className={styles.title}>
          {then ? 'What went wrong then' : 'What just went wrong'}
        </h2>
        {newest === undefined ? (
          <p className={styles.quiet}>
            {cell !== undefined && then && 'No anomaly is known of this range'}
            {cell !== undefined && !then && (
              <>
                {cell.watch.kind === 'watching' ? <CircleCheck /> : <Hourglass />}
                {watchWords(cell.watch, waiting)}
              </>
            )}
          </p>
        ) : (
          <FaultButton fault={newest} dated={then} onShow={onShow} />
        )}
        {others.length > 0 && (
          <button
            type="button"
            className={styles.more}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {open ? 'Less' : `${others.length} more`}
            <ChevronDown aria-hidden="true" />
          </button>
        )}
      </div>
      {open && (
        <ul className={styles.list}>
          {others.slice(0, MOST_LISTED).map((fault) => (
            <li key={fault.id}>
              <FaultButton fault={fault} dated={then} onShow={onShow} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const lastingFirst = (faults: readonly Fault[]): Fault[] => [
  ...faults.filter(({ ended }) => ended === null),
  ...faults.filter(({ ended }) => ended !== null),
]

/** What it was, what else it moved, and when. A click shows it in the chart. */
function FaultButton({
  fault,
  dated,
  onShow,
}: {
  fault: Fault
  /** Beside a range of the past a time alone could be of any day. */
  dated: boolean
  onShow: (fault: Fault) => void
}) {
  const catalog = useCatalog()
  const now = useServerNow(10_000)
  const { lead, began, ended } = fault
  const when = dated ? dayTime(began, now) : moment(began, now)
  const others = alsoMoved(fault).map((kpi) => catalog.kpi(kpi)?.label ?? kpi)
  return (
    <button
      type="button"
      className={styles.fault}
      data-lasting={ended === null || undefined}
      title={`Show it in the chart. Began ${exactTime(began)}`}
      onClick={() => onShow(fault)}
    >
      <TriangleAlert aria-hidden="true" />
      <span className={styles.text}>
        {markParts(lead).map(({ words, key }) => (
          <Fragment key={words}>
            {words}
            {key !== undefined && <EventText text={key} most={80} />}
          </Fragment>
        ))}
      </span>
      {others.length > 0 && <span className={styles.also}>also {others.join(', ')}</span>}
      <span className={styles.when}>
        {ended === null ? `since ${when}` : `${when}, for ${duration(ended - began)}`}
      </span>
    </button>
  )
}
