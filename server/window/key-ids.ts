import type { CrossedPair } from '../../lib/crossed.ts'
import type { StreamEvent } from '../../lib/event.ts'
import { DIMENSIONS, type Dimension } from '../../lib/kpis.ts'
import { keyOf, MAX_KEY_LENGTH } from './keys.ts'
import { createPairIds } from './pair-ids.ts'

/** Keys of one dimension, and texts that mean them, that have numbers at a time. */
export const MAX_KEY_IDS = 16_384

/** An event has no key in this dimension. */
export const NO_KEY = -1

/**
 * Small numbers for keys, so that an event's keys are found by their text once and not in every pane. Numbers hold
 * until `clear`; the memory is bounded, so that has to come now and then.
 */
export interface KeyIds {
  /** The numbers of an event's keys into `out` from `at` on: of the dimensions, then of the pairs; or `NO_KEY`. */
  write(event: StreamEvent, out: Int32Array, at: number): void
  /** By dimension, then by pair. The key of a number. */
  readonly keys: readonly (readonly string[])[]
  /** No further event may come before `clear`. */
  isFull(): boolean
  /** As many again would fill it. O(dimensions). */
  isHalfFull(): boolean
  /** Forgets all numbers. */
  clear(): void
}

export function createKeyIds(crossed: readonly CrossedPair[]): KeyIds {
  const budget: Budget = { isSpent: false }
  const of = byDimension((dimension) => createDimensionIds(dimension, budget))
  const dimensions = DIMENSIONS.map((dimension) => of[dimension])
  const { page, referrer, campaign, account, placement, device, country } = of
  const pairs = crossed.map(([one, other]) => ({
    ids: createPairIds(of[one].keys, of[other].keys, MAX_KEY_IDS),
    first: DIMENSIONS.indexOf(one),
    second: DIMENSIONS.indexOf(other),
  }))

  /** In the order of `DIMENSIONS`. Written out: finding fields by a variable takes as long as all else. */
  function writeKeys(event: StreamEvent, out: Int32Array, at: number): void {
    out[at] = page.idOf(event.page)
    out[at + 1] = referrer.idOf(event.referrer)
    out[at + 2] = campaign.idOf(event.campaign)
    out[at + 3] = account.idOf(event.account)
    out[at + 4] = placement.idOf(event.placement)
    out[at + 5] = device.idOf(event.device)
    out[at + 6] = country.idOf(event.country)
  }

  return {
    write(event, out, at) {
      writeKeys(event, out, at)
      let place = at + dimensions.length
      for (let n = 0; n < pairs.length; n++) {
        const { ids, first, second } = pairs[n] as (typeof pairs)[number]
        const one = out[at + first] as number
        const other = out[at + second] as number
        let id = NO_KEY
        if (one >= 0 && other >= 0) {
          id = ids.idOf(one, other)
          if (id === MAX_KEY_IDS - 1) budget.isSpent = true
        }
        out[place++] = id
      }
    },
    keys: [...dimensions.map(({ keys }) => keys), ...pairs.map(({ ids }) => ids.keys)],
    isFull: () => budget.isSpent,
    isHalfFull: () =>
      dimensions.some((ids) => ids.texts() >= MAX_KEY_IDS / 2) ||
      pairs.some(({ ids }) => ids.keys.length >= MAX_KEY_IDS / 2),
    clear() {
      for (const ids of dimensions) ids.clear()
      for (const { ids } of pairs) ids.clear()
      budget.isSpent = false
    },
  }
}

/** What all have in common: one of them is full. */
interface Budget {
  isSpent: boolean
}

interface DimensionIds {
  idOf(text: string | undefined): number
  readonly keys: string[]
  texts(): number
  clear(): void
}

const byDimension = (make: (dimension: Dimension) => DimensionIds) =>
  Object.fromEntries(DIMENSIONS.map((one) => [one, make(one)])) as Record<Dimension, DimensionIds>

function createDimensionIds(dimension: Dimension, budget: Budget): DimensionIds {
  /** Of texts as events hold them, and of the keys that they mean. */
  const known = new Map<string, number>()
  const keys: string[] = []

  function newId(text: string): number {
    const key = keyOf(text, dimension)
    let id = NO_KEY
    if (key === text) id = newKey(key)
    else if (key !== undefined) id = known.get(key) ?? newKey(key)
    if (key !== text && text.length <= MAX_KEY_LENGTH) known.set(text, id)
    // An event adds two texts at most.
    if (known.size >= MAX_KEY_IDS - 1) budget.isSpent = true
    return id
  }

  function newKey(key: string): number {
    const id = keys.push(key) - 1
    known.set(key, id)
    return id
  }

  return {
    keys,
    texts: () => known.size,
    idOf(text) {
      if (text === undefined) return NO_KEY
      return known.get(text) ?? newId(text)
    },
    clear() {
      known.clear()
      keys.length = 0
    },
  }
}
