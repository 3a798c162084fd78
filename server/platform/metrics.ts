import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface ServerMetrics {
  request(fact: { route: string; method: string; code: number; ms: number }): void
  sockets(connected: number): void
  views(watched: number): void
  sent(kind: 'snapshot' | 'delta', sockets: number): void
  skipped(): void
  /** Prometheus text. */
  text(): Promise<string>
}

/** The main thread's metrics, with those of the process and its event loop. */
export function createServerMetrics(): ServerMetrics {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'kinesight_http_requests_total',
    help: 'HTTP requests answered, by route and status code.',
    labelNames: ['route', 'method', 'code'],
    registers,
  })
  const seconds = new Histogram({
    name: 'kinesight_http_request_seconds',
    help: 'From a request to the end of its answer.',
    labelNames: ['route'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  })
  const sockets = new Gauge({
    name: 'kinesight_live_sockets',
    help: 'Browsers connected to /live.',
    registers,
  })
  const views = new Gauge({
    name: 'kinesight_live_views',
    help: 'Different views computed for browsers.',
    registers,
  })
  const sent = new Counter({
    name: 'kinesight_live_frames_sent_total',
    help: 'Frames given to sockets.',
    labelNames: ['kind'],
    registers,
  })
  const skipped = new Counter({
    name: 'kinesight_live_frames_skipped_total',
    help: 'Frames that a slow socket did not get; it gets the newest state instead.',
    registers,
  })
  return {
    request({ route, method, code, ms }) {
      requests.inc({ route, method, code })
      seconds.observe({ route }, ms / 1_000)
    },
    sockets: (connected) => sockets.set(connected),
    views: (watched) => views.set(watched),
    sent: (kind, count) => sent.inc({ kind }, count),
    skipped: () => skipped.inc(),
    text: () => registry.metrics(),
  }
}

/**
 * One exposition from two registries. Where both have a metric (what prom-client collects of the
 * process by itself), the first one's is kept: a name may appear only once.
 */
export function mergeMetrics(first: string, second: string): string {
  const known = new Set([...first.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]))
  const families = second.split(/^(?=# HELP )/m).filter((family) => {
    const name = /^# HELP (\S+)/.exec(family)?.[1]
    return name !== undefined && !known.has(name)
  })
  return `${first.trimEnd()}\n${families.join('').trimEnd()}\n`
}
