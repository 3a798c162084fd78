import { counted } from '../../lib/format.ts'
import { dayTime, stepTimes } from '../../lib/format-range.ts'
import type { ClockOptions } from '../../lib/format-time.ts'
import type { DamageCell, DamagedRowCell } from '../../lib/frames.ts'
import { DAY_MS } from '../../lib/time.ts'

/** It is said for so long after the newest was found. Figures that lack something say so as long as they are kept. */
const SAID_MS = 7 * DAY_MS

export const isFresh = ({ newest: [newest] }: DamageCell, now: number): boolean =>
  newest !== undefined && now - newest.foundAt < SAID_MS

/** What a table holds, in the words of the pages: one of it, and several. */
const NAMES: Record<string, [one: string, many: string]> = {
  pane: ['pane of figures', 'panes of figures'],
  pane_delta: ['commit of figures', 'commits of figures'],
  seen: ['row of ids', 'rows of ids'],
  put_again: ['row of sub-records', 'rows of sub-records'],
  stream: ['beginning of a stream', 'beginnings of streams'],
  mark: ['mark', 'marks'],
  alert_rule: ['threshold', 'thresholds'],
  alert_event: ['alert of the past', 'alerts of the past'],
  setting: ['setting', 'settings'],
  kpi_definition: ['composed KPI', 'composed KPIs'],
  dead_letter: ['dead letter', 'dead letters'],
}

/** "2 panes of figures and 1 threshold" */
export function damageWords({ tables }: DamageCell): string {
  const parts = tables.map(({ table, rows }) => {
    const [one, many] = NAMES[table] ?? [`row of ${table}`, `rows of ${table}`]
    return counted(rows, one, many)
  })
  const last = parts.pop() ?? ''
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`
}

/** Who held what is lost: "what it held". */
export const heldBy = ({ tables }: Pick<DamageCell, 'tables'>): 'it' | 'they' =>
  tables.reduce((sum, { rows }) => sum + rows, 0) === 1 ? 'it' : 'they'

/** Which one of its table: "11:58 – 11:59, by page", "carts"; '' where its key says nothing to a person. */
export function rowWords({ key }: DamagedRowCell, now: number, options: ClockOptions = {}): string {
  const { level_ms: stepMs, start_ms: start, dimension } = key
  if (typeof stepMs === 'number' && typeof start === 'number') {
    const by = typeof dimension === 'string' && dimension !== '' ? `, by ${dimension}` : ''
    const dated = new Date(start).toDateString() !== new Date(now).toDateString()
    return `${stepTimes(start, stepMs, { dated, ...options })}${by}`
  }
  const named = key.name ?? key.id
  return typeof named === 'string' ? named : ''
}

export const foundWords = ({ foundAt }: DamagedRowCell, now: number): string =>
  dayTime(foundAt, now)
