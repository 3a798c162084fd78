import { kpiOfDefinition } from '../lib/kpi-definition.ts'
import { createRuleStore } from './alerts/rule-store.ts'
import { createComposedKpis } from './catalog/composed-kpis.ts'
import type { LiveCatalog } from './catalog/live-catalog.ts'
import type { Config } from './config.ts'
import { createDamage, type Damage } from './damage/damage.ts'
import type { ApiContext, StreamFacts } from './http/api-context.ts'
import { UnavailableError } from './http/problem.ts'
import type { KeptStream } from './keep-embedded.ts'
import type { PipelinePort } from './pipeline-port.ts'
import type { Clock } from './platform/clock.ts'
import { inTime } from './platform/in-time.ts'
import type { Log } from './platform/log.ts'
import { mergeMetrics, type ServerMetrics } from './platform/metrics.ts'
import type { Store } from './store/open-store.ts'
import { writeSetting } from './store/setting.ts'
import { createRetention } from './window/retention.ts'

const METRICS_TIMEOUT_MS = 2_000

/** Settings of the data folder rather than of one stream. */
export const NO_STREAM = 0

/** What comes up one after another. */
export interface Parts {
  store: Store | undefined
  embedded: KeptStream | undefined
  pipeline: PipelinePort | undefined
}

/** The API's view of the parts: asked for one that is not up yet, it says so. */
export function apiContext(
  config: Config,
  parts: Parts,
  ports: { clock: Clock; kpis: LiveCatalog; newId: () => string; metrics: ServerMetrics; log: Log },
): ApiContext {
  const { clock, kpis, newId, metrics, log } = ports
  const store = () => there(parts.store, 'The store is not open yet')
  const db = () => store().db
  const pipeline = () => there(parts.pipeline, 'The stream is starting')
  const streamId = () =>
    there(
      pipeline().streamId() ?? undefined,
      'The stream has not been reached yet, and /readyz says what keeps it from that',
    )
  let damage: Damage | undefined
  const damageOf = () => {
    damage ??= createDamage(db(), { clock, log })
    return damage
  }
  const composed = () => createComposedKpis(db(), { clock, damage: damageOf() })
  let composing: Promise<unknown> = Promise.resolve()

  async function recompose() {
    const all = await composed().list()
    kpis.compose(all.map(({ definition }) => kpiOfDefinition(definition)))
    // Others need not wait until it is measured.
    return { measured: parts.pipeline?.catalogChanged(kpis.catalog.kpis) }
  }

  return {
    clock,
    kpis,
    retention: createRetention(config.keep),
    db: () => store().reads(),
    damage: damageOf,
    embeddedHealth: () => parts.embedded?.health() ?? { kind: 'ok' },
    pipeline,
    streamId,
    stream: () => streamFacts(config, parts),
    rules: () => createRuleStore(db(), { streamId, clock, newId, damage: damageOf() }),
    composed,
    async recompose() {
      // One after another: what is read last is what is measured.
      const composedNow = composing.then(recompose, recompose)
      composing = composedNow
      await (await composedNow).measured
    },
    demo: {
      state: () => (config.stream.kind === 'embedded' ? (parts.embedded?.demo() ?? 'off') : 'none'),
      async set(state) {
        const embedded = there(parts.embedded, 'The stream is starting')
        await writeSetting(db(), NO_STREAM, { name: 'demo', value: state })
        embedded.setDemo(state === 'on')
        parts.pipeline?.demoChanged(state)
      },
    },
    async metrics() {
      const own = await metrics.text()
      if (parts.pipeline === undefined) return own
      // Half an answer is better than none while the worker is away.
      const worker = await inTime(parts.pipeline.metrics(), METRICS_TIMEOUT_MS).catch(() => '')
      return mergeMetrics(own, worker)
    },
  }
}

export function streamFacts(
  { stream, dataDir, startAt }: Config,
  { embedded }: Parts,
): StreamFacts {
  return {
    name: stream.name,
    region: stream.region ?? '',
    endpoint: stream.kind === 'embedded' ? (embedded?.endpoint ?? null) : (stream.endpoint ?? null),
    embedded: stream.kind === 'embedded',
    dataDir,
    startAt,
  }
}

function there<Part>(part: Part | undefined, otherwise: string): Part {
  if (part === undefined) throw new UnavailableError(`${otherwise}: try again in a second`)
  return part
}
