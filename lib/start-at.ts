/** Where to begin on a stream that has no checkpoint yet; `at` in epoch ms. */
export type StartAt = { kind: 'trim_horizon' } | { kind: 'latest' } | { kind: 'time'; at: number }

/** As `START_AT` is written. */
export const startAtText = (startAt: StartAt): string =>
  startAt.kind === 'time' ? new Date(startAt.at).toISOString() : startAt.kind
