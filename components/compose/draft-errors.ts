import type { Problem } from '../../lib/api.ts'
import { type KpiDefinition, kpiDefinitionSchema } from '../../lib/kpi-definition.ts'
import { conditionProblem, type EventsDraft } from './events-draft.ts'
import { definitionOfDraft, hasUnder, type KpiDraft } from './kpi-draft.ts'

/** Where something is wrong: a blank of the form, or `form` where it belongs to none. */
export type DraftField =
  | 'label'
  | 'id'
  | 'unit'
  | 'better'
  | 'help'
  | 'percentile'
  | 'form'
  | `${'of' | 'under'}.type`
  /** The number is the condition's place. */
  | `${'of' | 'under'}.${number}`
export type DraftErrors = Partial<Record<DraftField, string>>

export type Checked = { ok: true; definition: KpiDefinition } | { ok: false; errors: DraftErrors }

/** Checks the draft with the same schema as the server. */
export function checkDraft(draft: KpiDraft, id: string): Checked {
  const errors: DraftErrors = {
    ...(draft.label.trim() === '' && { label: 'Give it a name' }),
    ...conditionErrors('of', draft.of),
    ...(hasUnder(draft) && conditionErrors('under', draft.under)),
  }
  const parsed = kpiDefinitionSchema.safeParse(definitionOfDraft(draft, id))
  if (parsed.success && Object.keys(errors).length === 0) {
    return { ok: true, definition: parsed.data }
  }
  for (const { path, message } of parsed.error?.issues ?? []) {
    const field = fieldAt(path.map(String))
    // Without a name there is no id either: one of the two is enough to be told.
    if (field === 'id' && errors.label !== undefined) continue
    errors[field] ??= sentence(message)
  }
  return { ok: false, errors }
}

function conditionErrors(part: 'of' | 'under', { conditions }: EventsDraft): DraftErrors {
  const errors: DraftErrors = {}
  for (const [index, condition] of conditions.entries()) {
    const problem = conditionProblem(condition)
    if (problem !== undefined) errors[`${part}.${index}`] = problem
  }
  return errors
}

/** What the server found wrong, at its blank; what belongs to none is about the form. */
export function errorsOf(problem: Problem): DraftErrors {
  const errors: DraftErrors = {}
  for (const { field, message } of problem.errors ?? []) {
    errors[fieldAt(field.split('.'))] ??= sentence(message)
  }
  return Object.keys(errors).length > 0 ? errors : { form: problem.detail }
}

const PLAIN: readonly string[] = ['label', 'id', 'unit', 'better', 'help']
const PARTS: Record<string, 'of' | 'under'> = { of: 'of', over: 'of', under: 'under' }

/** `formula.over.where.0.is` → `of.0` */
function fieldAt([first = '', second = '', third, index]: readonly string[]): DraftField {
  if (PLAIN.includes(first)) return first as DraftField
  if (first !== 'formula') return 'form'
  if (second === 'q') return 'percentile'
  const part = PARTS[second]
  if (part === undefined) return 'form'
  if (third !== 'where' || index === undefined) return `${part}.type`
  return `${part}.${Number(index)}`
}

/** "must be at most 32 characters" → "It must be …"; `"id" is …` stays. */
const sentence = (message: string): string =>
  message.startsWith('must ') ? `It ${message}` : message
