import { setImmediate as nextRound } from 'node:timers/promises'
import type { Clock } from './clock.ts'

/** What nothing is known of is taken for dear: those who are known to be cheap go before it. */
const UNKNOWN_MS = 250
/** What a piece takes is taken from the cheapest of so many before: one that was held up makes no work dear. */
const PIECES_KNOWN = 4
/** Work that is known to take less does not wait until others have had their rounds of the loop. */
const CHEAP_MS = 25
/** One in so many turns is for whoever has waited longest, whatever its work takes. */
const LONGEST_WAIT_EVERY = 8
/** Whoever else makes use of the loop has so many rounds of it between two turns, besides the one that all have. */
const ROUNDS_FOR_OTHERS = 4
/** A round that took less was nobody's. */
const USED_MS = 1

/** One who works in turns, piece after piece: a view that computes frames, a question. */
export interface Worker {
  /** Resolves when it is this one's turn, which lasts until it asks for the next one. Rejects once it has ended. */
  turn(): Promise<void>
  /** A piece is done. Answers how long the next one is taken to need, ms. */
  done(): number
  /** Nobody wants its work any more. */
  end(): void
}

export interface Turns {
  worker(): Worker
}

/** Who waits for a turn of work that nobody wants any more. */
export class EndedError extends Error {
  override readonly name = 'EndedError'
}

interface State {
  /** What the last pieces took. */
  known: number[]
  /** Of this piece, in all its turns. */
  spentMs: number
  /** When its turn began; undefined: it is not its turn. */
  turnAt: number | undefined
  /** Oldest first: it may work at several things side by side. */
  waiting: Waiting[]
  ended: boolean
}

const sinceOf = ({ waiting }: State): number => waiting[0]?.since ?? Number.POSITIVE_INFINITY

interface Waiting {
  since: number
  resolve: () => void
  reject: (error: EndedError) => void
}

/**
 * Shares a thread between those who work long, a turn at a time. The highest response ratio goes next (Brinch Hansen 1971):
 * the longer one has waited for the work it has, the sooner; so what is cheap hardly waits, and nothing waits for
 * ever. Between two turns everything else of the thread has its round.
 */
export function createTurns(
  clock: Pick<Clock, 'monotonicMs'>,
  round: () => Promise<void> = nextRound,
): Turns {
  const waiting = new Set<State>()
  let isRunning = false
  let turnCount = 0

  const costOf = ({ known, spentMs }: State): number =>
    Math.max(known.length === 0 ? UNKNOWN_MS : Math.min(...known), spentMs, 1)

  function longestWaiting(): State | undefined {
    let found: State | undefined
    for (const one of waiting) {
      if (found === undefined || sinceOf(one) < sinceOf(found)) found = one
    }
    return found
  }

  /** Who has waited for the longest part of what its work takes. */
  function next(): State | undefined {
    const now = clock.monotonicMs()
    let found: State | undefined
    let highest = 0
    for (const one of waiting) {
      const ratio = (now - sinceOf(one) + 1) / costOf(one)
      if (ratio <= highest) continue
      highest = ratio
      found = one
    }
    return found
  }

  const nextInLine = (): State | undefined =>
    ++turnCount % LONGEST_WAIT_EVERY === 0 ? longestWaiting() : next()

  function stopClock(one: State): void {
    if (one.turnAt === undefined) return
    one.spentMs += clock.monotonicMs() - one.turnAt
    one.turnAt = undefined
  }

  async function run(): Promise<void> {
    isRunning = true
    for (let one = nextInLine(); one !== undefined; one = nextInLine()) {
      const granted = one.waiting.shift()
      if (one.waiting.length === 0) waiting.delete(one)
      one.turnAt = clock.monotonicMs()
      granted?.resolve()
      await round()
      stopClock(one)
      await othersDone()
    }
    isRunning = false
  }

  async function othersDone(): Promise<void> {
    for (let rounds = 0; rounds < ROUNDS_FOR_OTHERS; rounds++) {
      const one = next()
      if (one === undefined || costOf(one) <= CHEAP_MS) return
      const startedMs = clock.monotonicMs()
      await round()
      if (clock.monotonicMs() - startedMs < USED_MS) return
    }
  }

  return {
    worker() {
      const one: State = {
        known: [],
        spentMs: 0,
        turnAt: undefined,
        waiting: [],
        ended: false,
      }
      return {
        turn() {
          stopClock(one)
          if (one.ended) return Promise.reject(new EndedError('nobody wants it any more'))
          return new Promise((resolve, reject) => {
            one.waiting.push({ since: clock.monotonicMs(), resolve, reject })
            waiting.add(one)
            if (!isRunning) void run()
          })
        },
        done() {
          stopClock(one)
          one.known = [...one.known.slice(1 - PIECES_KNOWN), one.spentMs]
          one.spentMs = 0
          return Math.min(...one.known)
        },
        end() {
          one.ended = true
          waiting.delete(one)
          for (const { reject } of one.waiting.splice(0)) {
            reject(new EndedError('nobody wants it any more'))
          }
        },
      }
    },
  }
}
