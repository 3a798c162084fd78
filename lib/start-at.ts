/** Where to begin on a stream that has no checkpoint yet; `at` in epoch ms. */
export type StartAt = { kind: 'trim_horizon' } | { kind: 'latest' } | { kind: 'time'; at: number }
