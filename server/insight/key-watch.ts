import { HOUR_MS } from '../../lib/time.ts'
import type { Change, Mark } from './detector.ts'
import type { Reading } from './reading.ts'
import { createWatch, type Watch } from './watch.ts'

/**
 * The keys of one dimension of one count, each by its part of the whole. What moves the whole (a busy minute) moves
 * no part, so a country of 10 % is missed within seconds where the total could not show it.
 */
export interface KeyWatch {
  /**
   * One step, in order of time: the largest keys with their counts, and the count of all. `atMs`: epoch, when it began.
   * One mark at a time: while one key has it, the others' parts change for that reason. O(keys).
   */
  see(counts: ReadonlyMap<string, number>, total: number, atMs: number): KeyChange | undefined
  /** Some `steps` of the past as one: learned and not judged. */
  remember(
    counts: ReadonlyMap<string, number>,
    total: number,
    { atMs, steps }: { atMs: number; steps: number },
  ): void
  /** Goes on with a mark that another process found. */
  resume(key: string, mark: Mark): void
}

export type KeyChange = { key: string; change: Change }

/** About 65 KB a dimension. */
const MAX_KEYS = 8
/** A key must have had this part of one step to be watched. */
const LEAST_PART = 0.03
/** A key that was not seen for so long makes room. */
const UNSEEN_MS = 3 * HOUR_MS

interface Watched {
  watch: Watch
  seenAtMs: number
}

export function createKeyWatch(): KeyWatch {
  const watched = new Map<string, Watched>()
  let marked: string | undefined

  function admit(counts: ReadonlyMap<string, number>, total: number, atMs: number): void {
    for (const [key, { seenAtMs }] of watched) {
      if (atMs - seenAtMs >= UNSEEN_MS && key !== marked) watched.delete(key)
    }
    for (const [key, count] of counts) {
      if (watched.size >= MAX_KEYS) return
      if (watched.has(key) || count < total * LEAST_PART) continue
      watched.set(key, { watch: createWatch(), seenAtMs: atMs })
    }
  }

  function* readings(
    counts: ReadonlyMap<string, number>,
    total: number,
    atMs: number,
  ): Generator<[key: string, watch: Watch, reading: Reading]> {
    admit(counts, total, atMs)
    for (const [key, each] of watched) {
      const over = counts.get(key) ?? 0
      if (over > 0) each.seenAtMs = atMs
      yield [key, each.watch, { kind: 'ratio', over, under: total }]
    }
  }

  return {
    remember(counts, total, { atMs, steps }) {
      for (const [, watch, reading] of readings(counts, total, atMs)) {
        watch.remember(reading, atMs, steps)
      }
    },
    resume(key, mark) {
      const each = watched.get(key) ?? { watch: createWatch(), seenAtMs: mark.since }
      each.watch.resume(mark)
      watched.set(key, each)
      marked = key
    },
    see(counts, total, atMs) {
      const changes: KeyChange[] = []
      for (const [key, watch, reading] of readings(counts, total, atMs)) {
        const { change } = watch.see(reading, atMs)
        if (change.kind !== 'none') changes.push({ key, change })
      }
      if (marked !== undefined) {
        const own = changes.find(({ key }) => key === marked)
        if (own?.change.kind === 'ended') marked = undefined
        return own
      }
      const first = changes.filter(({ change }) => change.kind === 'began').sort(byDistance)[0]
      marked = first?.key
      return first
    },
  }
}

/** The one furthest from usual first: the parts of the others follow from it. */
const byDistance = (a: KeyChange, b: KeyChange): number => distance(b) - distance(a)

function distance({ change }: KeyChange): number {
  return change.kind === 'none' ? 0 : Math.abs(Math.log(change.mark.factor))
}
