import { DEFAULT_CURRENCY, type StreamEvent } from '../../../lib/event.ts'
import type { Kpi, MoneyField } from '../../../lib/kpis.ts'
import { createCurrencyTally, type TallyMemory } from './currency-tally.ts'
import { createKeptMemory, type KeptMemoryPorts } from './kept-memory.ts'

/** In which currencies the amounts of a stream are, and so which one its figures are given in. */
export interface Currencies {
  /** That of the setting, else that of most events that carry money. */
  main(): string
  /**
   * The currency that a KPI of money is given in, whatever a window happens to hold: the main one, or where no event
   * of what it adds up ever was in that one, that of most of these. Not money: undefined.
   */
  of(kpi: Kpi): string | undefined
  /** Of what a KPI adds up: its own currency first, the others by number of events. */
  order(kpi: Kpi): readonly string[]
}

/** Learns from events, a commit at a time. */
export interface LearntCurrencies extends Currencies {
  note(event: Pick<StreamEvent, 'currency' | 'costMicros' | 'revenueMicros'>): void
  discard(): void
  /** Takes in what was noted, and answers what writes it, as part of the commit; undefined: nothing was. */
  seal(): ((tx: KeptMemoryPorts['db']) => Promise<void>) | undefined
  restore(): Promise<void>
}

const NAME = 'currencies'

type Memory = Record<'any' | MoneyField, TallyMemory>

/** Of a folder that did not count events by currency, this many stand for all that came before. */
const SEED_EVENTS = 1_000

/** `setting`: the main currency, three capitals. */
export function createCurrencies(
  ports: KeptMemoryPorts,
  { setting }: { setting: string | undefined },
): LearntCurrencies {
  const memory = createKeptMemory<Memory>(ports, NAME, isMemory)
  const any = createCurrencyTally()
  const tallies = { cost: createCurrencyTally(), revenue: createCurrencyTally() }
  const all = [any, tallies.cost, tallies.revenue]
  const orders = new Map<MoneyField, { version: number; order: readonly string[] }>()
  let version = 0

  const main = () => setting ?? any.main() ?? DEFAULT_CURRENCY

  function currencyOf(field: MoneyField): string {
    const tally = tallies[field]
    const first = main()
    return tally.has(first) ? first : (tally.main() ?? first)
  }

  function orderOf(field: MoneyField): readonly string[] {
    const known = orders.get(field)
    if (known?.version === version) return known.order
    const order = [...new Set([currencyOf(field), ...tallies[field].sorted()])]
    orders.set(field, { version, order })
    return order
  }

  const kept = (): Memory => ({
    any: any.memory(),
    cost: tallies.cost.memory(),
    revenue: tallies.revenue.memory(),
  })

  return {
    main,
    of(kpi) {
      const field = moneyField(kpi)
      return field && currencyOf(field)
    },
    order(kpi) {
      const field = moneyField(kpi)
      return field === undefined ? [] : orderOf(field)
    },
    note({ currency, costMicros, revenueMicros }) {
      // What costs nothing may well name no currency.
      if (!costMicros && !revenueMicros) return
      any.note(currency)
      if (costMicros) tallies.cost.note(currency)
      if (revenueMicros) tallies.revenue.note(currency)
    },
    discard() {
      for (const tally of all) tally.discard()
    },
    seal() {
      const changed = all.map((tally) => tally.seal()).includes(true)
      if (!changed) return undefined
      version += 1
      return (tx) => memory.write(kept(), tx)
    },
    async restore() {
      const { any: ofAny, cost, revenue } = (await memory.read()) ?? (await seeded(ports))
      any.restore(ofAny)
      tallies.cost.restore(cost)
      tallies.revenue.restore(revenue)
      version += 1
    },
  }
}

function moneyField({ formula }: Kpi): MoneyField | undefined {
  return formula.kind === 'money' || formula.kind === 'money_per' ? formula.field : undefined
}

/** An older version counted no events by currency: accounts stand for them. */
async function seeded({ db, streamId }: KeptMemoryPorts): Promise<Memory> {
  const rows = await db
    .selectFrom('money_total')
    .select(({ fn }) => ['kind', 'currency', fn.countAll<number>().as('accounts')])
    .where('stream_id', '=', streamId)
    .groupBy(['kind', 'currency'])
    .execute()
  const tally = (kinds: readonly string[]): TallyMemory => {
    const events = new Map<string, number>()
    for (const { kind, currency, accounts } of rows) {
      if (kinds.includes(kind)) {
        events.set(currency, (events.get(currency) ?? 0) + Number(accounts))
      }
    }
    const sum = [...events.values()].reduce((one, other) => one + other, 0)
    const shares = [...events].map(([currency, n]) => [
      currency,
      Math.ceil((n * SEED_EVENTS) / sum),
    ])
    return { main: null, events: Object.fromEntries(shares) }
  }
  return { any: tally(['cost', 'revenue']), cost: tally(['cost']), revenue: tally(['revenue']) }
}

const isMemory = (value: unknown): value is Memory =>
  typeof value === 'object' &&
  value !== null &&
  ['any', 'cost', 'revenue'].every((name) => isTally((value as Record<string, unknown>)[name]))

function isTally(value: unknown): value is TallyMemory {
  if (typeof value !== 'object' || value === null) return false
  const { main, events } = value as Record<string, unknown>
  if (main !== null && typeof main !== 'string') return false
  if (typeof events !== 'object' || events === null || Array.isArray(events)) return false
  return Object.entries(events).every(([currency, n]) => /^[A-Z]{3}$/.test(currency) && n >= 0)
}
