import { type FormEvent, useId, useState } from 'react'
import type { AlertRule } from '../../lib/alert-rule.ts'
import { useCatalog } from '../live/catalog.ts'
import { sendJson } from '../live/http.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { dropDraft, keepDraft, keptDraft } from './kept-drafts.ts'
import styles from './rule-dialog.module.css'
import {
  checkDraft,
  type DraftErrors,
  type DraftStart,
  draftOf,
  errorsOf,
  newDraft,
  patchOf,
  type RuleDraft,
  sameDraft,
} from './rule-draft.ts'
import { RulePreview } from './rule-preview.tsx'
import { RuleSentenceFields } from './rule-sentence-fields.tsx'

/** What the dialog is about: a threshold to be set, or one that is there. */
export type RuleTarget = { kind: 'new'; start: DraftStart } | { kind: 'edit'; rule: AlertRule }

const RULES = '/api/v1/alerts/rules'

const idOf = (target: RuleTarget): string => (target.kind === 'new' ? 'new' : target.rule.id)

const untouched = (target: RuleTarget): RuleDraft =>
  target.kind === 'new' ? newDraft(target.start) : draftOf(target.rule)

/** Sets or changes a threshold. Closed, it keeps what was typed until that is saved or started over. */
export function RuleDialog({
  target,
  onClose,
}: {
  /** null: closed. */
  target: RuleTarget | null
  onClose: () => void
}) {
  return target === null ? (
    <Dialog open={false} onClose={onClose} title="" />
  ) : (
    <OpenDialog key={idOf(target)} target={target} onClose={onClose} />
  )
}

function OpenDialog({ target, onClose }: { target: RuleTarget; onClose: () => void }) {
  const id = idOf(target)
  const form = useId()
  const catalog = useCatalog()
  const [draft, setDraft] = useState(() => keptDraft(id) ?? untouched(target))
  const [errors, setErrors] = useState<DraftErrors>({})
  const [tried, setTried] = useState(false)
  const [saving, setSaving] = useState(false)
  const changed = !sameDraft(draft, untouched(target))

  const change = (part: Partial<RuleDraft>) => {
    const next = { ...draft, ...part }
    setDraft(next)
    keepDraft(id, next)
    // Nobody is corrected before they have finished; afterwards errors go as soon as they are mended.
    const checked = checkDraft(catalog, next)
    setErrors(tried && !checked.ok ? checked.errors : {})
  }
  const startOver = () => {
    dropDraft(id)
    setDraft(untouched(target))
    setErrors({})
    setTried(false)
  }
  const save = async (event: FormEvent) => {
    event.preventDefault()
    if (saving) return
    setTried(true)
    const checked = checkDraft(catalog, draft)
    if (!checked.ok) return setErrors(checked.errors)
    setSaving(true)
    const answer =
      target.kind === 'new'
        ? await sendJson<AlertRule>('POST', RULES, checked.input)
        : await sendJson<AlertRule>('PATCH', `${RULES}/${id}`, patchOf(checked.input))
    setSaving(false)
    if (!answer.ok) return setErrors(errorsOf(answer.problem))
    dropDraft(id)
    onClose()
  }

  return (
    <Dialog
      open
      onClose={onClose}
      wide
      title={target.kind === 'new' ? 'New threshold' : 'Change threshold'}
      description="It fires while the value is beyond it, shows on every page, and clears by itself."
      actions={
        <>
          {changed && (
            <Button kind="quiet" className={styles.over ?? ''} onClick={startOver}>
              {target.kind === 'new' ? 'Start over' : 'Undo changes'}
            </Button>
          )}
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" type="submit" form={form} disabled={saving}>
            {target.kind === 'new' ? 'Set threshold' : 'Save threshold'}
          </Button>
        </>
      }
    >
      <form id={form} className={styles.form} onSubmit={save} noValidate>
        <RuleSentenceFields draft={draft} errors={errors} onChange={change} />
        {errors.form !== undefined && (
          <p className={styles.error} role="alert">
            {errors.form}
          </p>
        )}
        <RulePreview draft={draft} />
      </form>
    </Dialog>
  )
}
