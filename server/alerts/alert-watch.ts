import { isDeepStrictEqual } from 'node:util'
import type { Kysely } from 'kysely'
import type {
  AlertEvent,
  AlertRule,
  FiringAlert,
  RuleInput,
  RuleStanding,
  RuleState,
} from '../../lib/alert-rule.ts'
import type { Catalog } from '../../lib/kpi-catalog.ts'
import { type KpiValue, NO_VALUE } from '../../lib/kpi-value.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import type { Schema } from '../store/schema.ts'
import { type FiringState, nextFiringState } from './rule-state.ts'
import type { RuleStore } from './rule-store.ts'

/** How many past alerts the page shows. */
const HISTORY_LIMIT = 50

export interface AlertWatch {
  /** Reads the rules, and which alerts were firing when the last pipeline ended. `now`: epoch ms. */
  load(now: number): Promise<void>
  /** The rules in the store were changed. */
  rulesChanged(): void
  /** Looks at every rule, and keeps what fired or cleared. Never rejects. */
  evaluate(now: number): Promise<void>
  standings(): RuleStanding[]
  /** Longest first. */
  firing(): FiringAlert[]
  history(): readonly AlertEvent[]
  rules(): readonly AlertRule[]
}

interface Watched {
  rule: AlertRule
  state: FiringState
  value: KpiValue
  /** As the store has it; undefined: it has none yet. */
  keptPeak?: KpiValue
}

type Write =
  | { kind: 'fired'; rule: AlertRule; at: number; value: KpiValue }
  | {
      kind: 'cleared'
      ruleId: string
      firedAt: number
      at: number
      why: NonNullable<AlertEvent['cleared']>
      peak: KpiValue
    }

/** Holds rules against what the KPIs measure now. What it must write waits while the store cannot. */
export function createAlertWatch(ports: {
  db: Kysely<Schema>
  streamId: number
  ruleStore: RuleStore
  catalog: Catalog
  valueOf: (rule: AlertRule, now: number) => Promise<KpiValue>
  onRules: (rules: readonly AlertRule[]) => void
  log: Log
}): AlertWatch {
  const { db, streamId, ruleStore, log } = ports
  const watched = new Map<string, Watched>()
  let stale = true
  let writes: Write[] = []
  let history: AlertEvent[] = []
  let historyStale = true

  async function load(now: number): Promise<void> {
    await refreshRules(now, { resume: true })
    history = await ruleStore.events({ limit: HISTORY_LIMIT })
    // Nobody can tell of a change until the stream is reached: the first look asks again.
    stale = true
  }

  async function refreshRules(now: number, { resume = false } = {}): Promise<void> {
    stale = false
    const rules = await ruleStore.list()
    const ids = new Set(rules.map(({ id }) => id))
    for (const [id, entry] of watched) {
      if (ids.has(id)) continue
      end(entry, now, 'rule_deleted')
      watched.delete(id)
    }
    for (const rule of rules) {
      const entry = watched.get(rule.id)
      if (entry === undefined) {
        watched.set(rule.id, { rule, state: { kind: 'quiet' }, value: NO_VALUE })
      } else if (isDeepStrictEqual(fieldsOf(entry.rule), fieldsOf(rule))) {
        // Saved as it was: what fires by it goes on.
        entry.rule = rule
      } else {
        end(entry, now, 'rule_changed')
        watched.set(rule.id, { rule, state: { kind: 'quiet' }, value: NO_VALUE })
      }
    }
    ports.onRules(rules)
    for (const event of await ruleStore.openEvents()) {
      if (!(resume && goesOn(event)) && !isHeld(event)) endUnheld(event, now)
    }
  }

  /** Goes on with an alert that fired before this pipeline was there, if its rule is still the one that it fired by. */
  function goesOn({ ruleId, rule, firedAt: since, value, peak }: AlertEvent): boolean {
    const entry = watched.get(ruleId)
    if (entry === undefined || entry.state.kind === 'firing') return false
    if (!isDeepStrictEqual(fieldsOf(entry.rule), rule)) return false
    const within = { withinSince: null, wasWithin: false }
    entry.state = { kind: 'firing', since, value, peak, ...within }
    entry.keptPeak = peak
    return true
  }

  /** A rule fires by it, or its end is only yet to be written. */
  function isHeld({ ruleId, firedAt }: AlertEvent): boolean {
    const state = watched.get(ruleId)?.state
    if (state?.kind === 'firing' && state.since === firedAt) return true
    return writes.some(
      (write) => write.kind === 'cleared' && write.ruleId === ruleId && write.firedAt === firedAt,
    )
  }

  /** Its rule was deleted or changed while no pipeline looked. */
  function endUnheld({ ruleId, firedAt, peak }: AlertEvent, at: number): void {
    const why = watched.has(ruleId) ? 'rule_changed' : 'rule_deleted'
    writes.push({ kind: 'cleared', ruleId, firedAt, at: Math.max(at, firedAt), why, peak })
    log.info({ ruleId, why }, 'alert without its rule ended')
  }

  function end(
    { rule, state }: Watched,
    at: number,
    why: NonNullable<AlertEvent['cleared']>,
  ): void {
    if (state.kind !== 'firing') return
    writes.push({
      kind: 'cleared',
      ruleId: rule.id,
      firedAt: state.since,
      at,
      why,
      peak: state.peak,
    })
  }

  async function evaluate(now: number): Promise<void> {
    try {
      if (stale) await refreshRules(now)
    } catch (error) {
      stale = true
      log.warn({ problem: messageOf(error) }, 'rules cannot be read')
    }
    try {
      for (const entry of watched.values()) await look(entry, now)
      await flush()
      await keepPeaks()
      if (historyStale) history = await ruleStore.events({ limit: HISTORY_LIMIT })
      historyStale = false
    } catch (error) {
      log.warn({ problem: messageOf(error) }, 'alerts cannot be looked at or written now')
    }
  }

  async function look(entry: Watched, now: number): Promise<void> {
    const { rule } = entry
    const kpi = ports.catalog.kpi(rule.kpi)
    entry.value = kpi === undefined ? NO_VALUE : await ports.valueOf(rule, now)
    const before = entry.state
    const { state, transition } = nextFiringState(before, { rule, kpi, value: entry.value, now })
    if (transition === 'fired') writes.push({ kind: 'fired', rule, at: now, value: entry.value })
    if (transition === 'cleared') end(entry, now, 'value')
    if (transition === 'no_data') end(entry, now, 'no_data')
    entry.state = state
    if (transition !== 'none') log.info({ ruleId: rule.id, transition }, 'alert')
  }

  async function flush(): Promise<void> {
    while (writes[0] !== undefined) {
      await write(writes[0])
      writes = writes.slice(1)
      historyStale = true
    }
  }

  /** Of alerts that still fire: whoever asks the store, and the next process, has them too. */
  async function keepPeaks(): Promise<void> {
    const grown = [...watched.values()].flatMap((entry) => {
      const { state } = entry
      return state.kind === 'firing' && state.peak !== entry.keptPeak ? [{ entry, state }] : []
    })
    if (grown.length === 0) return
    await db.transaction().execute(async (tx) => {
      for (const { entry, state } of grown) {
        await tx
          .updateTable('alert_event')
          .set({ peak: JSON.stringify(state.peak) })
          .where('stream_id', '=', streamId)
          .where('rule_id', '=', entry.rule.id)
          .where('fired_ms', '=', state.since)
          .execute()
      }
    })
    for (const { entry, state } of grown) entry.keptPeak = state.peak
  }

  async function write(change: Write): Promise<void> {
    if (change.kind === 'fired') {
      const value = JSON.stringify(change.value)
      await db
        .insertInto('alert_event')
        .values({
          stream_id: streamId,
          rule_id: change.rule.id,
          rule: JSON.stringify(fieldsOf(change.rule)),
          fired_ms: change.at,
          cleared_ms: null,
          cleared: null,
          value,
          peak: value,
        })
        .execute()
      return
    }
    await db
      .updateTable('alert_event')
      .set({ cleared_ms: change.at, cleared: change.why, peak: JSON.stringify(change.peak) })
      .where('stream_id', '=', streamId)
      .where('rule_id', '=', change.ruleId)
      .where('fired_ms', '=', change.firedAt)
      .execute()
  }

  /** The store learns it a moment later. */
  function withPeak(event: AlertEvent): AlertEvent {
    const state = watched.get(event.ruleId)?.state
    const isOpen = event.clearedAt === null && state?.kind === 'firing'
    return isOpen && state.since === event.firedAt ? { ...event, peak: state.peak } : event
  }

  return {
    load,
    rulesChanged: () => {
      stale = true
    },
    evaluate,
    standings: () =>
      [...watched.values()].map(({ rule, state, value }) => ({
        rule,
        state: shownState(state, value),
        value,
      })),
    firing: () =>
      [...watched.values()]
        .flatMap(({ rule, state, value }) =>
          state.kind === 'firing' ? [{ rule, since: state.since, value }] : [],
        )
        .sort((a, b) => a.since - b.since),
    history: () => history.map(withPeak),
    rules: () => [...watched.values()].map(({ rule }) => rule),
  }
}

function fieldsOf(rule: AlertRule): RuleInput {
  const { id: _id, createdAt: _c, updatedAt: _u, sample: _s, ...fields } = rule
  return fields
}

function shownState(state: FiringState, value: KpiValue): RuleState {
  if (state.kind === 'firing') return { kind: 'firing', since: state.since, peak: state.peak }
  return value.value === null ? { kind: 'no_value' } : { kind: 'ok' }
}
