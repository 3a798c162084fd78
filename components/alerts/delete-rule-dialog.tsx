import { useState } from 'react'
import type { RuleStanding } from '../../lib/alert-rule.ts'
import { sendJson } from '../live/http.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import styles from './delete-rule-dialog.module.css'
import { dropDraft } from './kept-drafts.ts'
import { RuleSentence } from './rule-sentence.tsx'

/** Names what goes before it goes. */
export function DeleteRuleDialog({
  standing,
  onClose,
}: {
  /** null: closed. */
  standing: RuleStanding | null
  onClose: () => void
}) {
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const close = () => {
    setProblem(null)
    onClose()
  }
  const remove = async (id: string) => {
    setBusy(true)
    const answer = await sendJson('DELETE', `/api/v1/alerts/rules/${id}`)
    setBusy(false)
    // Somebody else was faster: it is gone all the same.
    if (!answer.ok && answer.problem.status !== 404) return setProblem(answer.problem.detail)
    dropDraft(id)
    close()
  }
  return (
    <Dialog
      open={standing !== null}
      onClose={close}
      title="Delete this threshold?"
      actions={
        standing !== null && (
          <>
            <Button onClick={close}>Keep it</Button>
            <Button kind="danger" disabled={busy} onClick={() => void remove(standing.rule.id)}>
              Delete threshold
            </Button>
          </>
        )
      }
    >
      {standing !== null && (
        <>
          <p className={styles.rule}>
            <RuleSentence rule={standing.rule} />
          </p>
          <p className={styles.effect}>
            {standing.state.kind === 'firing'
              ? 'It fires now; deleting it ends the alert. The history keeps it.'
              : 'The history of when it fired stays.'}
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
