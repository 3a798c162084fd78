/** As it is kept. `events` by currency. */
export interface TallyMemory {
  main: string | null
  events: Record<string, number>
}

/** How many events each currency has, and which one has most: the same from start to start. */
export interface CurrencyTally {
  note(currency: string): void
  discard(): void
  /** Takes in what was noted, and chooses anew; whether there was any. */
  seal(): boolean
  /** undefined: no event came yet. */
  main(): string | undefined
  has(currency: string): boolean
  /** The most first. */
  sorted(): string[]
  memory(): TallyMemory
  restore(memory: TallyMemory): void
}

/** There are fewer in use in the world at once by one stream; what a producer makes up must not fill memory. */
const MAX_CURRENCIES = 64

/**
 * Another currency takes over with this many times the events of the one that is: two that are level do not take turns.
 */
const TAKES_OVER = 1.1

/**
 * With more currencies than it holds, a new one takes the place and the number of the last (Space-Saving, Metwally et
 * al. 2005): one with more than a 64th of all events is always there. O(1) note.
 */
export function createCurrencyTally(): CurrencyTally {
  let noted = new Map<string, number>()
  let events = new Map<string, number>()
  let main: string | undefined
  /** Nearly all events are in the currency of the one before. */
  let last = ''
  let lastEvents = 0

  function putDown(): void {
    if (lastEvents > 0) noted.set(last, (noted.get(last) ?? 0) + lastEvents)
    lastEvents = 0
  }

  function add(currency: string, n: number): void {
    const known = events.get(currency)
    if (known !== undefined || events.size < MAX_CURRENCIES) {
      events.set(currency, (known ?? 0) + n)
      return
    }
    const [least, leastEvents] = lightest(events)
    events.delete(least)
    events.set(currency, leastEvents + n)
  }

  function settle(): void {
    const [most, mostEvents = 0] = bySize(events)[0] ?? []
    const own = main === undefined ? undefined : events.get(main)
    if (own === undefined || mostEvents > own * TAKES_OVER) main = most
  }

  return {
    note(currency) {
      if (currency !== last) {
        putDown()
        last = currency
      }
      lastEvents += 1
    },
    discard() {
      noted = new Map()
      lastEvents = 0
    },
    seal() {
      putDown()
      if (noted.size === 0) return false
      for (const [currency, n] of noted) add(currency, n)
      noted = new Map()
      settle()
      return true
    },
    main: () => main,
    has: (currency) => events.has(currency),
    sorted: () => bySize(events).map(([currency]) => currency),
    memory: () => ({ main: main ?? null, events: Object.fromEntries(events) }),
    restore(memory) {
      events = new Map(Object.entries(memory.events))
      main = memory.main ?? undefined
      settle()
    },
  }
}

/** The most events first; of equals the first by name. */
const bySize = (events: ReadonlyMap<string, number>): [currency: string, events: number][] =>
  [...events].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))

function lightest(events: ReadonlyMap<string, number>): [currency: string, events: number] {
  let found: [string, number] = ['', Number.POSITIVE_INFINITY]
  for (const entry of events) if (entry[1] < found[1]) found = entry
  return found
}
