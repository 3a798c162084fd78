import { count } from '../../lib/format.ts'
import type { FilterMatch, SeenCell } from '../../lib/frames.ts'
import { textInWords } from '../../lib/shown-text.ts'
import { conditionProblem, type EventsDraft } from './events-draft.ts'

/** What is said beside a blank that lets no event through, and what would. */
export interface Hint {
  text: string
  /** Texts that do occur, the most frequent first. */
  instead: readonly string[]
}

const MAX_INSTEAD = 5

/** "312 of 640 recent page_view events match" */
export function matchText({ ofType, matching }: FilterMatch, type: string): string {
  const what = type === '' ? 'recent events' : `recent ${textInWords(type)} events`
  return `${count(matching)} of ${count(ofType)} ${what} match`
}

/** Where no event is of the type that was asked for. */
export function typeHint(
  { type }: EventsDraft,
  match: FilterMatch | undefined,
  { events, types }: SeenCell,
): Hint | undefined {
  if (match === undefined || match.ofType > 0 || events === 0 || type.trim() === '')
    return undefined
  return {
    text: `None of the newest ${count(events)} events is of the type ${textInWords(type.trim())}. There are:`,
    instead: types.map((one) => one.type).slice(0, MAX_INSTEAD),
  }
}

/** Where no event of the type meets the condition at `index` of the draft. */
export function conditionHint(
  { type, conditions }: EventsDraft,
  index: number,
  match: FilterMatch | undefined,
  { fields }: SeenCell,
): Hint | undefined {
  const condition = conditions[index]
  if (match === undefined || condition === undefined || match.ofType === 0) return undefined
  if (conditionProblem(condition) !== undefined) return undefined
  // Only those that are whole were measured.
  const place = conditions
    .slice(0, index)
    .filter((one) => conditionProblem(one) === undefined).length
  const met = match.conditions[place]
  if (met === undefined || met > 0) return undefined
  const what = type.trim() === '' ? 'recent events' : `recent ${textInWords(type.trim())} events`
  const seen = fields.find(({ field }) => field === condition.field)
  if (seen === undefined) {
    return {
      text: `None of the ${count(match.ofType)} ${what} has a ${textInWords(condition.field)}.`,
      instead: [],
    }
  }
  const instead = seen.values.map(({ text }) => text).slice(0, MAX_INSTEAD)
  return { text: `None of the ${count(match.ofType)} ${what} meets this. There are:`, instead }
}

/** Where each condition is met by some events, and no event meets all. */
export function allTogetherHint(match: FilterMatch | undefined): string | undefined {
  if (match === undefined || match.matching > 0 || match.conditions.length < 2) return undefined
  if (match.conditions.some((met) => met === 0)) return undefined
  return 'Each condition is met by some events, but no event meets all of them.'
}
