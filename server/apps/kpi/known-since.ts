import type { SealedWork } from '../../stream/stream-app.ts'
import { createKeptMemory, type KeptMemoryPorts } from './kept-memory.ts'

/**
 * Since when there is something to know of a stream, to the millisecond: its first event, when it happened or when it came,
 * whichever was earlier. Panes say it to the hour only, once the finer ones are deleted, and rates divide by it.
 */
export interface KnownSince {
  /** Epoch ms; Infinity: no event came yet. */
  at(): number
  /** Called for every event: it is a comparison or two. */
  stage(time: number, arrivedAt: number): void
  /** What was staged is not to count. */
  discard(): void
  /** What was staged counts, and is to be written with the commit. */
  seal(): SealedWork
  /** `oldestPane`: where the oldest pane begins, Infinity: there is none. It is as much as earlier versions know. */
  restore(oldestPane: number): Promise<void>
}

const NAME = 'known_since'

export function createKnownSince(ports: KeptMemoryPorts): KnownSince {
  const memory = createKeptMemory<number>(ports, NAME, (value): value is number =>
    Number.isFinite(value),
  )
  let since = Number.POSITIVE_INFINITY
  let staged = Number.POSITIVE_INFINITY
  let written = Number.POSITIVE_INFINITY

  return {
    at: () => since,
    stage(time, arrivedAt) {
      if (time < staged) staged = time
      if (arrivedAt < staged) staged = arrivedAt
    },
    discard() {
      staged = Number.POSITIVE_INFINITY
    },
    seal() {
      since = Math.min(since, staged)
      staged = Number.POSITIVE_INFINITY
      const at = since
      return {
        async write(tx) {
          if (at < written) await memory.write(at, tx)
        },
        committed() {
          written = Math.min(written, at)
        },
      }
    },
    async restore(oldestPane) {
      if (!Number.isFinite(oldestPane)) return
      const known = await memory.read()
      since = known ?? oldestPane
      written = known ?? Number.POSITIVE_INFINITY
    },
  }
}
