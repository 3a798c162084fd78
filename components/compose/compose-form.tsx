import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import type { DefinedKpi } from '../../lib/api.ts'
import type { KpiDefinition } from '../../lib/kpi-definition.ts'
import { sendJson } from '../live/http.ts'
import { useCell } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import { Panel } from '../ui/panel.tsx'
import { savedHref } from './addresses.ts'
import styles from './compose-form.module.css'
import { checkDraft, type DraftErrors, errorsOf } from './draft-errors.ts'
import { FormulaFields } from './formula-fields.tsx'
import { dropDraft, keepDraft, keptDraft } from './kept-kpi-drafts.ts'
import { copyOf, draftOf, idOfLabel, type KpiDraft, NEW_DRAFT, sameDraft } from './kpi-draft.ts'
import { KpiPreview } from './kpi-preview.tsx'
import { NameFields } from './name-fields.tsx'

/** What is composed. `key` is the same for the same thing: drafts are kept by it. */
export type ComposeTarget =
  | { kind: 'new'; key: string; like: DefinedKpi | undefined }
  | { kind: 'change'; key: string; kpi: DefinedKpi }

const DEFINITIONS = '/api/v1/kpi-definitions'

function untouched(target: ComposeTarget): KpiDraft {
  if (target.kind === 'change') return draftOf(target.kpi)
  return target.like === undefined ? NEW_DRAFT : copyOf(target.like)
}

/** What to measure, its figure as events come, and what to call it. Left, it keeps what was composed. */
export function ComposeForm({
  target,
  kpis,
}: {
  target: ComposeTarget
  kpis: readonly DefinedKpi[]
}) {
  const router = useRouter()
  const [draft, setDraft] = useState(() => keptDraft(target.key) ?? untouched(target))
  const [errors, setErrors] = useState<DraftErrors>({})
  const [tried, setTried] = useState(false)
  const [saving, setSaving] = useState(false)
  const seen = useCell('seen')
  const changed = !sameDraft(draft, untouched(target))
  const idOf = (one: KpiDraft) =>
    one.id ?? idOfLabel(one.label, (id) => kpis.some((kpi) => kpi.id === id))
  const id = idOf(draft)

  const change = (part: Partial<KpiDraft>) => {
    const next = { ...draft, ...part }
    setDraft(next)
    keepDraft(target.key, next)
    // Nobody is corrected before they have finished; afterwards errors go as soon as they are mended.
    if (!tried) return setErrors({})
    const checked = checkDraft(next, idOf(next))
    setErrors(checked.ok ? {} : checked.errors)
  }
  const startOver = () => {
    dropDraft(target.key)
    setDraft(untouched(target))
    setErrors({})
    setTried(false)
  }
  const save = async (event: FormEvent) => {
    event.preventDefault()
    if (saving) return
    setTried(true)
    const checked = checkDraft(draft, id)
    if (!checked.ok) return setErrors(checked.errors)
    setSaving(true)
    const answer = await send(target, checked.definition)
    setSaving(false)
    if (!answer.ok) return setErrors(errorsOf(answer.problem))
    dropDraft(target.key)
    router.push(savedHref(checked.definition.id))
  }

  return (
    <form className={styles.form} onSubmit={save} noValidate>
      <Panel title={titleOf(target)} className={styles.formula ?? ''}>
        <FormulaFields draft={draft} errors={errors} seen={seen} onChange={change} />
      </Panel>
      <div className={styles.preview}>
        <KpiPreview draft={draft} />
      </div>
      <Panel title="How it is shown" className={styles.name ?? ''}>
        <NameFields
          draft={draft}
          id={id}
          idIsFixed={target.kind === 'change'}
          errors={errors}
          onChange={change}
        />
        {errors.form !== undefined && (
          <p className={styles.problem} role="alert">
            {errors.form}
          </p>
        )}
        <div className={styles.actions}>
          <Button kind="primary" type="submit" disabled={saving}>
            {target.kind === 'new' ? 'Save KPI' : 'Save changes'}
          </Button>
          <Link href="/kpis" className={styles.back}>
            All KPIs
          </Link>
          {changed && (
            <Button kind="quiet" className={styles.over ?? ''} onClick={startOver}>
              {target.kind === 'new' ? 'Start over' : 'Undo changes'}
            </Button>
          )}
        </div>
        <p className={styles.effect}>
          It is measured from the moment it is saved: what came before is not read again.
        </p>
      </Panel>
    </form>
  )
}

function titleOf(target: ComposeTarget): string {
  if (target.kind === 'change') return `Change ${target.kpi.label}`
  return target.like === undefined
    ? 'What to measure'
    : `What to measure, like ${target.like.label}`
}

/** Everything is said, so that what the draft leaves out is taken away. */
function send(target: ComposeTarget, definition: KpiDefinition) {
  if (target.kind === 'new') return sendJson<DefinedKpi>('POST', DEFINITIONS, definition)
  const { id, unit = null, help = null, ...patch } = definition
  return sendJson<DefinedKpi>('PATCH', `${DEFINITIONS}/${id}`, { ...patch, unit, help })
}
