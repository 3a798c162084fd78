import { z } from 'zod'
import type { ProducerTarget } from './producer-client.ts'
import type { Ask } from './replay-target.ts'

/** What of `GET /api/v1/stream` matters here. */
const streamAnswer = z.object({
  name: z.string(),
  region: z.string().nullish(),
  endpoint: z.string().nullable(),
  kept: z.object({ hoursMs: z.number(), from: z.number() }).nullish(),
})

/** The Kinesight that will show what is put. */
export interface Watcher {
  /** Such as http://127.0.0.1:3000 */
  origin: string
  /** For how long it keeps figures, and since when it has any, epoch ms. */
  keptMs: number
  keptFrom: number
}

/** The one that runs on this machine, if it reads the target; undefined: it does not, or nobody answers. */
export async function findWatcher(
  target: Pick<ProducerTarget, 'streamName' | 'region' | 'endpoint'>,
  env: Readonly<Record<string, string | undefined>>,
  ask: Ask,
): Promise<Watcher | undefined> {
  const origin = `http://127.0.0.1:${env.PORT || 3000}`
  const answer = streamAnswer.safeParse(await ask(`${origin}/api/v1/stream`))
  if (!answer.success || answer.data.kept == null) return undefined
  const { name, region, endpoint, kept } = answer.data
  const isThere =
    target.endpoint === undefined
      ? endpoint === null && region === target.region
      : endpoint !== null && placeOf(endpoint) === placeOf(target.endpoint)
  if (name !== target.streamName || !isThere) return undefined
  return { origin, keptMs: kept.hoursMs, keptFrom: kept.from }
}

/** An endpoint on this machine has several names. */
function placeOf(endpoint: string): string {
  const { protocol, hostname, host, port } = new URL(endpoint)
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  return `${protocol}//${isHere ? `127.0.0.1:${port}` : host}`
}
