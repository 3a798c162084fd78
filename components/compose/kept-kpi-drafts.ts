import type { KpiDraft } from './kpi-draft.ts'

/** What was being composed when the page was left, by what it is about, for as long as the browser's tab is open. */
const kept = new Map<string, KpiDraft>()

export const keptDraft = (key: string): KpiDraft | undefined => kept.get(key)
export const keepDraft = (key: string, draft: KpiDraft): void => void kept.set(key, draft)
export const dropDraft = (key: string): void => void kept.delete(key)
