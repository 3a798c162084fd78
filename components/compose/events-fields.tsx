import { Plus } from 'lucide-react'
import { MAX_TYPE_LENGTH } from '../../lib/event.ts'
import type { FilterMatch, SeenCell } from '../../lib/frames.ts'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { ConditionRow } from './condition-row.tsx'
import type { DraftErrors } from './draft-errors.ts'
import { type ConditionDraft, type EventsDraft, withCondition } from './events-draft.ts'
import styles from './events-fields.module.css'
import { HintLine } from './hint-line.tsx'
import { allTogetherHint, conditionHint, typeHint } from './seen-words.ts'

const MAX_CONDITIONS = 8

/** Which events: their type, and conditions that all hold. */
export function EventsFields({
  events,
  part,
  label,
  typesId,
  errors,
  seen,
  match,
  onChange,
}: {
  events: EventsDraft
  part: 'of' | 'under'
  /** Read out. */
  label: string
  /** The list of types that occur. */
  typesId: string
  errors: DraftErrors
  seen: SeenCell | undefined
  match: FilterMatch | undefined
  onChange: (events: EventsDraft) => void
}) {
  const { type, conditions } = events
  const put = (index: number, condition: ConditionDraft) =>
    onChange({ ...events, conditions: conditions.with(index, condition) })
  const typed = seen && typeHint(events, match, seen)
  return (
    <fieldset className={styles.events}>
      <legend className="visually-hidden">{label}</legend>
      <div className={styles.first}>
        <Field
          label="Type of event"
          labelHidden
          error={errors[`${part}.type`]}
          className={styles.type ?? ''}
        >
          <TextInput
            aria-label="Type of event"
            list={typesId}
            autoComplete="off"
            spellCheck={false}
            maxLength={MAX_TYPE_LENGTH}
            placeholder="any event"
            value={type}
            onChange={(event) => onChange({ ...events, type: event.currentTarget.value })}
          />
        </Field>
        {conditions.length < MAX_CONDITIONS && (
          <Button kind="quiet" icon={<Plus />} onClick={() => onChange(withCondition(events))}>
            {conditions.length === 0 ? 'only where …' : 'and where …'}
          </Button>
        )}
      </div>
      {typed && <HintLine hint={typed} onPick={(text) => onChange({ ...events, type: text })} />}
      {conditions.map((condition, index) => {
        const hint = seen && conditionHint(events, index, match, seen)
        return (
          <div key={condition.key} className={styles.condition}>
            <ConditionRow
              condition={condition}
              word={index === 0 ? 'where' : 'and'}
              error={errors[`${part}.${index}`]}
              seen={seen}
              onChange={(next) => put(index, next)}
              onRemove={() => onChange({ ...events, conditions: conditions.toSpliced(index, 1) })}
            />
            {hint && (
              <HintLine
                hint={hint}
                onPick={(text) => put(index, { ...condition, texts: [text], typed: '' })}
              />
            )}
          </div>
        )
      })}
      {match !== undefined && allTogetherHint(match) !== undefined && (
        <p className={styles.together}>{allTogetherHint(match)}</p>
      )}
    </fieldset>
  )
}
