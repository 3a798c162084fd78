import { useId } from 'react'
import { isMoney, ruleUnit } from '../../lib/alert-rule.ts'
import { crossedWith } from '../../lib/crossed.ts'
import type { Catalog } from '../../lib/kpi-catalog.ts'
import { DIMENSION_LABELS, DIMENSIONS, type Dimension, type KpiId } from '../../lib/kpis.ts'
import { RULE_WINDOW_IDS, type RuleWindowId, WINDOWS } from '../../lib/windows.ts'
import { useCatalog } from '../live/catalog.ts'
import { Field, TextInput } from '../ui/field.tsx'
import { Select, type SelectOption } from '../ui/select.tsx'
import type { DraftErrors, RuleDraft } from './rule-draft.ts'
import styles from './rule-sentence-fields.module.css'
import { perWords } from './rule-words.ts'
import { useSuggestions } from './use-suggestions.ts'

const OF_OPTIONS = [
  { value: 'all' as const, label: 'everything' },
  ...DIMENSIONS.map((id) => ({ value: id, label: DIMENSION_LABELS[id].one })),
]
const WINDOW_OPTIONS = RULE_WINDOW_IDS.map((id) => ({ value: id, label: WINDOWS[id].label }))
const WHEN_OPTIONS = [
  { value: 'above' as const, label: 'above' },
  { value: 'below' as const, label: 'below' },
]
const CURRENCIES = ['USD', 'EUR', 'GBP', 'JPY', 'CHF', 'CAD', 'AUD', 'CNY', 'INR', 'BRL']

/** A threshold as a sentence with blanks. */
export function RuleSentenceFields({
  draft,
  errors,
  onChange,
}: {
  draft: RuleDraft
  errors: DraftErrors
  onChange: (part: Partial<RuleDraft>) => void
}) {
  const catalog = useCatalog()
  const kpi = catalog.kpi(draft.kpi)
  const money = kpi !== undefined && isMoney(kpi)
  const per = kpi === undefined ? undefined : perWords(kpi.formula)
  return (
    <div className={styles.sentence}>
      <span className={styles.word}>When</span>
      <Field label="KPI" labelHidden error={errors.kpi} className={styles.kpi ?? ''}>
        <Select<KpiId>
          aria-label="KPI"
          value={draft.kpi}
          options={kpiOptions(catalog, draft.kpi)}
          onChange={(id) => onChange({ kpi: id })}
        />
      </Field>
      <span className={styles.word}>of</span>
      <Field label="Of what" labelHidden error={errors.dimension} className={styles.of ?? ''}>
        <Select<Dimension | 'all'>
          aria-label="Of what"
          value={draft.dimension}
          options={OF_OPTIONS}
          onChange={(dimension) => onChange({ dimension, key: '', second: 'none', secondKey: '' })}
        />
      </Field>
      {draft.dimension !== 'all' && (
        <>
          <KeyField
            dimension={draft.dimension}
            value={draft.key}
            error={errors.key}
            onChange={(key) => onChange({ key })}
          />
          <SecondFields first={draft.dimension} draft={draft} errors={errors} onChange={onChange} />
        </>
      )}
      <span className={styles.word}>over</span>
      <Field label="Window" labelHidden error={errors.window} className={styles.window ?? ''}>
        <Select<RuleWindowId>
          aria-label="Window"
          value={draft.window}
          options={WINDOW_OPTIONS}
          onChange={(window) => onChange({ window })}
        />
      </Field>
      <span className={styles.word}>is</span>
      <Field label="Above or below" labelHidden error={errors.when} className={styles.when ?? ''}>
        <Select<RuleDraft['when']>
          aria-label="Above or below"
          value={draft.when}
          options={WHEN_OPTIONS}
          onChange={(when) => onChange({ when })}
        />
      </Field>
      <Field label="Value" labelHidden error={errors.value} className={styles.value ?? ''}>
        <TextInput
          aria-label="Value"
          inputMode="decimal"
          autoComplete="off"
          maxLength={40}
          placeholder="50"
          value={draft.value}
          onChange={(event) => onChange({ value: event.currentTarget.value })}
        />
      </Field>
      {money ? (
        <CurrencyField draft={draft} errors={errors} onChange={onChange} />
      ) : (
        kpi !== undefined && <span className={styles.word}>{ruleUnit(kpi, {})}</span>
      )}
      {per !== undefined && <span className={styles.word}>{per}</span>}
    </div>
  )
}

/** Every KPI; and the draft's own where that is gone, so that one sees what the rule was about. */
function kpiOptions(catalog: Catalog, chosen: KpiId): SelectOption<KpiId>[] {
  const options = catalog.kpis.map(({ id, label }) => ({ value: id, label }))
  if (catalog.kpi(chosen) !== undefined) return options
  return [...options, { value: chosen, label: chosen }]
}

interface PartProps {
  draft: RuleDraft
  errors: DraftErrors
  onChange: (part: Partial<RuleDraft>) => void
}

/** A second filter, of what is crossed with the first. */
function SecondFields({ first, draft, errors, onChange }: PartProps & { first: Dimension }) {
  const others = crossedWith(useCatalog(), first)
  if (others.length === 0 && draft.second === 'none') return null
  const shown = draft.second === 'none' ? others : [...new Set([...others, draft.second])]
  const options = shown.map((id) => ({ value: id, label: DIMENSION_LABELS[id].one }))
  return (
    <>
      <span className={styles.word}>and</span>
      <Field label="And what" labelHidden error={errors.second} className={styles.of ?? ''}>
        <Select<Dimension | 'none'>
          aria-label="And what"
          value={draft.second}
          options={[{ value: 'none', label: 'nothing more' }, ...options]}
          onChange={(second) => onChange({ second, secondKey: '' })}
        />
      </Field>
      {draft.second !== 'none' && (
        <KeyField
          dimension={draft.second}
          value={draft.secondKey}
          error={errors.secondKey}
          onChange={(secondKey) => onChange({ secondKey })}
        />
      )}
    </>
  )
}

function KeyField({
  dimension,
  value,
  error,
  onChange,
}: {
  dimension: Dimension
  value: string
  error: string | undefined
  onChange: (key: string) => void
}) {
  const suggestions = useSuggestions(dimension)
  const id = useId()
  const { one } = DIMENSION_LABELS[dimension]
  return (
    <Field label={`Which ${one}`} labelHidden error={error} className={styles.key ?? ''}>
      <TextInput
        aria-label={`Which ${one}`}
        list={id}
        autoComplete="off"
        maxLength={2_048}
        placeholder={`which ${one}`}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <datalist id={id}>
        {suggestions.map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
    </Field>
  )
}

function CurrencyField({ draft, errors, onChange }: PartProps) {
  const id = useId()
  return (
    <Field label="Currency" labelHidden error={errors.currency} className={styles.currency ?? ''}>
      <TextInput
        aria-label="Currency"
        list={id}
        autoComplete="off"
        maxLength={3}
        value={draft.currency}
        onChange={(event) => onChange({ currency: event.currentTarget.value.toUpperCase() })}
      />
      <datalist id={id}>
        {CURRENCIES.map((currency) => (
          <option key={currency} value={currency} />
        ))}
      </datalist>
    </Field>
  )
}
