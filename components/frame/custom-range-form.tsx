import { type RefObject, useId, useState } from 'react'
import { dayTime, zoneName } from '../../lib/format-range.ts'
import type { KnownTime } from '../../lib/frames.ts'
import { type FixedRange, isFixed, type Period, spanOf } from '../../lib/period.ts'
import { atServerTime, forgetWaiting } from '../live/at-server-time.ts'
import { useCell } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { type RangeDraft, type RangeErrors, readRange } from './custom-range.ts'
import { localOffsetMs, toLocal } from './local-time.ts'
import styles from './period-picker.module.css'

/** Two times of the viewer's clock. Enter shows the range between them; what is wrong is said at its field. */
export function CustomRange({
  period,
  now,
  firstField,
  onPick,
}: {
  period: Period
  now: number
  firstField: RefObject<HTMLInputElement | null>
  onPick: (range: FixedRange) => void
}) {
  const [draft, setDraft] = useState<RangeDraft>(() => draftOf(period, now))
  const [errors, setErrors] = useState<RangeErrors>({})
  const known = useKnown()
  const id = useId()

  const change = (field: keyof RangeDraft) => (value: string) => {
    setDraft({ ...draft, [field]: value })
    setErrors({})
  }
  const submit = (serverNow: number) => {
    const read = readRange(draft, serverNow, known)
    if (read.ok) return onPick(read.range)
    setErrors(read.errors)
    const field = read.errors.from === undefined ? 'to' : 'from'
    document.getElementById(`${id}${field}`)?.focus()
  }
  return (
    <form
      className={styles.custom}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        forgetWaiting()
        atServerTime(submit)
      }}
    >
      {(['from', 'to'] as const).map((field) => (
        <Field key={field} label={field === 'from' ? 'From' : 'To'} error={errors[field]}>
          <TextInput
            id={`${id}${field}`}
            {...(field === 'from' && { ref: firstField })}
            type="datetime-local"
            max={toLocal(now)}
            value={draft[field]}
            onChange={(event) => change(field)(event.target.value)}
          />
        </Field>
      ))}
      <p className={styles.hint}>
        Your time: {zoneName()}, {offsetWords(now)}. {knownWords(known, now)}
      </p>
      <Button type="submit" size="small">
        Show this range
      </Button>
    </form>
  )
}

/** What is shown, to begin with: what slides, as it stands now. */
function draftOf(period: Period, now: number): RangeDraft {
  const range = isFixed(period) ? period : { from: now - spanOf(period), to: now }
  return { from: toLocal(range.from), to: toLocal(range.to) }
}

function useKnown(): KnownTime | undefined {
  const [chart, spend] = [useCell('chart'), useCell('spend')]
  return chart?.known ?? spend?.known
}

/** UTC+1, UTC−3:30 */
function offsetWords(now: number): string {
  const minutes = Math.round(localOffsetMs(now) / 60_000)
  if (minutes === 0) return 'UTC'
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
}

function knownWords(known: KnownTime | undefined, now: number): string {
  if (known === undefined) return ''
  if (known.since === null) return 'No events are known yet.'
  return known.since > known.keptFrom
    ? `Events are known since ${dayTime(known.since, now)}.`
    : `Kept since ${dayTime(known.keptFrom, now)}.`
}
