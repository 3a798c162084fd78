import type { Dimension } from '../../lib/kpis.ts'
import { MAX_POOLED_TEXTS, type PooledText } from '../../lib/scanned-event.ts'
import { keyOf, MAX_KEY_LENGTH } from './keys.ts'
import { createTextNumbers } from './text-numbers.ts'

/** Keys of one dimension, and texts that mean them, that have numbers at a time. */
export const MAX_KEY_IDS = 16_384

/** An event has no key in this dimension. */
export const NO_KEY = -1
/** Nobody asked for a text's key yet. */
const UNKNOWN = -2

/** What all dimensions have in common: one of them is full. */
export interface Budget {
  isSpent: boolean
}

/** Numbers for the keys of one dimension. */
export interface DimensionIds {
  /** The number of the key that a text means, or `NO_KEY`. */
  idOf(text: string | undefined): number
  /** The same of a pooled text; `texts`: what numbers mean, the same since `forgetNumbers`. */
  idOfPooled(text: PooledText, texts: readonly string[]): number
  /** From now on numbers of pooled texts mean others. */
  forgetNumbers(): void
  /** The key of a number. */
  readonly keys: readonly string[]
  /** How many texts and keys are known. */
  texts(): number
  clear(): void
}

export function createDimensionIds(dimension: Dimension, budget: Budget): DimensionIds {
  /** Of texts as events hold them, and of the keys that they mean. */
  const known = createTextNumbers()
  const keys: string[] = []
  const idOfNumber = new Int32Array(MAX_POOLED_TEXTS).fill(UNKNOWN)

  function newId(text: string): number {
    const key = keyOf(text, dimension)
    let id = NO_KEY
    if (key === text) id = newKey(key)
    else if (key !== undefined) id = known.get(key) ?? newKey(key)
    if (key !== text && text.length <= MAX_KEY_LENGTH) known.set(text, id)
    // An event adds two texts at most.
    if (known.size() >= MAX_KEY_IDS - 1) budget.isSpent = true
    return id
  }

  function newKey(key: string): number {
    const id = keys.push(key) - 1
    known.set(key, id)
    return id
  }

  function idOf(text: string | undefined): number {
    return text === undefined ? NO_KEY : (known.get(text) ?? newId(text))
  }

  function learn(number: number, text: string | undefined): number {
    const id = idOf(text)
    idOfNumber[number] = id
    return id
  }

  return {
    keys,
    texts: () => known.size(),
    idOf,
    idOfPooled(text, texts) {
      if (typeof text !== 'number') return idOf(text)
      const id = idOfNumber[text] as number
      return id === UNKNOWN ? learn(text, texts[text]) : id
    },
    forgetNumbers: () => void idOfNumber.fill(UNKNOWN),
    clear() {
      known.clear()
      keys.length = 0
      idOfNumber.fill(UNKNOWN)
    },
  }
}
