import { DEFAULT_CURRENCY, type StreamEvent, TEXT_FIELDS } from './event.ts'

/** Fields of an event that hold a text, by the names a producer writes. */
export const TEXT_CONDITION_FIELDS = [...TEXT_FIELDS, 'currency'] as const
type TextConditionField = (typeof TEXT_CONDITION_FIELDS)[number] | `props.${string}`

export const NUMBER_CONDITION_FIELDS = ['status', 'duration_ms'] as const
type NumberConditionField = (typeof NUMBER_CONDITION_FIELDS)[number]

/** What an event must be like. An event without the field meets `not` and nothing else. */
export type Condition =
  | { field: TextConditionField; is: readonly string[] }
  | { field: TextConditionField; not: readonly string[] }
  | { field: NumberConditionField; atLeast: number }
  | { field: NumberConditionField; below: number }

/** The events that something is measured over: of one type or of all, and perhaps only some of these. */
export interface EventFilter {
  /** Absent: of every type. */
  type?: string
  /** All of them. */
  where?: readonly Condition[]
}

export const matchesFilter = (event: StreamEvent, { type, where }: EventFilter): boolean =>
  (type === undefined || event.type === type) &&
  (where === undefined || where.every((condition) => meets(event, condition)))

export function meets(event: StreamEvent, condition: Condition): boolean {
  if ('atLeast' in condition) {
    const number = numberOf(event, condition.field)
    return number !== undefined && number >= condition.atLeast
  }
  if ('below' in condition) {
    const number = numberOf(event, condition.field)
    return number !== undefined && number < condition.below
  }
  const text = textOf(event, condition.field)
  if ('is' in condition) return text !== undefined && condition.is.includes(text)
  return text === undefined || !condition.not.includes(text)
}

const numberOf = (event: StreamEvent, field: NumberConditionField): number | undefined =>
  field === 'status' ? event.status : event.durationMs

const PROPS = 'props.'

/** Numbers and booleans in `props` are compared as JSON writes them. */
function textOf(event: StreamEvent, field: TextConditionField): string | undefined {
  if (field === 'currency') return event.currency ?? DEFAULT_CURRENCY
  if (!isProp(field)) return event[field]
  const value = event.props?.[field.slice(PROPS.length)]
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? value : undefined
}

/** What an event has in a field of any name, as a condition would compare it; undefined: nothing. */
export function fieldText(event: StreamEvent, field: string): string | undefined {
  if (isNumberField(field)) return numberOf(event, field)?.toString()
  return isTextField(field) ? textOf(event, field) : undefined
}

const isNumberField = (field: string): field is NumberConditionField =>
  (NUMBER_CONDITION_FIELDS as readonly string[]).includes(field)

const isTextField = (field: string): field is TextConditionField =>
  isProp(field) || (TEXT_CONDITION_FIELDS as readonly string[]).includes(field)

const isProp = (field: string): field is `props.${string}` => field.startsWith(PROPS)

/** Equal filters have equal names: `request status>=500`, `ad_click device=mobile|tablet`; of all events `events`. */
export function filterName({ type = 'events', where = [] }: EventFilter): string {
  return [type, ...where.map(conditionName).sort()].join(' ')
}

function conditionName(condition: Condition): string {
  const { field } = condition
  if ('atLeast' in condition) return `${field}>=${condition.atLeast}`
  if ('below' in condition) return `${field}<${condition.below}`
  const [sign, texts] = 'is' in condition ? ['=', condition.is] : ['!=', condition.not]
  return `${field}${sign}${[...texts].sort().map(quoted).join('|')}`
}

/** A text that could be taken for more than a word is written as JSON does. */
const quoted = (text: string): string => (/^[\w./:-]+$/.test(text) ? text : JSON.stringify(text))
