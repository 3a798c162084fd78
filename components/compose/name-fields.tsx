import { useState } from 'react'
import { unitsOf } from '../../lib/kpi-definition.ts'
import type { Kpi, KpiUnit } from '../../lib/kpis.ts'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import type { DraftErrors } from './draft-errors.ts'
import { type KpiDraft, unitOf } from './kpi-draft.ts'
import styles from './name-fields.module.css'

const UNITS: Record<KpiUnit, string> = {
  per_second: 'per second',
  count: 'a number over the window',
  percent: 'percent',
  per_hour: 'money per hour',
  per_mille: 'money per 1,000',
  ms: 'milliseconds',
}
const BETTER: readonly { value: Kpi['better']; label: string }[] = [
  { value: 'none', label: 'neither' },
  { value: 'up', label: 'up' },
  { value: 'down', label: 'down' },
]

/** What it is called, and how its value is read. */
export function NameFields({
  draft,
  id,
  idIsFixed,
  errors,
  onChange,
}: {
  draft: KpiDraft
  id: string
  /** Rules and addresses name it: it stays. */
  idIsFixed: boolean
  errors: DraftErrors
  onChange: (part: Partial<KpiDraft>) => void
}) {
  const [editsId, setEditsId] = useState(draft.id !== null && !idIsFixed)
  const units = unitsOf(draft)
  const showsId = !idIsFixed && (editsId || errors.id !== undefined)
  return (
    <div className={styles.fields}>
      <Field
        label="Name"
        error={errors.label}
        hint={
          showsId ? undefined : (
            <IdHint id={id} onEdit={idIsFixed ? undefined : () => setEditsId(true)} />
          )
        }
        className={styles.name ?? ''}
      >
        <TextInput
          autoComplete="off"
          maxLength={60}
          placeholder="Mobile page views"
          value={draft.label}
          onChange={(event) => onChange({ label: event.currentTarget.value })}
        />
      </Field>
      {showsId && (
        <Field label="Id, for rules and the API" error={errors.id} className={styles.name ?? ''}>
          <TextInput
            autoComplete="off"
            spellCheck={false}
            maxLength={60}
            value={draft.id ?? id}
            onChange={(event) => onChange({ id: event.currentTarget.value })}
          />
        </Field>
      )}
      <Field label="Shown as" error={errors.unit} className={styles.unit ?? ''}>
        {units.length === 1 ? (
          <span className={styles.fixed}>{UNITS[unitOf(draft)]}</span>
        ) : (
          <Select<KpiUnit>
            aria-label="Shown as"
            value={unitOf(draft)}
            options={units.map((unit) => ({ value: unit, label: UNITS[unit] }))}
            onChange={(unit) => onChange({ unit })}
          />
        )}
      </Field>
      <Field label="Which way is good" error={errors.better} className={styles.better ?? ''}>
        <Select<Kpi['better']>
          aria-label="Which way is good"
          value={draft.better}
          options={BETTER}
          onChange={(better) => onChange({ better })}
        />
      </Field>
      <Field
        label="What it means, for the tooltip"
        error={errors.help}
        className={styles.help ?? ''}
      >
        <TextInput
          autoComplete="off"
          maxLength={300}
          placeholder="the formula in words"
          value={draft.help}
          onChange={(event) => onChange({ help: event.currentTarget.value })}
        />
      </Field>
    </div>
  )
}

function IdHint({ id, onEdit }: { id: string; onEdit: (() => void) | undefined }) {
  if (id === '') return null
  return (
    <span className={styles.id}>
      <code>{id}</code>
      {onEdit !== undefined && (
        <Button kind="quiet" size="small" onClick={onEdit}>
          Another id
        </Button>
      )}
    </span>
  )
}
