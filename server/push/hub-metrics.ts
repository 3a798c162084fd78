/** What the hub counts. */
export interface HubMetrics {
  sockets(connected: number): void
  views(watched: number): void
  /** Frames given to sockets. */
  sent(kind: 'snapshot' | 'delta', sockets: number): void
  /** A frame that a slow socket did not get. */
  skipped(): void
}
