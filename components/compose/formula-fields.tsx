import { useId } from 'react'
import type { SeenCell } from '../../lib/frames.ts'
import type { DistinctField, KpiFormula, MoneyField } from '../../lib/kpis.ts'
import { Field, TextInput } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import type { DraftErrors } from './draft-errors.ts'
import { EventsFields } from './events-fields.tsx'
import styles from './formula-fields.module.css'
import { hasUnder, type KpiDraft } from './kpi-draft.ts'

const KINDS: readonly { value: KpiFormula['kind']; label: string }[] = [
  { value: 'count', label: 'the number of' },
  { value: 'ratio', label: 'the ratio of' },
  { value: 'distinct', label: 'how many different' },
  { value: 'money', label: 'the sum of' },
  { value: 'money_per', label: 'the sum per 1,000 of' },
  { value: 'quantile', label: 'the percentile of' },
]
const DISTINCT: readonly { value: DistinctField; label: string }[] = [
  { value: 'visitor', label: 'visitors' },
  { value: 'session', label: 'sessions' },
]
const MONEY: readonly { value: MoneyField; label: string }[] = [
  { value: 'cost', label: 'cost' },
  { value: 'revenue', label: 'revenue' },
]

/** A formula as a sentence with blanks: "Measure the ratio of ad_click where device is mobile to ad_impression". */
export function FormulaFields({
  draft,
  errors,
  seen,
  onChange,
}: {
  draft: KpiDraft
  errors: DraftErrors
  /** What the newest events are like; undefined: not known yet. */
  seen: SeenCell | undefined
  onChange: (part: Partial<KpiDraft>) => void
}) {
  const types = useId()
  const [ofMatch, underMatch] = seen?.matches ?? []
  const { kind } = draft
  return (
    <div className={styles.formula}>
      <datalist id={types}>
        {seen?.types.map(({ type }) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      <div className={styles.sentence}>
        <span className={styles.word}>Measure</span>
        <Field label="Measure" labelHidden className={styles.kind ?? ''}>
          <Select<KpiFormula['kind']>
            aria-label="Measure"
            value={kind}
            options={KINDS}
            onChange={(chosen) => onChange({ kind: chosen, unit: null })}
          />
        </Field>
        <OfWhat draft={draft} errors={errors} onChange={onChange} />
      </div>
      <EventsFields
        events={draft.of}
        part="of"
        label={kind === 'ratio' ? 'Events above the line' : 'Events'}
        typesId={types}
        errors={errors}
        seen={seen}
        match={ofMatch}
        onChange={(of) => onChange({ of })}
      />
      {hasUnder(draft) && (
        <>
          <p className={styles.word}>{kind === 'ratio' ? 'to' : 'for each 1,000'}</p>
          <EventsFields
            events={draft.under}
            part="under"
            label={kind === 'ratio' ? 'Events below the line' : 'Events it is divided by'}
            typesId={types}
            errors={errors}
            seen={seen}
            match={underMatch}
            onChange={(under) => onChange({ under })}
          />
        </>
      )}
    </div>
  )
}

function OfWhat({
  draft,
  errors,
  onChange,
}: {
  draft: KpiDraft
  errors: DraftErrors
  onChange: (part: Partial<KpiDraft>) => void
}) {
  switch (draft.kind) {
    case 'count':
    case 'ratio':
      return null
    case 'distinct':
      return (
        <>
          <Field label="Different what" labelHidden className={styles.field ?? ''}>
            <Select<DistinctField>
              aria-label="Different what"
              value={draft.distinct}
              options={DISTINCT}
              onChange={(distinct) => onChange({ distinct })}
            />
          </Field>
          <span className={styles.word}>in</span>
        </>
      )
    case 'money':
    case 'money_per':
      return (
        <>
          <Field label="Sum of what" labelHidden className={styles.field ?? ''}>
            <Select<MoneyField>
              aria-label="Sum of what"
              value={draft.money}
              options={MONEY}
              onChange={(money) => onChange({ money })}
            />
          </Field>
          <span className={styles.word}>in</span>
        </>
      )
    case 'quantile':
      return (
        <>
          <span className={styles.word}>duration_ms, p</span>
          <Field
            label="Percentile"
            labelHidden
            error={errors.percentile}
            className={styles.percentile ?? ''}
          >
            <TextInput
              aria-label="Percentile"
              inputMode="decimal"
              autoComplete="off"
              maxLength={7}
              value={draft.percentile}
              onChange={(event) => onChange({ percentile: event.currentTarget.value })}
            />
          </Field>
          <span className={styles.word}>in</span>
        </>
      )
  }
}
