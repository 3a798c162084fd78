import { X } from 'lucide-react'
import { type KeyboardEvent, useId } from 'react'
import { shownText, textInWords } from '../../lib/shown-text.ts'
import { EventText } from '../ui/event-text.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import type { ConditionDraft } from './events-draft.ts'
import styles from './values-field.module.css'

const MAX_TEXTS = 50

/** Texts, one of which the field must be. Enter or a comma parts them; Backspace takes the last one back. */
export function ValuesField({
  condition,
  values,
  error,
  onChange,
}: {
  condition: ConditionDraft
  /** Those that occur, for the list. */
  values: readonly { text: string }[]
  error: string | undefined
  onChange: (condition: ConditionDraft) => void
}) {
  const id = useId()
  const { texts, typed } = condition
  const part = (text: string) => {
    const next = text.trim()
    const all = next === '' || texts.includes(next) ? texts : [...texts, next].slice(0, MAX_TEXTS)
    onChange({ ...condition, texts: all, typed: '' })
  }
  const type = (text: string) => {
    // Chosen from the list, it is whole.
    if (values.some((one) => one.text === text) && text.length > typed.length + 1) part(text)
    else onChange({ ...condition, typed: text })
  }
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if ((event.key === 'Enter' || event.key === ',') && typed.trim() !== '') {
      event.preventDefault()
      part(typed)
    } else if (event.key === 'Backspace' && typed === '' && texts.length > 0) {
      event.preventDefault()
      onChange({ ...condition, texts: texts.slice(0, -1), typed: texts.at(-1) ?? '' })
    }
  }
  return (
    <Field label="Value" labelHidden error={error} className={styles.values ?? ''}>
      <span className={styles.box}>
        {texts.map((text) => (
          <span key={text} className={styles.text}>
            <span className={styles.words} title={textInWords(text, { most: 400 })}>
              <EventText text={text} />
            </span>
            <button
              type="button"
              className={styles.remove}
              aria-label={`Take ${textInWords(text)} away`}
              onClick={() => onChange({ ...condition, texts: texts.filter((one) => one !== text) })}
            >
              <X aria-hidden="true" />
            </button>
          </span>
        ))}
        <TextInput
          aria-label="Value"
          className={styles.input ?? ''}
          list={id}
          autoComplete="off"
          spellCheck={false}
          maxLength={2_048}
          placeholder={
            texts.length === 0
              ? values[0]
                ? shownText(values[0].text, { most: 40 })
                : 'value'
              : 'or …'
          }
          value={typed}
          onChange={(event) => type(event.currentTarget.value)}
          onKeyDown={press}
        />
      </span>
      <datalist id={id}>
        {values
          .filter(({ text }) => !texts.includes(text))
          .map(({ text }) => (
            <option key={text} value={text} />
          ))}
      </datalist>
    </Field>
  )
}
