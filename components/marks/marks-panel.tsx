import { ChevronDown, CircleCheck, Hourglass, TriangleAlert } from 'lucide-react'
import { useId, useMemo, useState } from 'react'
import { duration, exactTime, moment } from '../../lib/format-time.ts'
import { HOUR_MS } from '../../lib/time.ts'
import { useCatalog } from '../live/catalog.ts'
import { useCell, useServerNow, useShownNow } from '../live/store.ts'
import { alsoMoved, type Fault, faultsOf, since } from './faults.ts'
import styles from './marks-panel.module.css'
import { watchWords } from './watch-words.ts'

/** More nobody reads: the API has them all. */
const MOST_LISTED = 12

/** What just went wrong, in one line that is always there: the newest fault, and on demand those of the last hour. */
export function MarksPanel({ onShow }: { onShow: (fault: Fault) => void }) {
  const cell = useCell('marks')
  const waiting = useCell('status')?.newestArrivalAt === null
  const now = useShownNow(10_000)
  const [open, setOpen] = useState(false)
  const id = useId()
  const marks = cell?.marks
  const faults = useMemo(() => since(faultsOf(marks ?? []), now - HOUR_MS), [marks, now])
  const [newest, ...others] = lastingFirst(faults)
  return (
    <section className={styles.panel} aria-labelledby={id}>
      <div className={styles.line}>
        <h2 id={id} className={styles.title}>
          What just went wrong
        </h2>
        {newest === undefined ? (
          <p className={styles.quiet}>
            {cell !== undefined && (
              <>
                {cell.watch.kind === 'watching' ? <CircleCheck /> : <Hourglass />}
                {watchWords(cell.watch, waiting)}
              </>
            )}
          </p>
        ) : (
          <FaultButton fault={newest} onShow={onShow} />
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
              <FaultButton fault={fault} onShow={onShow} />
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
function FaultButton({ fault, onShow }: { fault: Fault; onShow: (fault: Fault) => void }) {
  const catalog = useCatalog()
  const now = useServerNow(10_000)
  const { lead, began, ended } = fault
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
      <span className={styles.text}>{lead.text}</span>
      {others.length > 0 && <span className={styles.also}>also {others.join(', ')}</span>}
      <span className={styles.when}>
        {ended === null
          ? `since ${moment(began, now)}`
          : `${moment(began, now)}, for ${duration(ended - began)}`}
      </span>
    </button>
  )
}
