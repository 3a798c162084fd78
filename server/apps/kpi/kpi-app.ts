import type { Kysely } from 'kysely'
import type { KpisAnswer, SeriesAnswer } from '../../../lib/api.ts'
import type { FoundChange } from '../../../lib/counting-change.ts'
import type { Catalog } from '../../../lib/kpi-catalog.ts'
import type { KpisQuery, SeriesQuery, ValueQuery } from '../../../lib/kpi-questions.ts'
import type { KpiValue } from '../../../lib/kpi-value.ts'
import type { Filters } from '../../../lib/view.ts'
import { createDamage, type Damage } from '../../damage/damage.ts'
import type { Schema } from '../../store/schema.ts'
import type { StreamApp } from '../../stream/stream-app.ts'
import { createMeasureSet } from '../../window/measures.ts'
import { createPending } from '../../window/pending.ts'
import { createPins } from '../../window/pins.ts'
import { createPyramid, type PyramidSizes } from '../../window/pyramid.ts'
import { createRetention, type Retention } from '../../window/retention.ts'
import { createCrossedSince } from './crossed-since.ts'
import { createCurrencies } from './currencies.ts'
import { createKnownSince } from './known-since.ts'
import { createMeasuredSince } from './measured-since.ts'
import { createPaneLog } from './pane-log.ts'
import { createPaneReader, type PaneReader } from './pane-reader.ts'
import { readKpis, readSeries, readValue } from './readings.ts'
import { createRecentEvents, type RecentEvents } from './recent-events.ts'
import { rememberKpis, renameKpis } from './remembered-kpis.ts'

/** Every KPI over any window, in total and by each dimension: the windows of the whole product. */
export interface KpiApp extends StreamApp {
  /** Panes, deltas or expired rows are left to be folded or deleted now, as of the clock. */
  owes(): boolean
  /** To be awaited before the first `fold`. */
  restore(): Promise<void>
  /** KPIs of the catalog are called otherwise. */
  rename(): Promise<void>
  /** The next seal writes panes whatever their age, as many as a commit does: the next start has less to replay. */
  flushNext(): void
  /** These keys keep panes of their own, whatever the bound on keys is. Replaces the last list. */
  pin(filters: readonly Filters[]): void
  kpis(query: KpisQuery, now: number): Promise<KpisAnswer>
  series(query: SeriesQuery, now: number): Promise<SeriesAnswer>
  /** For rules: money is in the rule's currency, USD without one. */
  value(query: ValueQuery, now: number): Promise<KpiValue>
  /** For views. */
  readonly reader: PaneReader
  readonly recent: RecentEvents
  /** The same, for one who works in turns with others: what takes long asks for the next one in between. */
  inTurns(turn: () => Promise<void>): KpiApp
  sizes(): PyramidSizes
}

export interface KpiAppPorts {
  db: Kysely<Schema>
  streamId: number
  clock: { now(): number; monotonicMs(): number }
  catalog: Catalog
  /** The currency that figures are given in; that of most events if absent. */
  mainCurrency?: string | undefined
  /** Kept for an hour, seven days and 400 days if absent. */
  retention?: Retention
  /** Bound on the bytes of panes at rest in memory. */
  maxRestingBytes?: number
  /** Keys that a pane keeps apart, for every level; see `LEVELS` for what it is otherwise. */
  maxKeys?: number
  /** Where damaged rows go; of its own if absent. */
  damage?: Damage
  /** Told by `restore` what is counted, or kept, otherwise than before. */
  onChange?: (change: FoundChange) => void
}

const MAX_RESTING_BYTES = 32 * 1_024 * 1_024

export function createKpiApp(ports: KpiAppPorts): KpiApp {
  const {
    db,
    streamId,
    clock,
    catalog,
    retention = createRetention(),
    maxRestingBytes = MAX_RESTING_BYTES,
    maxKeys,
    damage = createDamage(db, { clock }),
    onChange = () => {},
  } = ports
  const pins = createPins()
  const measures = createMeasureSet(catalog.kpis)
  const { crossed } = catalog
  const options = { measures, crossed, pins, retention, maxKeys }
  const pyramid = createPyramid({ ...options, maxRestingBytes })
  const pending = createPending(options)
  const log = createPaneLog({ db, streamId, pyramid, clock, damage, onChange })
  const since = createCrossedSince({ db, streamId, damage, onChange }, crossed)
  const measured = createMeasuredSince({ db, streamId, damage }, catalog.kpis)
  const currencies = createCurrencies({ db, streamId, damage }, { setting: ports.mainCurrency })
  const known = createKnownSince({ db, streamId, damage })
  const reader = createPaneReader({
    ...{ db, streamId, pyramid, pins, damage, catalog, currencies },
    knownSince: known.at,
    measuredFrom: since.of,
    kpiMeasuredFrom: measured.of,
  })
  const recent = createRecentEvents()

  const answering = (by: PaneReader) => ({
    kpis: (query: KpisQuery, now: number) => readKpis(by, query, now),
    series: (query: SeriesQuery, now: number) => readSeries(by, query, now),
    value: (query: ValueQuery, now: number) => readValue(by, query, now),
    reader: by,
  })

  const app: KpiApp = {
    name: 'kpi',
    readsFields: true,
    fold(events) {
      const now = clock.now()
      for (const { event, arrivedAt, beyond } of events) {
        if (beyond) continue
        known.stage(event.time, arrivedAt)
        pending.add(event, now, arrivedAt)
        currencies.note(event)
      }
      recent.stage(events)
    },
    discard() {
      pending.take()
      currencies.discard()
      known.discard()
      recent.discard()
    },
    seal() {
      recent.seal()
      const panes = log.seal(pending.take())
      const since = known.seal()
      const writeCurrencies = currencies.seal()
      return {
        async write(tx, streamId) {
          await panes.write(tx, streamId)
          await since.write(tx, streamId)
          await writeCurrencies?.(tx)
        },
        committed() {
          panes.committed()
          since.committed()
        },
      }
    },
    owes: log.owes,
    async restore() {
      await log.restore()
      await known.restore(pyramid.oldest())
      const isNew = pyramid.oldest() === Number.POSITIVE_INFINITY
      const stream = { isNew, now: clock.now() }
      await since.remember(stream)
      await measured.remember(stream)
      await currencies.restore()
      await rememberKpis({ db, streamId, damage, onChange }, catalog.kpis)
    },
    rename: () => renameKpis({ db, streamId, damage, onChange }, catalog.kpis),
    flushNext: log.flushNext,
    pin: pins.set,
    ...answering(reader),
    inTurns: (turn) => ({ ...app, ...answering(reader.inTurns(turn)) }),
    recent,
    sizes: pyramid.sizes,
  }
  return app
}
