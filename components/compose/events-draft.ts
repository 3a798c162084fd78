import {
  type Condition,
  type EventFilter,
  NUMBER_CONDITION_FIELDS,
} from '../../lib/event-filter.ts'

/** Which events, as they are being described. */
export interface EventsDraft {
  /** '': of any type. */
  type: string
  conditions: readonly ConditionDraft[]
}

export interface ConditionDraft {
  /** Tells rows apart while they come and go. */
  key: number
  field: string
  test: 'is' | 'not' | 'atLeast' | 'below'
  /** Of `is` and `not`. */
  texts: readonly string[]
  /** A text that is being typed, or the number. */
  typed: string
}

export const NO_EVENTS: EventsDraft = { type: '', conditions: [] }

export const isNumberField = (field: string): boolean =>
  (NUMBER_CONDITION_FIELDS as readonly string[]).includes(field)

/** Of a new row, or of one whose field becomes another. */
export const conditionOn = (key: number, field: string): ConditionDraft => ({
  key,
  field,
  test: isNumberField(field) ? 'atLeast' : 'is',
  texts: [],
  typed: '',
})

export const withCondition = (draft: EventsDraft): EventsDraft => ({
  ...draft,
  conditions: [
    ...draft.conditions,
    conditionOn(1 + Math.max(0, ...draft.conditions.map(({ key }) => key)), 'device'),
  ],
})

export const eventsDraftOf = (filter: EventFilter | undefined): EventsDraft => ({
  type: filter?.type ?? '',
  conditions: (filter?.where ?? []).map((condition, index) => ({
    ...conditionOn(index + 1, condition.field),
    ...testOf(condition),
  })),
})

function testOf(condition: Condition): Pick<ConditionDraft, 'test'> & Partial<ConditionDraft> {
  if ('is' in condition) return { test: 'is', texts: condition.is }
  if ('not' in condition) return { test: 'not', texts: condition.not }
  if ('atLeast' in condition) return { test: 'atLeast', typed: String(condition.atLeast) }
  return { test: 'below', typed: String(condition.below) }
}

/** What was typed counts as well, before it is parted from the next one. */
export function textsOf({ texts, typed }: ConditionDraft): string[] {
  const last = typed.trim()
  return last === '' ? [...texts] : [...new Set([...texts, last])]
}

/** What is wrong with it, in words; undefined: nothing. */
export function conditionProblem(condition: ConditionDraft): string | undefined {
  const { field, typed } = condition
  if (field === 'props.') return 'Name the property, such as plan'
  if (!isNumberField(field)) {
    return textsOf(condition).length === 0 ? 'Enter a value, or take the condition away' : undefined
  }
  if (typed.trim() === '') return 'Enter a number, or take the condition away'
  return Number.isFinite(Number(typed)) ? undefined : 'Enter a plain number, such as 500'
}

/** What the blanks say. `whole`: conditions that are not finished are left out. */
export function filterOf({ type, conditions }: EventsDraft, { whole }: { whole: boolean }): object {
  const asked = whole
    ? conditions.filter((condition) => conditionProblem(condition) === undefined)
    : conditions
  return {
    ...(type.trim() !== '' && { type: type.trim() }),
    ...(asked.length > 0 && { where: asked.map(conditionOf) }),
  }
}

function conditionOf(condition: ConditionDraft): object {
  const { field, test, typed } = condition
  if (test === 'atLeast' || test === 'below') return { field, [test]: Number(typed) }
  return { field, [test]: textsOf(condition) }
}
