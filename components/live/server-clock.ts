/** Samples of (server's time in a frame) − (browser's time at its receipt), newest last, in ms. */
export type ClockSamples = readonly number[]

const KEPT = 30

export const addSample = (samples: ClockSamples, serverNow: number, receivedAt: number) =>
  [...samples, serverNow - receivedAt].slice(-KEPT)

/**
 * How far the server's clock is ahead of the browser's, in ms. The way here only ever makes a frame look older,
 * so the largest of the last samples is the nearest; frames sent again after an absence do not disturb it.
 */
export const clockOffsetMs = (samples: ClockSamples): number =>
  samples.length === 0 ? 0 : Math.max(...samples)
