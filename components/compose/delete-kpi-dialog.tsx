import { useState } from 'react'
import type { DefinedKpi } from '../../lib/api.ts'
import { formulaText } from '../../lib/kpi-formula-text.ts'
import type { KpiId } from '../../lib/kpis.ts'
import { sendJson } from '../live/http.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import styles from './delete-kpi-dialog.module.css'

/** Says what goes before it goes. */
export function DeleteKpiDialog({
  kpi,
  onClose,
  onDeleted,
}: {
  /** null: closed. */
  kpi: DefinedKpi | null
  onClose: () => void
  onDeleted: () => void
}) {
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const close = () => {
    setProblem(null)
    onClose()
  }
  const remove = async (id: KpiId) => {
    setBusy(true)
    const answer = await sendJson('DELETE', `/api/v1/kpi-definitions/${id}`)
    setBusy(false)
    // Somebody else was faster: it is gone all the same.
    if (!answer.ok && answer.problem.status !== 404) return setProblem(answer.problem.detail)
    setProblem(null)
    onDeleted()
  }
  return (
    <Dialog
      open={kpi !== null}
      onClose={close}
      title={kpi === null ? '' : `Delete ${kpi.label}?`}
      actions={
        kpi !== null && (
          <>
            <Button onClick={close}>Keep it</Button>
            <Button kind="danger" disabled={busy} onClick={() => void remove(kpi.id)}>
              Delete KPI
            </Button>
          </>
        )
      }
    >
      {kpi !== null && (
        <>
          <p className={styles.formula}>{formulaText(kpi.formula)}</p>
          <p className={styles.effect}>
            It goes from every page and from the API. If you compose it again, it begins anew.
          </p>
        </>
      )}
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
    </Dialog>
  )
}
