import type { StreamEvent } from '../../lib/event.ts'
import { type CountMeasure, KPI_IDS, KPIS, type KpiId } from '../../lib/kpis.ts'
import { distinctEntry, KEY_PRECISION, TOTAL_PRECISION } from './distinct.ts'
import { type Hash64, hashText } from './hash.ts'
import { bucketOf } from './quantile.ts'

/** What a cell counts: events of every type first, then each count that the catalog's KPIs need. */
export const COUNTS: readonly string[] = ['events', ...new Set(countsOfCatalog().map(countName))]

export const EVENTS = 0

/** The place of a count in `Cell.counts`. */
export const countSlot = (of: CountMeasure): number => COUNTS.indexOf(countName(of))

/** Which of a cell's measures a question needs; merging leaves the others alone. */
export interface Selection {
  counts: readonly boolean[]
  cost: boolean
  revenue: boolean
  visitors: boolean
  latency: boolean
}

/** What the KPIs are made of, and the number of events. */
export function selectionFor(kpis: readonly KpiId[]): Selection {
  const counts = COUNTS.map((_, slot) => slot === EVENTS)
  const selection = { counts, cost: false, revenue: false, visitors: false, latency: false }
  for (const id of kpis) {
    const { formula } = KPIS[id]
    for (const of of countsOf(id)) counts[countSlot(of)] = true
    if (formula.kind === 'money' || formula.kind === 'money_per') selection[formula.field] = true
    if (formula.kind === 'distinct') selection.visitors = true
    if (formula.kind === 'quantile') selection.latency = true
  }
  return selection
}

export const EVERYTHING: Selection = selectionFor(KPI_IDS)

/** One event as numbers, ready to be added to a cell. */
export interface Measured {
  /** Places in `Cell.counts` to raise by one. */
  slots: readonly number[]
  costMicros: number | undefined
  revenueMicros: number | undefined
  currency: string
  /** Register and rank of the visitor, for the total and for keys; −1: no visitor. */
  totalEntry: number
  keyEntry: number
  /** −1: not a latency. */
  bucket: number
}

export const newMeasured = (): Measured => ({
  slots: [],
  costMicros: undefined,
  revenueMicros: undefined,
  currency: '',
  totalEntry: -1,
  keyEntry: -1,
  bucket: -1,
})

const hash: Hash64 = { hi: 0, lo: 0 }

/** Fills `out`, which is reused from event to event. */
export function measure(event: StreamEvent, out: Measured): void {
  const slots = SLOTS.get(event.type) ?? OTHER_TYPE
  out.slots = event.status !== undefined && event.status >= 500 ? slots.failed : slots.fine
  out.costMicros = event.costMicros
  out.revenueMicros = event.revenueMicros
  out.currency = event.currency
  if (event.visitor === undefined || event.visitor === '') {
    out.totalEntry = -1
  } else {
    hashText(event.visitor, hash)
    out.totalEntry = distinctEntry(hash, TOTAL_PRECISION)
    out.keyEntry = distinctEntry(hash, KEY_PRECISION)
  }
  const timed = event.durationMs !== undefined && TIMED_TYPES.has(event.type)
  out.bucket = timed ? bucketOf(event.durationMs as number) : -1
}

interface TypeSlots {
  fine: readonly number[]
  /** With a status of 500 or above. */
  failed: readonly number[]
}

const OTHER_TYPE: TypeSlots = { fine: [EVENTS], failed: [EVENTS] }
const SLOTS: ReadonlyMap<string, TypeSlots> = slotsByType()
const TIMED_TYPES: ReadonlySet<string> = new Set(
  KPI_IDS.flatMap((id) => {
    const { formula } = KPIS[id]
    return formula.kind === 'quantile' ? [formula.type] : []
  }),
)

function countsOf(id: KpiId): CountMeasure[] {
  const { formula } = KPIS[id]
  switch (formula.kind) {
    case 'count':
      return [formula.of]
    case 'ratio':
      return [formula.over, formula.under]
    case 'money_per':
      return [formula.under]
    case 'distinct':
    case 'money':
    case 'quantile':
      return []
  }
}

function countsOfCatalog(): CountMeasure[] {
  return KPI_IDS.flatMap(countsOf)
}

function countName({ type, where }: CountMeasure): string {
  return where === undefined ? type : `${type} ${where}`
}

function slotsByType(): Map<string, TypeSlots> {
  const byType = new Map<string, TypeSlots>()
  for (const { type } of countsOfCatalog()) {
    const always = COUNTS.indexOf(type)
    const failed = COUNTS.indexOf(countName({ type, where: 'server_error' }))
    const fine = [EVENTS, ...(always < 0 ? [] : [always])]
    byType.set(type, { fine, failed: failed < 0 ? fine : [...fine, failed] })
  }
  return byType
}
