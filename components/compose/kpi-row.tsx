import { Braces, Check, CopyPlus, Pencil, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import type { DefinedKpi } from '../../lib/api.ts'
import { kpiFigure } from '../../lib/format-kpi.ts'
import { clock } from '../../lib/format-time.ts'
import { definitionText } from '../../lib/kpi-definition.ts'
import { formulaText } from '../../lib/kpi-formula-text.ts'
import type { Kpi } from '../../lib/kpis.ts'
import { useCovered } from '../kpi/use-covered.ts'
import { useCell } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import { Figure } from '../ui/figure.tsx'
import { Others } from '../ui/others.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useCopy } from '../ui/use-copy.tsx'
import { changeHref, composeHref, showHref } from './addresses.ts'
import styles from './kpis-page.module.css'

/** A KPI: what it is, what it is now, and what can be done with it. */
export function KpiRow({
  kpi,
  isNew,
  onDelete,
}: {
  kpi: DefinedKpi
  /** It was saved just now. */
  isNew: boolean
  onDelete: () => void
}) {
  const { id, label, formula, origin, measured } = kpi
  return (
    <li className={styles.row} data-new={isNew || undefined}>
      <div className={styles.what}>
        <p className={styles.name}>
          <Link
            href={showHref(id)}
            className={styles.label}
            title={`${kpi.help} Show it in the chart`}
          >
            {label}
          </Link>
          <span className={styles.id}>{id}</span>
        </p>
        <p className={styles.formula}>{formulaText(formula)}</p>
        {!measured && (
          <p className={styles.unmeasured}>
            Not measured: the file of KPIs has another one of this id. Delete this one, or take that
            one out of the file.
          </p>
        )}
      </div>
      <span className={styles.figure}>{measured && <Value kpi={kpi} />}</span>
      <Actions kpi={kpi} canChange={origin === 'composed'} onDelete={onDelete} />
    </li>
  )
}

function Value({ kpi }: { kpi: Kpi }) {
  const cell = useCell(`kpi.${kpi.id}`)
  const spanMs = useCovered(kpi)
  if (cell === undefined) return <Skeleton width={64} height={18} />
  const { text, unit, exact, others } = kpiFigure(kpi, cell.now, spanMs)
  return (
    <>
      <Figure text={text} unit={unit} exact={exact} size={16} />
      <Others of={others} />
      {cell.young !== undefined && (
        <span className={styles.since}>measured since {clock(cell.young.from)}</span>
      )}
    </>
  )
}

function Actions({
  kpi,
  canChange,
  onDelete,
}: {
  kpi: Kpi
  canChange: boolean
  onDelete: () => void
}) {
  const router = useRouter()
  const { copied, copy, byHand } = useCopy()
  const quiet = { kind: 'quiet', size: 'small', square: true } as const
  return (
    <span className={styles.actions}>
      {canChange && (
        <Button
          {...quiet}
          icon={<Pencil />}
          aria-label={`Change ${kpi.label}`}
          title="Change"
          onClick={() => router.push(changeHref(kpi.id))}
        />
      )}
      <Button
        {...quiet}
        icon={<CopyPlus />}
        aria-label={`Compose one like ${kpi.label}`}
        title="Compose one like it"
        onClick={() => router.push(composeHref(kpi.id))}
      />
      <Button
        {...quiet}
        icon={copied ? <Check /> : <Braces />}
        aria-label={copied ? 'Copied' : `Copy ${kpi.label} as JSON`}
        title="Copy as JSON, for kinesight.kpis.json"
        onClick={() => copy(definitionText(kpi))}
      />
      {canChange && (
        <Button
          {...quiet}
          icon={<Trash2 />}
          aria-label={`Delete ${kpi.label}`}
          title="Delete"
          onClick={onDelete}
        />
      )}
      {byHand}
    </span>
  )
}
