import type { RuleDraft } from './rule-draft.ts'

/** What was being typed when a dialog closed, by rule, for as long as the page is open. */
const kept = new Map<string, RuleDraft>()

export const keptDraft = (id: string): RuleDraft | undefined => kept.get(id)
export const keepDraft = (id: string, draft: RuleDraft): void => void kept.set(id, draft)
export const dropDraft = (id: string): void => void kept.delete(id)
