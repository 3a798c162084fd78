import type { StreamEvent } from '../../lib/event.ts'
import { type Condition, type EventFilter, filterName, meets } from '../../lib/event-filter.ts'
import type { DistinctField, Kpi, KpiFormula, MoneyField } from '../../lib/kpis.ts'
import { fromOf, lengthOf, MAX_POOLED_TEXTS, ScannedEvent } from '../../lib/scanned-event.ts'
import { distinctEntry, KEY_PRECISION, TOTAL_PRECISION } from './distinct.ts'
import { type Hash64, hashAscii, hashText } from './hash.ts'
import { createLateColumns, type LateColumns } from './late-columns.ts'
import { bucketOf } from './quantile.ts'

/** The kinds of column that a pane has, and what is in them. */
export type MeasureKind = 'counts' | 'money' | 'distinct' | 'quantiles'
export const MEASURE_KINDS: readonly MeasureKind[] = ['counts', 'money', 'distinct', 'quantiles']

/** What one column of a pane measures. */
export interface Measure {
  kind: MeasureKind
  /** Equal measures have equal names, whichever KPIs they were made for: the store knows them by it. */
  name: string
  of: EventFilter
  /** Of the event; not for counts. */
  field?: MoneyField | DistinctField | 'duration_ms'
}

/** Events of every type: what weighs a key. Always the first of the counts. */
export const EVENTS = 0

/** Which columns a question needs, by kind; merging leaves the others alone. */
export type Selection = Record<MeasureKind, readonly boolean[]>

/** What the KPIs of a catalog are computed from: each measure once, however many KPIs need it. */
export interface MeasureSet {
  readonly columns: Record<MeasureKind, readonly Measure[]>
  readonly everything: Selection
  readonly late: LateColumns
  /** The columns of these KPIs, and the number of events. */
  select(kpis: readonly Kpi[]): Selection
  /** The columns of what a formula is computed from, as `measuresOf` names it. Throws where the set lacks one. */
  columnsOf(formula: KpiFormula): readonly number[]
  /** What an event adds, into `out`, which is reused from event to event. It is taken for one that is not late. */
  measure(event: StreamEvent, out: Measured): void
}

/** One event as numbers, ready to be added to a pane. Of each list as many are meant as `size` says. */
export interface Measured {
  size: Record<MeasureKind, number>
  /** The columns that it adds to. */
  columns: Record<MeasureKind, number[]>
  currency: string
  /** What it adds to the columns of money; to those of counts it adds one. */
  micros: number[]
  /** Register and rank, for the total and for keys. */
  totalEntries: number[]
  keyEntries: number[]
  buckets: number[]
  /** The late columns that it adds to, and when it came: see `LateColumns`. */
  late: readonly number[]
  lateAt: number
}

const NONE: readonly number[] = []

export const newMeasured = (): Measured => ({
  size: byKind(() => 0),
  columns: byKind(() => []),
  currency: '',
  micros: [],
  totalEntries: [],
  keyEntries: [],
  buckets: [],
  late: NONE,
  lateAt: 0,
})

export const countMeasure = (of: EventFilter): Measure => ({
  kind: 'counts',
  name: `count ${filterName(of)}`,
  of,
})

export const moneyMeasure = (field: MoneyField, of: EventFilter = {}): Measure => ({
  kind: 'money',
  name: named(field, of),
  of,
  field,
})

export const distinctMeasure = (field: DistinctField, of: EventFilter = {}): Measure => ({
  kind: 'distinct',
  name: named(`${field}s`, of),
  of,
  field,
})

export const quantileMeasure = (of: EventFilter = {}): Measure => ({
  kind: 'quantiles',
  name: named('duration_ms', of),
  of,
  field: 'duration_ms',
})

const named = (what: string, of: EventFilter): string =>
  of.type === undefined && of.where === undefined ? what : `${what} ${filterName(of)}`

/** What a formula is computed from. */
export function measuresOf(formula: KpiFormula): Measure[] {
  switch (formula.kind) {
    case 'count':
      return [countMeasure(formula.of)]
    case 'ratio':
      return [countMeasure(formula.over), countMeasure(formula.under)]
    case 'distinct':
      return [distinctMeasure(formula.field, formula.of)]
    case 'money':
      return [moneyMeasure(formula.field, formula.of)]
    case 'money_per':
      return [moneyMeasure(formula.field, formula.of), countMeasure(formula.under)]
    case 'quantile':
      return [quantileMeasure(formula.of)]
  }
}

export function createMeasureSet(kpis: readonly Kpi[]): MeasureSet {
  const measures = new Map<string, Measure>([['count events', countMeasure({})]])
  for (const { formula } of kpis) {
    for (const measure of measuresOf(formula)) measures.set(measure.name, measure)
  }
  const columns = byKind((kind) => [...measures.values()].filter((one) => one.kind === kind))
  const select = (isSelected: (measure: Measure) => boolean): Selection =>
    byKind((kind) => columns[kind].map(isSelected))
  const recipeOf = createRecipes(columns)
  const columnsOfFormula = new WeakMap<KpiFormula, readonly number[]>()

  function columnOf({ kind, name }: Measure): number {
    const column = columns[kind].findIndex((measure) => measure.name === name)
    if (column < 0) throw new Error(`no column measures "${name}"`)
    return column
  }

  const late = createLateColumns(kpis, (formula) =>
    measuresOf(formula).map((one) => ({ kind: one.kind, name: one.name, column: columnOf(one) })),
  )

  return {
    columns,
    everything: select(() => true),
    late,
    select(selected) {
      const names = new Set(selected.flatMap(({ formula }) => measuresOf(formula)).map(nameOf))
      names.add('count events')
      return select(({ name }) => names.has(name))
    },
    columnsOf(formula) {
      let known = columnsOfFormula.get(formula)
      if (known === undefined) {
        known = measuresOf(formula).map(columnOf)
        columnsOfFormula.set(formula, known)
      }
      return known
    },
    measure: (event, out) => measureBy(recipeOf(event), event, out),
  }
}

const nameOf = ({ name }: Measure): string => name

const byKind = <T>(value: (kind: MeasureKind) => T): Record<MeasureKind, T> => ({
  counts: value('counts'),
  money: value('money'),
  distinct: value('distinct'),
  quantiles: value('quantiles'),
})

/** A column that takes in events of a type: all of them, or those that meet its conditions. */
interface Step {
  column: number
  where: readonly Condition[]
  field: Measure['field']
}

/** What is done with an event of one type. */
type Recipe = Record<MeasureKind, readonly Step[]>

/** More types than these are not remembered one by one: a producer may invent as many as it likes. */
const MAX_TYPES = 256

function createRecipes(columns: MeasureSet['columns']): (event: StreamEvent) => Recipe {
  const recipes = new Map<string, Recipe>()
  const named = new Set(Object.values(columns).flatMap((all) => all.map(({ of }) => of.type)))
  const make = (type: string | undefined): Recipe =>
    byKind((kind) =>
      columns[kind].flatMap(({ of, field }, column): Step[] =>
        of.type === undefined || of.type === type ? [{ column, where: of.where ?? [], field }] : [],
      ),
    )
  const other = make(undefined)
  /** By the number of a type among these texts. */
  const byNumber = Array.from<Recipe | undefined>({ length: MAX_POOLED_TEXTS })
  let numbered: readonly string[] = []

  function recipeFor(type: string): Recipe {
    const known = recipes.get(type)
    if (known !== undefined) return known
    const recipe = named.has(type) ? make(type) : other
    if (recipes.size < MAX_TYPES) recipes.set(type, recipe)
    return recipe
  }

  function recipeOfNumber(number: number, texts: readonly string[]): Recipe {
    if (texts !== numbered) {
      numbered = texts
      byNumber.fill(undefined)
    }
    let known = byNumber[number]
    if (known === undefined) {
      known = recipeFor(texts[number] as string)
      byNumber[number] = known
    }
    return known
  }

  return (event) => {
    if (event instanceof ScannedEvent) {
      const { pooledType, texts }: ScannedEvent = event
      if (typeof pooledType === 'number') return recipeOfNumber(pooledType, texts)
    }
    return recipeFor(event.type)
  }
}

const hash: Hash64 = { hi: 0, lo: 0 }

function measureBy(recipe: Recipe, event: StreamEvent, out: Measured): void {
  const { size, columns } = out
  out.late = NONE
  size.counts = 0
  for (const step of recipe.counts) {
    if (step.where.length === 0 || isMet(step, event)) columns.counts[size.counts++] = step.column
  }
  measureMoney(recipe.money, event, out)
  measureDistinct(recipe.distinct, event, out)
  size.quantiles = 0
  if (event.durationMs === undefined) return
  for (const step of recipe.quantiles) {
    if (!isMet(step, event)) continue
    columns.quantiles[size.quantiles] = step.column
    out.buckets[size.quantiles++] = bucketOf(event.durationMs)
  }
}

function isMet({ where }: Step, event: StreamEvent): boolean {
  for (const condition of where) if (!meets(event, condition)) return false
  return true
}

function measureMoney(steps: readonly Step[], event: StreamEvent, out: Measured): void {
  const { size, columns } = out
  size.money = 0
  out.currency = event.currency
  const { costMicros, revenueMicros } = event
  if (costMicros === undefined && revenueMicros === undefined) return
  for (const step of steps) {
    const micros = step.field === 'cost' ? costMicros : revenueMicros
    if (micros === undefined || !isMet(step, event)) continue
    columns.money[size.money] = step.column
    out.micros[size.money++] = micros
  }
}

function measureDistinct(steps: readonly Step[], event: StreamEvent, out: Measured): void {
  const { size, columns } = out
  size.distinct = 0
  for (const step of steps) {
    if (!hashField(event, step.field) || !isMet(step, event)) continue
    columns.distinct[size.distinct] = step.column
    out.totalEntries[size.distinct] = distinctEntry(hash, TOTAL_PRECISION)
    out.keyEntries[size.distinct++] = distinctEntry(hash, KEY_PRECISION)
  }
}

/** Into `hash`; false: there is nothing in the field. */
function hashField(event: StreamEvent, field: Measure['field']): boolean {
  if (event instanceof ScannedEvent) {
    const scanned: ScannedEvent = event
    const late = field === 'session' ? scanned.lateSession : scanned.lateVisitor
    if (typeof late === 'number') {
      hashAscii(scanned.bytes, fromOf(late), lengthOf(late), hash)
      return true
    }
  }
  const text = field === 'session' ? event.session : event.visitor
  if (text === undefined || text === '') return false
  hashText(text, hash)
  return true
}
