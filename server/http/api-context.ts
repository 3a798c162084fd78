import type { Kysely } from 'kysely'
import type { DemoState, Health, ViewState } from '../../lib/frames.ts'
import type { StartAt } from '../../lib/start-at.ts'
import type { RuleStore } from '../alerts/rule-store.ts'
import type { ComposedKpis } from '../catalog/composed-kpis.ts'
import type { LiveCatalog } from '../catalog/live-catalog.ts'
import type { Damage } from '../damage/damage.ts'
import type { PipelinePort } from '../pipeline-port.ts'
import type { Clock } from '../platform/clock.ts'
import { messageOf } from '../platform/errors.ts'
import { inTime } from '../platform/in-time.ts'
import type { Schema } from '../store/schema.ts'
import type { Retention } from '../window/retention.ts'
import { UnavailableError } from './problem.ts'

/** What the resources work with. The parts come up one after another; until then they throw `UnavailableError`. */
export interface ApiContext {
  clock: Clock
  kpis: LiveCatalog
  /** For how long panes are kept, as it was configured. */
  retention: Retention
  stream(): StreamFacts
  /** Only to read. */
  db(): Kysely<Schema>
  /** Trouble: the embedded stream ends again and again. */
  embeddedHealth(): Health
  /** Where damaged rows go. */
  damage(): Damage
  /** The stream's key in the store. */
  streamId(): number
  pipeline(): PipelinePort
  rules(): RuleStore
  composed(): ComposedKpis
  /** Makes the catalog anew from the store, and has the pipeline measure it. */
  recompose(): Promise<void>
  demo: DemoSwitch
  /** Prometheus text of the whole process. */
  metrics(): Promise<string>
}

export interface StreamFacts {
  name: string
  region: string
  endpoint: string | null
  embedded: boolean
  dataDir: string
  startAt: StartAt
}

export interface DemoSwitch {
  /** `none`: there is nothing to switch. */
  state(): DemoState
  set(state: 'on' | 'off'): Promise<void>
}

/** A pipeline that goes on with another catalog first commits, for up to 10 s, and has to start then. */
const ANSWER_TIMEOUT_MS = 15_000

/** What the pipeline answers, or `UnavailableError` where it does not. */
export async function fromPipeline<T>(
  question: Promise<T>,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<T> {
  try {
    return await inTime(question, timeoutMs)
  } catch (error) {
    const detail = `The pipeline cannot answer, try again: ${messageOf(error)}`
    throw new UnavailableError(detail, { cause: error })
  }
}

/** The live state where the pipeline gives it in time. */
export async function liveOrNothing(context: ApiContext): Promise<ViewState | undefined> {
  try {
    return await fromPipeline(context.pipeline().live(), 1_000)
  } catch {
    return undefined
  }
}
