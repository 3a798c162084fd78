import { z } from 'zod'
import type { ProducerTarget } from './producer-client.ts'
import { type Ask, originOf } from './replay-target.ts'

/** What of `GET /api/v1/stream` matters here. */
const streamAnswer = z.object({
  name: z.string(),
  region: z.string().nullish(),
  endpoint: z.string().nullable(),
  dataDir: z.string().optional(),
  kept: z.object({ hoursMs: z.number(), from: z.number() }).nullish(),
})

/** The Kinesight that will show what is put. */
export interface Watcher {
  /** Such as http://127.0.0.1:3000 */
  origin: string
  /** undefined: it does not say. */
  dataDir: string | undefined
  /** For how long it keeps figures, and since when it has any, epoch ms; undefined: it does not say now. */
  kept: Kept | undefined
}

export interface Kept {
  forMs: number
  from: number
}

/** The one that runs on this machine, if it reads the target; undefined: it does not, or nobody answers. */
export async function findWatcher(
  target: Pick<ProducerTarget, 'streamName' | 'region' | 'endpoint'>,
  env: Readonly<Record<string, string | undefined>>,
  ask: Ask,
): Promise<Watcher | undefined> {
  const origin = originOf(env)
  const answer = streamAnswer.safeParse(await ask(`${origin}/api/v1/stream`))
  if (!answer.success) return undefined
  const { name, region, endpoint, dataDir, kept } = answer.data
  const isThere =
    target.endpoint === undefined
      ? endpoint === null && region === target.region
      : endpoint !== null && placeOf(endpoint) === placeOf(target.endpoint)
  if (name !== target.streamName || !isThere) return undefined
  return {
    origin,
    dataDir,
    kept: kept == null ? undefined : { forMs: kept.hoursMs, from: kept.from },
  }
}

/** Such as `clickstream at http://127.0.0.1:4567` */
export const placeText = ({
  streamName,
  region,
  endpoint,
}: Pick<ProducerTarget, 'streamName' | 'region' | 'endpoint'>): string =>
  `${streamName} ${endpoint === undefined ? `in ${region}` : `at ${endpoint}`}`

/** What is said before anything is done: where the log goes, and whose figures that changes. */
export function targetText(
  target: Pick<ProducerTarget, 'streamName' | 'region' | 'endpoint'>,
  watcher: Watcher | undefined,
  origin: string,
): string {
  const folder =
    watcher === undefined
      ? `not known: no Kinesight at ${origin} reads this stream`
      : `${watcher.dataDir ?? 'not told'}, of the Kinesight at ${watcher.origin}`
  return `Target       ${placeText(target)}\nData folder  ${folder}\n`
}

/** An endpoint on this machine has several names. */
function placeOf(endpoint: string): string {
  const { protocol, hostname, host, port } = new URL(endpoint)
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  return `${protocol}//${isHere ? `127.0.0.1:${port}` : host}`
}
