import type { StreamApp } from '../../server/stream/stream-app.ts'

/** A stream app that takes its time and does nothing: large records are taken in, and committed, in parts. */
export const createSluggish = (msAnEvent: number, monotonicMs: () => number): StreamApp => ({
  name: 'sluggish',
  fold(events) {
    const until = monotonicMs() + events.length * msAnEvent
    while (monotonicMs() < until);
  },
  discard() {},
  seal: () => ({ write: async () => {}, committed() {} }),
})
