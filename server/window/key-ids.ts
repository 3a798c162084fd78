import type { CrossedPair } from '../../lib/crossed.ts'
import type { StreamEvent } from '../../lib/event.ts'
import { DIMENSIONS, type Dimension } from '../../lib/kpis.ts'
import { ScannedEvent } from '../../lib/scanned-event.ts'
import {
  type Budget,
  createDimensionIds,
  type DimensionIds,
  MAX_KEY_IDS,
  NO_KEY,
} from './dimension-ids.ts'
import { createPairIds } from './pair-ids.ts'

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

  /** What the numbers of texts mean that the dimensions know. */
  let numbered: readonly string[] = []

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

  /** The same by the numbers of its texts, which takes a sixth of the time. */
  function writePooledKeys(event: ScannedEvent, out: Int32Array, at: number): void {
    const { texts } = event
    if (texts !== numbered) {
      for (const ids of dimensions) ids.forgetNumbers()
      numbered = texts
    }
    out[at] = page.idOfPooled(event.pooledPage, texts)
    out[at + 1] = referrer.idOfPooled(event.pooledReferrer, texts)
    out[at + 2] = campaign.idOfPooled(event.pooledCampaign, texts)
    out[at + 3] = account.idOfPooled(event.pooledAccount, texts)
    out[at + 4] = placement.idOfPooled(event.pooledPlacement, texts)
    out[at + 5] = device.idOfPooled(event.pooledDevice, texts)
    out[at + 6] = country.idOfPooled(event.pooledCountry, texts)
  }

  return {
    write(event, out, at) {
      if (event instanceof ScannedEvent) writePooledKeys(event, out, at)
      else writeKeys(event, out, at)
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

const byDimension = (make: (dimension: Dimension) => DimensionIds) =>
  Object.fromEntries(DIMENSIONS.map((one) => [one, make(one)])) as Record<Dimension, DimensionIds>
