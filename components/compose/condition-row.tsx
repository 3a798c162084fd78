import { X } from 'lucide-react'
import { NUMBER_CONDITION_FIELDS, TEXT_CONDITION_FIELDS } from '../../lib/event-filter.ts'
import type { SeenCell } from '../../lib/frames.ts'
import { shownText } from '../../lib/shown-text.ts'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { Select, type SelectOption } from '../ui/select.tsx'
import styles from './condition-row.module.css'
import { type ConditionDraft, conditionOn, isNumberField } from './events-draft.ts'
import { ValuesField } from './values-field.tsx'

type Test = ConditionDraft['test']
const TEXT_TESTS: readonly SelectOption<Test>[] = [
  { value: 'is', label: 'is' },
  { value: 'not', label: 'is not' },
]
const NUMBER_TESTS: readonly SelectOption<Test>[] = [
  { value: 'atLeast', label: 'is at least' },
  { value: 'below', label: 'is below' },
]
const PROPS = 'props.'

/** One condition: "where device is mobile or tablet". */
export function ConditionRow({
  condition,
  word,
  error,
  seen,
  onChange,
  onRemove,
}: {
  condition: ConditionDraft
  word: string
  error: string | undefined
  seen: SeenCell | undefined
  onChange: (condition: ConditionDraft) => void
  onRemove: () => void
}) {
  const { field, test } = condition
  const options = fieldOptions(seen)
  const known = options.some(({ value }) => value === field)
  const values = seen?.fields.find((one) => one.field === field)?.values ?? []
  return (
    <div className={styles.row}>
      <span className={styles.word}>{word}</span>
      <Field label="Field" labelHidden className={styles.field ?? ''}>
        <Select<string>
          aria-label="Field"
          value={known ? field : PROPS}
          options={options}
          onChange={(chosen) => onChange(conditionOn(condition.key, chosen))}
        />
      </Field>
      {!known || field === PROPS ? (
        <Field label="Name of the property" labelHidden className={styles.prop ?? ''}>
          <TextInput
            aria-label="Name of the property"
            autoComplete="off"
            spellCheck={false}
            maxLength={100}
            placeholder="plan"
            value={field.slice(PROPS.length)}
            onChange={(event) =>
              onChange({ ...condition, field: `${PROPS}${event.currentTarget.value.trim()}` })
            }
          />
        </Field>
      ) : null}
      <Field label="Test" labelHidden className={styles.test ?? ''}>
        <Select<Test>
          aria-label="Test"
          value={test}
          options={isNumberField(field) ? NUMBER_TESTS : TEXT_TESTS}
          onChange={(chosen) => onChange({ ...condition, test: chosen })}
        />
      </Field>
      {isNumberField(field) ? (
        <NumberField condition={condition} error={error} onChange={onChange} />
      ) : (
        <ValuesField condition={condition} values={values} error={error} onChange={onChange} />
      )}
      <Button
        kind="quiet"
        square
        icon={<X />}
        aria-label="Take this condition away"
        title="Take this condition away"
        onClick={onRemove}
      />
    </div>
  )
}

function NumberField({
  condition,
  error,
  onChange,
}: {
  condition: ConditionDraft
  error: string | undefined
  onChange: (condition: ConditionDraft) => void
}) {
  return (
    <Field label="Number" labelHidden error={error} className={styles.number ?? ''}>
      <TextInput
        aria-label="Number"
        inputMode="decimal"
        autoComplete="off"
        maxLength={20}
        placeholder={condition.field === 'status' ? '500' : '1000'}
        {...(condition.field === 'duration_ms' && { unit: 'ms' })}
        value={condition.typed}
        onChange={(event) => onChange({ ...condition, typed: event.currentTarget.value })}
      />
    </Field>
  )
}

/** All fields of events, and those of `props` that occur; another of `props` can be named. */
function fieldOptions(seen: SeenCell | undefined): SelectOption<string>[] {
  const props = (seen?.fields ?? [])
    .map(({ field }) => field)
    .filter((field) => field.startsWith(PROPS))
  const fields = [...TEXT_CONDITION_FIELDS, ...NUMBER_CONDITION_FIELDS, ...props]
  return [
    ...fields.map((field) => ({ value: field as string, label: shownText(field) })),
    { value: PROPS, label: 'props. …' },
  ]
}
